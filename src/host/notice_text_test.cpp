#include "host/notice_text.hpp"

#include "base/cut_text.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <cstdint>

namespace botcore::host {
namespace {

TEST(NoticeText, IsOneLineOfUtf8WithinItsLimit) {
    EXPECT_EQ(notice_name("a\nb\xff", 10), "a b?");
    EXPECT_EQ(notice_name("ééééé", 3), "éé…");
    EXPECT_EQ(notice_line("one\ntwo", 10), "one two");
    EXPECT_EQ(base::count_characters(notice_line(std::string(1'000, ' '), 10)), 10U);
}

TEST(NoticeText, ShowsNothingThatLooksLikeASecret) {
    const std::string token(64, 'a');
    EXPECT_EQ(notice_line("rejected: " + token, 200).find(token), std::string::npos);
    // A secret that a cut would shorten is found as well.
    EXPECT_EQ(notice_line("rejected: " + token, 30).find("aaaa"), std::string::npos);
}

TEST(NoticeText, WritesEveryTime) {
    EXPECT_EQ(notice_time(base::Timestamp::from_milliseconds(1'795'434'780'123)),
              "2026-11-23T11:53:00.123Z");
    EXPECT_EQ(notice_time(base::Timestamp::from_microseconds(INT64_MIN)),
              "0000-01-01T00:00:00.000Z");
    EXPECT_EQ(notice_time(base::Timestamp::from_microseconds(INT64_MAX)),
              "9999-12-31T23:59:59.999Z");
}

TEST(NoticeText, AddsFactsAndKeepsTheFirstValueOfAName) {
    boost::json::object object{{"id", "x"}};
    const std::vector<NoticeFact> facts = {
        {"id", "y"}, {"count", std::int64_t{-3}}, {"a\tb", "c\nd"}};
    add_facts(object, facts);
    EXPECT_EQ(boost::json::serialize(object), R"({"id":"x","count":-3,"a b":"c d"})");
}

TEST(NoticeText, AddsALimitedNumberOfFacts) {
    std::vector<NoticeFact> facts;
    for (std::int64_t i = 0; i < 500; ++i)
        facts.emplace_back("fact " + std::to_string(i), i);
    boost::json::object object;
    add_facts(object, facts);
    EXPECT_EQ(object.size(), kFactsMax);
}

TEST(NoticeText, RecognizesLinks) {
    EXPECT_TRUE(is_web_link("https://runbooks.example/a-b.md#c?d=e"));
    EXPECT_TRUE(is_web_link("http://127.0.0.1:8080/"));
    EXPECT_FALSE(is_web_link("docs/runbooks/store-down.md"));
    EXPECT_FALSE(is_web_link("javascript:alert(1)"));
    EXPECT_FALSE(is_web_link("https://a.example/|text"));
    EXPECT_FALSE(is_web_link("https://a.example/><!channel>"));
    EXPECT_FALSE(is_web_link("https://a.example/ b"));
    EXPECT_FALSE(is_web_link("https://" + std::string(5'000, 'a')));
}

}  // namespace
}  // namespace botcore::host
