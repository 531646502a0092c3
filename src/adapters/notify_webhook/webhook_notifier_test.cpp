#include "adapters/notify_webhook/webhook_notifier.hpp"

#include "base/plain_text.hpp"
#include "host/notifier_world_test.hpp"
#include "protocol/binance/signatures.hpp"

namespace botcore::notify_webhook {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

class WebhookOverLoopback : public host::NotifierOverLoopback {
protected:
    std::unique_ptr<ports::Notifier> make(const std::string& url,
                                          std::chrono::microseconds limit) override {
        return std::make_unique<WebhookNotifier>(
            Options{.url = net::parse_service_url(url).value(),
                    .secret = host::Secret(kKey),
                    .source = "bot-1",
                    .limit = limit,
                    .now = [] { return base::Timestamp::from_milliseconds(1'795'434'785'999); }},
            *transport_);
    }

    net::PeerStep accepted() override { return net::response(204, ""); }
};

TEST_F(WebhookOverLoopback, SendsEveryFieldOfTheNotice) {
    const std::string request = request_of(full_notice());
    EXPECT_THAT(request, HasSubstr("POST /services/T0/hushhushpath HTTP/1.1\r\n"));
    EXPECT_EQ(json::parse(net::body_of(request)), json::parse(R"({
        "version": 1,
        "id": "n-7",
        "source": "bot-1",
        "subject": "StoreDown",
        "level": "critical",
        "over": false,
        "text": "The store has not answered for 12 s.",
        "page": "https://runbooks.example/store-down.md",
        "action": "Run botctl health.",
        "time": "2026-11-23T11:53:00.123Z",
        "may_be_repeated": false,
        "facts": {"store": "sqlite", "seconds": 12}})"));
}

TEST_F(WebhookOverLoopback, SaysThatAConditionIsOverAndThatANoticeMayBeRepeated) {
    ports::Notice notice = full_notice();
    notice.over = true;
    notice.may_be_repeated = true;
    const json::object body = body_of(notice);
    EXPECT_TRUE(body.at("over").as_bool());
    EXPECT_TRUE(body.at("may_be_repeated").as_bool());
    EXPECT_EQ(body.at("id").as_string(), "n-7");
}

TEST_F(WebhookOverLoopback, SignsTimeAndBody) {
    const std::string request = request_of(full_notice());
    EXPECT_THAT(request, HasSubstr("X-Botcore-Timestamp: 1795434785\r\n"));
    const std::string signature =
        protocol::hmac_sha256_hex(kKey, "1795434785." + net::body_of(request));
    EXPECT_THAT(request, HasSubstr("X-Botcore-Signature: v1=" + signature + "\r\n"));
    EXPECT_THAT(request, Not(HasSubstr(kKey)));
}

TEST_F(WebhookOverLoopback, DeliversWithEverySuccess) {
    for (const int status : {200, 201, 202})
        EXPECT_EQ(delivery_after(status).result, Result::Delivered) << status;
    EXPECT_EQ(delivery_after(accepted()).result, Result::Delivered);
}

TEST_F(WebhookOverLoopback, RefusalsAndRedirectsEndForEver) {
    for (const int status : {400, 401, 404, 410})
        EXPECT_EQ(delivery_after(status).result, Result::Refused) << status;
    for (const int status : {301, 302, 307, 308})
        EXPECT_EQ(delivery_after(status, "Location: http://127.0.0.1:1/\r\n").result,
                  Result::Refused)
            << status;
    EXPECT_EQ(delivery_after(404).error, "status 404");
}

TEST_F(WebhookOverLoopback, ServerErrorsAndThrottlingDoNot) {
    for (const int status : {408, 425, 500, 502, 599})
        EXPECT_EQ(delivery_after(status).result, Result::Failed) << status;
    for (const int status : {429, 503}) {
        const auto later = delivery_after(status, "Retry-After: 30\r\n");
        EXPECT_EQ(later.result, Result::Failed);
        EXPECT_EQ(later.retry_after, base::Duration::seconds(30));
    }
}

TEST_F(WebhookOverLoopback, FailsWithoutAnAnswer) {
    expect_failure_without_an_answer();
}

TEST_F(WebhookOverLoopback, SendsTwoAtOnce) {
    expect_two_sends_at_once();
}

TEST_F(WebhookOverLoopback, IsSilentAfterItsDestruction) {
    expect_silence_after_destruction();
}

TEST_F(WebhookOverLoopback, KeepsItsLimitsWhateverANoticeContains) {
    for (const std::string& unit : host::monstrous_units()) {
        const std::string text = net::body_of(request_of(host::monstrous_notice(unit)));
        EXPECT_LE(text.size(), 1'000'000U) << unit;
        EXPECT_TRUE(base::is_plain_line(text)) << unit;
        const json::object body = json::parse(text).as_object();
        EXPECT_TRUE(std::string_view(body.at("text").as_string()).ends_with("…")) << unit;
        EXPECT_EQ(body.at("facts").as_object().size(), 100U) << unit;
    }
    EXPECT_EQ(body_of({}).at("text").as_string(), "");
}

}  // namespace
}  // namespace botcore::notify_webhook
