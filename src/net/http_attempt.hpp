#pragma once

/// Sends one HTTP/1.1 request over its own connection, plain or TLS, and reports how it ended. This
/// is the only place that uses Beast's HTTP client. It decides nothing and repeats nothing.
///
/// H1  `done` is called once, within the limit, whatever the server does; never after `cancel`.
/// H2  A result for which `is_not_sent` is true guarantees that no byte of the request was sent.
/// H3  The server's certificate is checked against the host's name and the trusted authorities.
/// H4  No response is larger than the request allows, by default `kResponseBytesMax`.
///
/// Threads: the loop thread. Asio resolves names on a thread of its own.

#include "base/result.hpp"
#include "net/service_url.hpp"
#include "resilience/attempt.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace botcore::net {

inline constexpr std::size_t kResponseBytesMax = std::size_t{1} << 20U;
inline constexpr std::size_t kResponseHeadBytesMax = 16 * 1'024;

struct OutboundHttpRequest {
    std::string method = "GET";
    std::string path = "/";  ///< Appended to the base of the service's URL; may have a query.
    std::string body{};      ///< Empty: no body.
    std::string request_id{};
    std::string content_type = "application/json";
    std::vector<std::pair<std::string, std::string>> headers{};
    std::size_t response_bytes_max = kResponseBytesMax;
};

struct OutboundHttpResponse {
    resilience::AttemptResult result;
    std::string body{};
    std::string detail{};  ///< The error message of the system, for logs.
};

/// An attempt in progress. Destroying the pointer does not cancel it.
class HttpAttempt {
public:
    virtual ~HttpAttempt() = default;
    virtual void cancel() = 0;
};

class HttpTransport {
public:
    using Done = std::function<void(OutboundHttpResponse)>;

    /// `authorities` is a PEM file of CA certificates; if it is empty, the system's are used.
    [[nodiscard]] static base::Result<std::unique_ptr<HttpTransport>, std::string> make(
        boost::asio::io_context& context, const std::string& authorities);

    ~HttpTransport();
    HttpTransport(const HttpTransport&) = delete;
    HttpTransport& operator=(const HttpTransport&) = delete;

    /// Starts an attempt. `done` is called on the loop thread, never before `start` returns.
    [[nodiscard]] std::shared_ptr<HttpAttempt> start(const ServiceUrl& url,
                                                     OutboundHttpRequest http_request,
                                                     std::chrono::microseconds limit,
                                                     Done done);

private:
    struct Tls;

    HttpTransport(boost::asio::io_context& context, std::unique_ptr<Tls> tls);

    boost::asio::io_context& context_;
    std::unique_ptr<Tls> tls_;
};

}  // namespace botcore::net
