#pragma once

/// A request and its response as the handlers of the API see them: plain values without library
/// types.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace botcore::net {

struct HttpRequest {
    std::string method;
    std::string target;  ///< Path and query, as received.
    /// The decoded segments of the path: "/api/ping" is {"api", "ping"}.
    std::vector<std::string> segments;
    std::map<std::string, std::string, std::less<>> query;  ///< The decoded query parameters.
    /// The headers that are listed in `kHeadersKept`, by their names in lower case. If a header
    /// occurs more than once with different values, the values are joined by ", ".
    std::map<std::string, std::string, std::less<>> headers;
    std::string body;
    std::string remote;      ///< The client's address, even behind a trusted proxy.
    bool forwarded = false;  ///< The request came through a trusted proxy.
    std::string request_id;  ///< The caller's X-Request-ID if it is valid, otherwise generated.

    [[nodiscard]] std::string_view header(std::string_view name) const {
        const auto place = headers.find(name);
        return place == headers.end() ? std::string_view() : std::string_view(place->second);
    }
};

struct HttpResponse {
    std::uint16_t status = 200;
    std::string_view content_type = "application/json";  ///< A string literal.
    /// The names are string literals.
    std::vector<std::pair<std::string_view, std::string>> headers{};
    std::string body{};
    std::string error_code{};  ///< The code in an error body, for logs and metrics.
    std::string caller{};      ///< The authenticated caller, for logs.
};

using Respond = std::function<void(HttpResponse)>;

/// One finished request and its response.
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
    /// Responds by calling `respond`, now or later, on the server's thread. A second call of
    /// `respond` does nothing, and neither does a call after the client has disconnected.
    virtual void handle(HttpRequest request, Respond respond) = 0;

    /// Called for every response sent, including those that the server generates itself.
    virtual void on_finished(const HttpExchange& /*exchange*/) {}
};

/// The path and query of a request target. Parsing fails on bad escapes, control characters,
/// invalid UTF-8 or a repeated query name.
struct Target {
    std::vector<std::string> segments;
    std::map<std::string, std::string, std::less<>> query;
};

[[nodiscard]] bool parse_target(std::string_view target, Target& out);

/// Whether this text can be echoed as a request id. A request id has 1 to 64 characters, each of
/// which is a letter, a digit, '-', '_' or '.'.
[[nodiscard]] bool is_valid_request_id(std::string_view text);

}  // namespace botcore::net
