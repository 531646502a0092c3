#include "adapters/notify_slack/slack_notifier.hpp"

#include "adapters/notify_slack/slack_message.hpp"
#include "base/cut_text.hpp"
#include "base/plain_text.hpp"
#include "host/notifier_world_test.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace botcore::notify_slack {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

class SlackOverLoopback : public host::NotifierOverLoopback {
protected:
    std::unique_ptr<ports::Notifier> make(const std::string& url,
                                          std::chrono::microseconds limit) override {
        return std::make_unique<SlackNotifier>(
            Options{.url = net::parse_service_url(url).value(), .source = "bot-1", .limit = limit},
            *transport_);
    }

    net::PeerStep accepted() override { return net::response(200, "ok"); }
};

TEST_F(SlackOverLoopback, SendsTheBeginningOfACondition) {
    const std::string request = request_of(full_notice());
    EXPECT_THAT(request, HasSubstr("POST /services/T0/hushhushpath HTTP/1.1\r\n"));
    EXPECT_EQ(json::parse(net::body_of(request)), json::parse(R"({
        "text": "[bot-1] Critical: The store has not answered for 12 s.",
        "blocks": [
            {"type": "header", "text":
                {"type": "plain_text", "text": "Critical: StoreDown", "emoji": false}},
            {"type": "section", "text": {"type": "plain_text",
                "text": "The store has not answered for 12 s.", "emoji": false}},
            {"type": "section", "fields": [
                {"type": "plain_text", "text": "store: sqlite", "emoji": false},
                {"type": "plain_text", "text": "seconds: 12", "emoji": false}]},
            {"type": "context", "elements": [
                {"type": "plain_text", "text": "Action: Run botctl health.", "emoji": false},
                {"type": "mrkdwn", "text": "Runbook: <https://runbooks.example/store-down.md>",
                 "verbatim": true},
                {"type": "plain_text", "text": "Source: bot-1", "emoji": false},
                {"type": "plain_text", "text": "Time: 2026-11-23T11:53:00.123Z", "emoji": false},
                {"type": "plain_text", "text": "Id: n-7", "emoji": false}]}]})"));
}

TEST_F(SlackOverLoopback, SaysThatAConditionIsOver) {
    const json::object body = body_of({.subject = "StoreDown",
                                       .level = ports::NoticeLevel::Critical,
                                       .over = true,
                                       .text = "The store answers."});
    EXPECT_EQ(body.at("text").as_string(), "[bot-1] Resolved: The store answers.");
    const json::array& blocks = body.at("blocks").as_array();
    ASSERT_EQ(blocks.size(), 3U);
    EXPECT_EQ(blocks[0].at("text").at("text").as_string(), "Resolved: StoreDown");
    EXPECT_EQ(blocks[2].at("elements").as_array().size(), 2U);
}

TEST_F(SlackOverLoopback, SaysThatANoticeMayBeRepeated) {
    ports::Notice notice = full_notice();
    notice.may_be_repeated = true;
    const json::object body = body_of(notice);
    EXPECT_EQ(body.at("text").as_string(),
              "[bot-1] Critical: The store has not answered for 12 s. (may be repeated, id n-7)");
    const json::array& elements = body.at("blocks").as_array().back().at("elements").as_array();
    EXPECT_EQ(elements.back().at("text").as_string(),
              "This message may be repeated: an earlier attempt may have reached you.");
    EXPECT_EQ(elements[4].at("text").as_string(), "Id: n-7");
}

TEST_F(SlackOverLoopback, EscapesMarkup) {
    const json::object body = body_of({.id = "<1>",
                                       .subject = "<!channel>",
                                       .text = "a < b && c > d <@U1>",
                                       .page = "<http://x|y>",
                                       .facts = {{"<k>", "&"}}});
    EXPECT_THAT(json::serialize(body), Not(testing::AnyOf(HasSubstr("<"), HasSubstr(">"))));
    const json::array& blocks = body.at("blocks").as_array();
    EXPECT_EQ(blocks[0].at("text").at("text").as_string(), "Info: &lt;!channel&gt;");
    EXPECT_EQ(blocks[1].at("text").at("text").as_string(),
              "a &lt; b &amp;&amp; c &gt; d &lt;@U1&gt;");
    EXPECT_EQ(blocks[2].at("fields").at(0).at("text").as_string(), "&lt;k&gt;: &amp;");
}

TEST_F(SlackOverLoopback, DeliversOnlyWithOk) {
    EXPECT_EQ(delivery_after(net::response(200, "ok")).result, Result::Delivered);
    for (const auto* const other : {"", "{}", "hushhushpath", "OK", "<html>"})
        EXPECT_EQ(delivery_after(net::response(200, other)).result, Result::Failed) << other;
    for (const int status : {202, 204, 302})
        EXPECT_EQ(delivery_after(status).result, Result::Failed) << status;
}

