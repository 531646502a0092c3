#pragma once

/// Helpers for the server: they convert between Beast's messages and those of the handlers, and
/// make request ids and dates.

#include "base/time.hpp"
#include "net/client_address.hpp"
#include "net/http_message.hpp"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

namespace botcore::net {

using BeastRequest = boost::beast::http::request<boost::beast::http::string_body>;
using BeastResponse = boost::beast::http::response<boost::beast::http::string_body>;

struct ResponseFrame {
    std::string_view request_id;
    std::string_view date;
    bool keep_alive = true;
    bool secure = false;  ///< The response is sent through TLS.
};

/// Converts the response to a message of Beast. Moves the headers and the body out of `response`;
/// its other fields stay valid.
[[nodiscard]] BeastResponse to_message(HttpResponse& response, const ResponseFrame& frame);

/// The peer of a connection, and the proxies whose X-Forwarded-For header is trusted.
struct Peer {
    const std::string& address;
    const TrustedProxies& proxies;
};

/// Copies the headers that handlers use and determines the client's address. It must be called
/// before the body is read: the parser adds the trailers of a chunked body to the headers, and even
/// behind a proxy the client chooses the trailers freely (RFC 9110, 6.5.1).
void take_head(const BeastRequest& message, const Peer& peer, HttpRequest& request);

[[nodiscard]] bool asks_to_continue(const BeastRequest& message);

/// Makes request ids: "req_" and 20 random letters and digits. Do not use them as secrets.
class RequestIds {
public:
    RequestIds();
    [[nodiscard]] std::string next();

private:
    std::uint64_t prefix_;
    std::uint64_t count_ = 0;
};

/// The value of the Date header, rebuilt at most once a second.
class HttpDate {
public:
    [[nodiscard]] std::string_view text();

private:
    std::time_t at_ = 0;
    std::string text_;
};

}  // namespace botcore::net
