#include "host/json_poster.hpp"

#include "observability/redact.hpp"

namespace botcore::host {

namespace {

/// Enough for the answer of every service that takes messages.
constexpr std::size_t kAnswerBytesMax = std::size_t{64} * 1'024;

PostEnd end_of(net::OutboundHttpResponse response) {
    const resilience::AttemptResult& result = response.result;
    if (result.end != resilience::AttemptEnd::Answered) {
        const std::string text =
            "no answer: " + std::string(to_text(result.end)) + ", " + response.detail;
        return {.text = observability::redact(text)};
    }
    return {.status = result.status,
            .body = std::move(response.body),
            .text = "status " + std::to_string(result.status),
            .retry_after = result.retry_after};
}

}  // namespace

JsonPoster::JsonPoster(net::ServiceUrl url,
                       net::HttpTransport& transport,
                       std::chrono::microseconds limit)
    : url_(std::move(url)),
      transport_(transport),
      limit_(limit) {
}

JsonPoster::~JsonPoster() {
    for (const auto& [number, attempt] : attempts_)
        attempt->cancel();
}

void JsonPoster::post(std::string document, Headers headers, Done done) {
    // A transport appends the path to the base, and an HTTP target must not be empty.
    post_to(url_.base.empty() ? "/" : "", std::move(document), std::move(headers), std::move(done));
}

void JsonPoster::post_to(std::string path, std::string document, Headers headers, Done done) {
    start({.method = "POST",
           .path = std::move(path),
           .body = std::move(document),
           .headers = std::move(headers),
           .response_bytes_max = kAnswerBytesMax},
          std::move(done));
}

void JsonPoster::get(std::string path, Headers headers, std::size_t answer_bytes_max, Done done) {
    start({.path = std::move(path),
           .headers = std::move(headers),
           .response_bytes_max = answer_bytes_max},
          std::move(done));
}

void JsonPoster::start(net::OutboundHttpRequest http_request, Done done) {
    if (attempts_.size() >= kPostsMax) {
        done({.text = "not sent: too many messages are under way"});
        return;
    }
    const std::uint64_t number = ++last_number_;
    attempts_[number] = transport_.start(
        url_,
        std::move(http_request),
        limit_,
        [this, number, done = std::move(done)](net::OutboundHttpResponse response) {
            end(number, done, std::move(response));
        });
}

void JsonPoster::end(std::uint64_t number, const Done& done, net::OutboundHttpResponse response) {
    attempts_.erase(number);
    done(end_of(std::move(response)));  // Last, because it may destroy this object.
}

}  // namespace botcore::host
