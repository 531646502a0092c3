#pragma once

/// What a request and its answer are to the handlers of the API: plain values, no library's types.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace botcore::shell::http {

struct HttpRequest {
    std::string method;
    std::string target;                 ///< Path and query, as they came.
    std::vector<std::string> segments;  ///< Of the path, decoded: "/api/ping" is {"api", "ping"}.
    std::map<std::string, std::string, std::less<>> query;  ///< Decoded.
    /// By lower-case name, those that `kHeadersKept` lists. A header that came twice differently
    /// holds both values, joined by ", ".
    std::map<std::string, std::string, std::less<>> headers;
    std::string body;
    std::string remote;      ///< The caller's address, also behind a trusted proxy.
    bool forwarded = false;  ///< It came through a trusted proxy.
    std::string request_id;  ///< The caller's X-Request-ID if it was valid, else made here.

    [[nodiscard]] std::string_view header(std::string_view name) const {
        const auto place = headers.find(name);
        return place == headers.end() ? std::string_view() : std::string_view(place->second);
    }
};

struct HttpResponse {
    std::uint16_t status = 200;
    std::string_view content_type = "application/json";               ///< A literal.
    std::vector<std::pair<std::string_view, std::string>> headers{};  ///< Names are literals.
    std::string body{};
    std::string error_code{};  ///< Of an error's body, for logs and metrics.
    std::string caller{};      ///< Whose token was shown, for logs.
};

using Respond = std::function<void(HttpResponse)>;

/// One request from its last byte in to its answer's last byte out.
struct HttpExchange {
    std::string_view method;
    std::string_view target;
    std::string_view remote;
    std::string_view request_id;
    std::string_view error_code;
    std::string_view caller;
    std::uint16_t status = 0;
    std::chrono::nanoseconds duration{0};
};

class HttpHandler {
public:
    virtual ~HttpHandler() = default;
    /// Answers by calling `respond` now or later, on the server's thread. A second call, or one
    /// after the client has gone, does nothing.
    virtual void handle(HttpRequest request, Respond respond) = 0;

    /// Every answer that left, those that the server gave by itself included.
    virtual void on_finished(const HttpExchange& /*exchange*/) {}
};

/// The path and query of a request target. Nothing where it is malformed: bad escapes, control
/// characters, no UTF-8, a doubled query name.
struct Target {
    std::vector<std::string> segments;
    std::map<std::string, std::string, std::less<>> query;
};

[[nodiscard]] bool parse_target(std::string_view target, Target& out);

/// May this text be echoed as a request id? 1 to 64 letters, digits, '-', '_' and '.'.
[[nodiscard]] bool is_valid_request_id(std::string_view text);

}  // namespace botcore::shell::http
