#pragma once

/// The bytes of a response, and small things that the server needs for them.

#include "base/time.hpp"
#include "shell/http/http_message.hpp"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace botcore::shell::http {

using BeastRequest = boost::beast::http::request<boost::beast::http::string_body>;

struct ResponseFrame {
    std::string_view request_id;
    std::string_view date;
    bool keep_alive = true;
    bool head = false;    ///< The body's length is told, the body is not sent.
    bool secure = false;  ///< It goes out through TLS.
};

void append_response(std::string& out, const HttpResponse& response, const ResponseFrame& frame);

/// Copies the headers that handlers look at.
void keep_headers(const BeastRequest& message, HttpRequest& request);

[[nodiscard]] bool asks_to_continue(const BeastRequest& message);

/// The system's clock.
[[nodiscard]] base::Timestamp wall_time();

/// "req_" and 20 random letters and digits. Not for secrets.
class RequestIds {
public:
    RequestIds();
    [[nodiscard]] std::string next();

private:
    std::uint64_t prefix_;
    std::uint64_t count_ = 0;
};

/// The value of the Date header, made anew once a second at most.
class HttpDate {
public:
    HttpDate() { refresh(); }

    void refresh();

    [[nodiscard]] std::string_view text() const { return text_; }

private:
    std::string text_;
};

}  // namespace botcore::shell::http
