#include "adapters/notify_pagerduty/pagerduty_notifier.hpp"

#include "adapters/notify_pagerduty/pagerduty_event.hpp"
#include "base/cut_text.hpp"
#include "base/plain_text.hpp"
#include "host/notifier_world_test.hpp"

#include <boost/json/array.hpp>

#include <set>

namespace botcore::notify_pagerduty {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

class PagerDutyOverLoopback : public host::NotifierOverLoopback {
protected:
    std::unique_ptr<ports::Notifier> make(const std::string& url,
                                          std::chrono::microseconds limit) override {
        return std::make_unique<PagerDutyNotifier>(
            Options{.url = net::parse_service_url(url).value(),
                    .routing_key = host::Secret(kKey),
                    .source = "bot-1",
                    .limit = limit},
            *transport_);
    }

    net::PeerStep accepted() override { return net::response(202, R"({"status":"success"})"); }
};

TEST_F(PagerDutyOverLoopback, TriggersAnAlert) {
    const std::string request = request_of(full_notice());
    EXPECT_THAT(request, HasSubstr("POST /services/T0/hushhushpath HTTP/1.1\r\n"));
    EXPECT_EQ(json::parse(net::body_of(request)), json::parse(R"({
        "routing_key": "hushhushkey",
        "event_action": "trigger",
        "dedup_key": "bot-1/StoreDown",
        "payload": {
            "summary": "The store has not answered for 12 s.",
            "source": "bot-1",
            "severity": "critical",
            "timestamp": "2026-11-23T11:53:00.123Z",
            "component": "botcored",
            "group": "botcore",
            "class": "StoreDown",
            "custom_details": {"id": "n-7", "action": "Run botctl health.",
                               "store": "sqlite", "seconds": 12}},
        "links": [{"href": "https://runbooks.example/store-down.md", "text": "Runbook"}]})"));
}

TEST_F(PagerDutyOverLoopback, ResolvesTheSameAlert) {
    ports::Notice notice = full_notice();
    notice.over = true;
    const json::object body = body_of(notice);
    EXPECT_EQ(body.at("event_action").as_string(), "resolve");
    EXPECT_EQ(body.at("dedup_key").as_string(), "bot-1/StoreDown");
}

TEST_F(PagerDutyOverLoopback, RepeatsTheSameEvent) {
    ports::Notice notice = full_notice();
    const json::object first = body_of(notice);
    notice.may_be_repeated = true;
    EXPECT_EQ(body_of(notice), first);
}

TEST_F(PagerDutyOverLoopback, NamesEachSeverity) {
    using enum ports::NoticeLevel;
    for (const auto& [level, name] :
         {std::pair{Info, "info"}, std::pair{Warning, "warning"}, std::pair{Critical, "critical"}})
        EXPECT_EQ(body_of({.level = level, .text = "a"}).at("payload").at("severity").as_string(),
                  name);
}

TEST_F(PagerDutyOverLoopback, LinksOnlyToAUrl) {
    const json::object body = body_of({.subject = "a", .text = "b", .page = "store-down.md"});
    EXPECT_FALSE(body.contains("links"));
    EXPECT_EQ(body.at("payload").at("custom_details").at("runbook").as_string(), "store-down.md");
}

TEST_F(PagerDutyOverLoopback, DeliversOnlyWith202) {
    EXPECT_EQ(delivery_after(202).result, Result::Delivered);
    for (const int status : {200, 204, 302})
        EXPECT_EQ(delivery_after(status).result, Result::Failed) << status;
}

TEST_F(PagerDutyOverLoopback, RefusalsEndForEverAndServerErrorsDoNot) {
    for (const int status : {400, 401, 403, 404, 413})
        EXPECT_EQ(delivery_after(status).result, Result::Refused) << status;
    EXPECT_EQ(delivery_after(400).error, "status 400");
    for (const int status : {500, 502})
        EXPECT_EQ(delivery_after(status).result, Result::Failed) << status;
    for (const int status : {429, 503}) {
        const auto later = delivery_after(status, "Retry-After: 30\r\n");
        EXPECT_EQ(later.result, Result::Failed);
        EXPECT_EQ(later.retry_after, base::Duration::seconds(30));
    }
}

TEST_F(PagerDutyOverLoopback, FailsWithoutAnAnswer) {
    expect_failure_without_an_answer();
}

TEST_F(PagerDutyOverLoopback, SendsTwoAtOnce) {
    expect_two_sends_at_once();
}

TEST_F(PagerDutyOverLoopback, IsSilentAfterItsDestruction) {
    expect_silence_after_destruction();
}

TEST_F(PagerDutyOverLoopback, KeepsTheLimitsWhateverANoticeContains) {
    for (const std::string& unit : host::monstrous_units()) {
        const std::string text = net::body_of(request_of(host::monstrous_notice(unit)));
        EXPECT_LE(text.size(), 512'000U) << unit;
        EXPECT_TRUE(base::is_plain_line(text)) << unit;
        const json::object body = json::parse(text).as_object();
        EXPECT_LE(body.at("dedup_key").as_string().size(), 255U);
        const std::string_view summary = body.at("payload").at("summary").as_string();
        EXPECT_EQ(base::count_characters(summary), 1'024U) << unit;
        EXPECT_TRUE(summary.ends_with("…"));
        EXPECT_FALSE(body.contains("links"));
        EXPECT_GE(body.at("payload").at("custom_details").as_object().size(), 100U);
    }
    EXPECT_EQ(body_of({}).at("payload").at("summary").as_string(), "notice");
}

TEST(PagerDutyDedupKey, IsShortAndDifferentForEachSubject) {
    EXPECT_EQ(dedup_key("bot-1", "StoreDown"), "bot-1/StoreDown");
    EXPECT_EQ(dedup_key("b", std::string(253, 'x')).size(), 255U);
    const std::string text(1'000, 'x');
    const std::string wide = [] {
        std::string out;
        for (int i = 0; i < 300; ++i)
            out += "😀";
        return out;
    }();
    std::set<std::string> keys;
    for (const std::string& subject : {text,
                                       text + "1",
                                       text + "2",
                                       wide,
                                       wide + "1",
                                       std::string("a b"),
                                       std::string("a\nb"),
                                       std::string("a\tb")}) {
        const std::string key = dedup_key("bot-1", subject);
        EXPECT_EQ(key, dedup_key("bot-1", subject));
        EXPECT_LE(key.size(), 255U);
        EXPECT_TRUE(base::is_plain_line(key));
        keys.insert(key);
    }
    EXPECT_EQ(keys.size(), 8U);
}

}  // namespace
}  // namespace botcore::notify_pagerduty
