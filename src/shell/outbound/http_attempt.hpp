#pragma once

/// One HTTP/1.1 request over a connection of its own, plain or TLS, and how it ended. The only
/// place that knows Beast's client; it decides nothing and repeats nothing.
///
/// H1  `done` is called once, within the limit, whatever the other side does; after `cancel` never.
/// H2  An end that `is_not_sent` says that no byte of the request left.
/// H3  A certificate is checked against the host's name and the known authorities.
/// H4  No answer is larger than the question allows, by itself `kResponseBytesMax`.
///
/// Threads: the thread of the loop. Asio resolves names on a thread of its own.

#include "base/result.hpp"
#include "resilience/attempt.hpp"
#include "shell/outbound/service_url.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace botcore::shell::outbound {

inline constexpr std::size_t kResponseBytesMax = std::size_t{1} << 20U;
inline constexpr std::size_t kResponseHeadBytesMax = 16 * 1'024;

struct OutboundHttpRequest {
    std::string method = "GET";
    std::string path = "/";  ///< Behind the service's base; may have a query.
    std::string body{};      ///< Empty: none.
    std::string request_id{};
    std::string content_type = "application/json";
    std::vector<std::pair<std::string, std::string>> headers{};
    std::size_t response_bytes_max = kResponseBytesMax;
};

struct OutboundHttpResponse {
    resilience::AttemptResult result;
    std::string body{};
    std::string detail{};  ///< What the system said, for logs.
};

/// An attempt under way. Letting go of it does not end it.
class HttpAttempt {
public:
    virtual ~HttpAttempt() = default;
    virtual void cancel() = 0;
};

class HttpTransport {
public:
    using Done = std::function<void(OutboundHttpResponse)>;

    /// `authorities` is a file of certificates in PEM; empty: the system's.
    [[nodiscard]] static base::Result<std::unique_ptr<HttpTransport>, std::string> make(
        boost::asio::io_context& context, const std::string& authorities);

    ~HttpTransport();
    HttpTransport(const HttpTransport&) = delete;
    HttpTransport& operator=(const HttpTransport&) = delete;

    /// `done` runs on the loop, never before this returns.
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

}  // namespace botcore::shell::outbound
