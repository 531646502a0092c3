#include "adapters/notify_webhook/webhook_notifier.hpp"

#include "base/check.hpp"
#include "host/notice_text.hpp"
#include "protocol/binance/signatures.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace botcore::notify_webhook {

namespace {

namespace json = boost::json;
using Result = ports::Delivery::Result;

// Our own limits, in characters, so that a receiver can give its own.
constexpr std::size_t kTextMax = 10'000;
constexpr std::size_t kPageMax = 1'000;
constexpr std::size_t kNameMax = 255;

std::string body_of_notice(const ports::Notice& notice, std::string_view source) {
    json::object facts;
    host::add_facts(facts, notice.facts);
    const json::object body{{"version", 1},
                            {"id", host::notice_name(notice.id, kNameMax)},
                            {"source", host::notice_name(source, kNameMax)},
                            {"subject", host::notice_name(notice.subject, kNameMax)},
                            {"level", to_text(notice.level)},
                            {"over", notice.over},
                            {"text", host::notice_line(notice.text, kTextMax)},
                            {"page", host::notice_name(notice.page, kPageMax)},
                            {"action", host::notice_line(notice.action, kTextMax)},
                            {"time", host::notice_time(notice.time)},
                            {"may_be_repeated", notice.may_be_repeated},
                            {"facts", std::move(facts)}};
    return json::serialize(body);
}

ports::Delivery delivery_of(const host::PostEnd& end) {
    if (end.status >= 200 && end.status < 300) return {};
    if (!end.is_transient()) return {.result = Result::Refused, .error = end.text};
    return {.result = Result::Failed, .error = end.text, .retry_after = end.retry_after};
}

}  // namespace

WebhookNotifier::WebhookNotifier(Options options, net::HttpTransport& transport)
    : secret_(std::move(options.secret)),
      source_(std::move(options.source)),
      now_(std::move(options.now)),
      poster_(std::move(options.url), transport, options.limit) {
    CHECK(static_cast<bool>(now_));
}

void WebhookNotifier::send(const ports::Notice& notice, Done done) {
    std::string body = body_of_notice(notice, source_);
    const std::string seconds = std::to_string(now_().in_milliseconds() / 1'000);
    const std::string signature = protocol::hmac_sha256_hex(secret_.reveal(), seconds + "." + body);
    const auto on_end = [done = std::move(done)](const host::PostEnd& end) {
        if (done) done(delivery_of(end));
    };
    poster_.post(std::move(body),
                 {{"X-Botcore-Timestamp", seconds}, {"X-Botcore-Signature", "v1=" + signature}},
                 on_end);
}

}  // namespace botcore::notify_webhook