TEST_F(SlackOverLoopback, RefusalsEndForEverAndServerErrorsDoNot) {
    for (const int status : {400, 403, 404, 408, 410})
        EXPECT_EQ(delivery_after(status).result, Result::Refused) << status;
    for (const int status : {500, 502, 503})
        EXPECT_EQ(delivery_after(status).result, Result::Failed) << status;
    const auto throttled = delivery_after(429, "Retry-After: 30\r\n");
    EXPECT_EQ(throttled.result, Result::Failed);
    EXPECT_EQ(throttled.retry_after, base::Duration::seconds(30));
}

TEST_F(SlackOverLoopback, ErrorHasTheShortWordOfTheServiceAndNoOtherText) {
    EXPECT_EQ(delivery_after(net::response(400, "invalid_payload")).error,
              "status 400, invalid_payload");
    for (const std::string text : {"hushhushpath",
                                   "hushhush",
                                   "T0",
                                   "/services/T0/hushhushpath",
                                   "bad word",
                                   "",
                                   "<b>",
                                   "\x1b[2J"}) {
        EXPECT_EQ(delivery_after(net::response(404, text)).error, "status 404") << text;
    }
}

TEST_F(SlackOverLoopback, FailsWithoutAnAnswer) {
    expect_failure_without_an_answer();
}

TEST_F(SlackOverLoopback, SendsTwoAtOnce) {
    expect_two_sends_at_once();
}

TEST_F(SlackOverLoopback, IsSilentAfterItsDestruction) {
    expect_silence_after_destruction();
}

/// The texts of a message with the greatest number of characters that Slack allows for each.
void expect_texts_within_limits(const json::object& body) {
    const auto expect_text = [](const json::value& text, std::size_t max) {
        const std::string_view shown = text.at("text").as_string();
        EXPECT_FALSE(shown.empty());
        EXPECT_LE(base::count_characters(shown), max);
        EXPECT_TRUE(base::is_plain_line(shown));
    };
    for (const json::value& block : body.at("blocks").as_array()) {
        const json::object& object = block.as_object();
        const bool is_header = object.at("type").as_string() == "header";
        if (object.contains("text")) expect_text(object.at("text"), is_header ? 150 : 3'000);
        if (object.contains("fields")) {
            EXPECT_LE(object.at("fields").as_array().size(), 10U);
            for (const json::value& field : object.at("fields").as_array())
                expect_text(field, 2'000);
        }
        if (object.contains("elements")) {
            EXPECT_LE(object.at("elements").as_array().size(), 10U);
            for (const json::value& element : object.at("elements").as_array())
                expect_text(element, 3'000);
        }
    }
}

TEST_F(SlackOverLoopback, KeepsTheLimitsWhateverANoticeContains) {
    for (const std::string& unit : host::monstrous_units()) {
        const std::string text = net::body_of(request_of(host::monstrous_notice(unit)));
        EXPECT_LE(base::count_characters(text), kMessageMax) << unit;
        EXPECT_TRUE(base::is_plain_line(text)) << unit;
        const json::object body = json::parse(text).as_object();
        EXPECT_LE(body.at("blocks").as_array().size(), 50U);
        expect_texts_within_limits(body);
        EXPECT_THAT(text, HasSubstr("Facts left out: ")) << unit;
    }
    expect_texts_within_limits(body_of({}));
}

TEST_F(SlackOverLoopback, ShowsAsManyShortFactsAsItMay) {
    ports::Notice notice;
    for (std::int64_t i = 0; i < 120; ++i)
        notice.facts.emplace_back("f", i);
    const json::object body = body_of(notice);
    EXPECT_EQ(body.at("blocks").as_array().size(), 13U);
    EXPECT_THAT(json::serialize(body), HasSubstr("Facts left out: 20"));
}

TEST(SlackText, IsCutBetweenCharactersAndBetweenEscapes) {
    EXPECT_EQ(escaped_text("abc", 3), "abc");
    EXPECT_EQ(escaped_text("abcd", 3), "ab…");
    EXPECT_EQ(escaped_text("&", 5), "&amp;");
    EXPECT_EQ(escaped_text("&", 4), "…");
    EXPECT_EQ(escaped_text("a&b", 6), "a…");
    EXPECT_EQ(escaped_text("é😀é", 2), "é…");
    EXPECT_EQ(escaped_text("\"\"", 4), "\"\"");
    EXPECT_EQ(escaped_text("\"\"", 3), "\"…");
}

}  // namespace
}  // namespace botcore::notify_slack
