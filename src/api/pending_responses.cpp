#include "api/pending_responses.hpp"

#include <algorithm>

namespace botcore::api {

runtime::RequestHandle PendingResponses::add(net::Respond respond,
                                             std::string caller,
                                             Headers headers) {
    waiting_.emplace(++last_, Caller{std::move(respond), std::move(caller), std::move(headers)});
    return last_;
}

void PendingResponses::on_reply(runtime::RequestHandle handle, runtime::ApiReply reply) {
    const auto place = waiting_.find(handle);
    if (place == waiting_.end()) return;
    Caller caller = std::move(place->second);
    waiting_.erase(place);
    net::HttpResponse response;
    response.status = reply.status;
    response.body = std::move(reply.body);
    response.headers = std::move(caller.headers);
    response.caller = std::move(caller.name);
    if (reply.status >= 400) response.error_code = error_code_of(response.body);
    if (reply.replayed) response.headers.emplace_back("Idempotent-Replayed", "true");
    if (reply.status == 503 || reply.status == 429) {
        const auto wait = std::max<std::int64_t>(1, reply.retry_after_seconds);
        response.headers.emplace_back("Retry-After", std::to_string(wait));
    }
    caller.respond(std::move(response));
}

std::string error_code_of(std::string_view body) {
    // Our own error bodies begin with exactly this text.
    constexpr std::string_view kStart = R"({"error":{"code":")";
    if (!body.starts_with(kStart)) return {};
    body.remove_prefix(kStart.size());
    return std::string(body.substr(0, body.find('"')));
}

}  // namespace botcore::api
