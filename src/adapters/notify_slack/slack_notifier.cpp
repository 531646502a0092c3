#include "adapters/notify_slack/slack_notifier.hpp"

#include "adapters/notify_slack/slack_message.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace botcore::notify_slack {

namespace {

using Result = ports::Delivery::Result;

/// Whether the body of an answer is one of Slack's short words for errors, such as
/// "invalid_payload", and no part of the secret path.
bool is_error_word(std::string_view body, std::string_view path) {
    constexpr std::size_t kWordMax = 40;
    const auto is_part = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    return !body.empty() && body.size() <= kWordMax && std::ranges::all_of(body, is_part) &&
           path.find(body) == std::string_view::npos;
}

ports::Delivery delivery_of(const host::PostEnd& end, std::string_view path) {
    if (end.status == 200 && end.body == "ok") return {};
    const bool refused = end.status >= 400 && end.status < 500 && end.status != 429;
    std::string error = end.text;
    if (end.status == 200) error += " with an answer other than ok";
    if (end.status >= 400 && is_error_word(end.body, path)) error += ", " + end.body;
    if (refused) return {.result = Result::Refused, .error = std::move(error)};
    return {.result = Result::Failed, .error = std::move(error), .retry_after = end.retry_after};
}

}  // namespace

SlackNotifier::SlackNotifier(Options options, net::HttpTransport& transport)
    : source_(std::move(options.source)),
      poster_(std::move(options.url), transport, options.limit) {
}

void SlackNotifier::send(const ports::Notice& notice, Done done) {
    const auto on_end = [path = poster_.url().base,
                         done = std::move(done)](const host::PostEnd& end) {
        if (done) done(delivery_of(end, path));
    };
    poster_.post(slack_message(notice, source_), {}, on_end);
}

}  // namespace botcore::notify_slack
