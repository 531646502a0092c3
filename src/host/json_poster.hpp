#pragma once

/// Exchanges JSON with one service, for messages to people: one attempt for each document, over its
/// own connection. It repeats nothing and follows no redirect.
///
/// J1  `done` is called exactly once for each document, within the limit, and never after the
///     poster is destroyed. It may destroy the poster.
/// J2  No text of a `PostEnd` but `body` contains a part of the URL's path, a header or the
///     document.
///
/// Threads: the loop thread of the transport.

#include "net/http_attempt.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace botcore::host {

/// How a post ended.
struct PostEnd {
    std::uint16_t status = 0;  ///< The HTTP status; 0: there was no complete, valid answer.
    std::string body{};        ///< Of the answer, as the service wrote it; may contain secrets.
    std::string text{};        ///< What happened, for example "status 404".
    std::optional<base::Duration> retry_after{};  ///< The delay that the service asks for.

    /// Whether another attempt may help: no answer, 408, 425, 429 or 5xx.
    [[nodiscard]] bool is_transient() const {
        return status == 0 || status == 408 || status == 425 || status == 429 ||
               (status >= 500 && status < 600);
    }
};

class JsonPoster {
public:
    using Done = std::function<void(PostEnd)>;
    using Headers = std::vector<std::pair<std::string, std::string>>;

    /// A post while this many are under way ends at once, without an attempt.
    static constexpr std::size_t kPostsMax = 64;

    /// The documents go to the URL's base itself. `limit` is for one attempt. The transport must
    /// outlive this object.
    JsonPoster(net::ServiceUrl url, net::HttpTransport& transport, std::chrono::microseconds limit);
    /// Cancels what is under way.
    ~JsonPoster();
    JsonPoster(const JsonPoster&) = delete;
    JsonPoster& operator=(const JsonPoster&) = delete;

    /// `document` is JSON and not empty.
    void post(std::string document, Headers headers, Done done);

    /// Requests what lies at `path`, which is appended to the URL's base and may have a query. An
    /// answer of more than `answer_bytes_max` bytes is no answer.
    void get(std::string path, Headers headers, std::size_t answer_bytes_max, Done done);

    /// Posts to `path`, as `get` requests.
    void post_to(std::string path, std::string document, Headers headers, Done done);

    [[nodiscard]] const net::ServiceUrl& url() const { return url_; }

private:
    void start(net::OutboundHttpRequest http_request, Done done);
    void end(std::uint64_t number, const Done& done, net::OutboundHttpResponse response);

    net::ServiceUrl url_;
    net::HttpTransport& transport_;
    std::chrono::microseconds limit_;
    std::map<std::uint64_t, std::shared_ptr<net::HttpAttempt>> attempts_;
    std::uint64_t last_number_ = 0;
};

}  // namespace botcore::host
