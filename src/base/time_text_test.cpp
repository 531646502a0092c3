#include "base/time_text.hpp"

#include "base/random.hpp"

#include <gtest/gtest.h>

namespace botcore::base {
namespace {

std::string text_of(std::int64_t milliseconds) {
    return to_iso8601(Timestamp::from_milliseconds(milliseconds));
}

TEST(Iso8601, WritesKnownTimes) {
    EXPECT_EQ(text_of(0), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(text_of(1'723'161'255'208), "2024-08-08T23:54:15.208Z");
    EXPECT_EQ(text_of(951'782'400'000), "2000-02-29T00:00:00.000Z");
    EXPECT_EQ(text_of(-1), "1969-12-31T23:59:59.999Z");
}

TEST(Iso8601, RoundTripsTimes) {
    Random random(7);
    for (int i = 0; i < 10'000; ++i) {
        const auto time =
            Timestamp::from_milliseconds(random.between(-62'167'219'200'000, 253'402'300'799'999));
        ASSERT_EQ(parse_iso8601(to_iso8601(time)), time) << to_iso8601(time);
    }
}

TEST(Iso8601, ReadsShortForms) {
    const auto noon = Timestamp::from_milliseconds(1'723'118'400'000);
    EXPECT_EQ(parse_iso8601("2024-08-08T12:00Z"), noon);
    EXPECT_EQ(parse_iso8601("2024-08-08T12:00:00Z"), noon);
    EXPECT_EQ(parse_iso8601("2024-08-08T12:00:00.000001Z"), noon + Duration::microseconds(1));
    EXPECT_EQ(parse_iso8601("2024-02-29T00:00Z"), Timestamp::from_milliseconds(1'709'164'800'000));
}

TEST(Iso8601, RejectsEverythingElse) {
    for (const char* text : {"",
                             "now",
                             "2024-08-08",
                             "2024-08-08T12:00",
                             "2024-08-08T12:00+01:00",
                             "2024-08-08 12:00Z",
                             "2024-8-8T12:00Z",
                             "2023-02-29T00:00Z",
                             "2024-13-01T00:00Z",
                             "2024-00-01T00:00Z",
                             "2024-01-00T00:00Z",
                             "2024-01-32T00:00Z",
                             "2024-01-01T24:00Z",
                             "2024-01-01T00:60Z",
                             "2024-01-01T00:00:60Z",
                             "2024-01-01T00:00:00.Z",
                             "2024-01-01T00:00:00.1234567Z",
                             "2024-01-01T00:00:00ZZ",
                             "-024-01-01T00:00Z"}) {
        EXPECT_FALSE(parse_iso8601(text)) << text;
    }
}

TEST(TimeText, HasAShortFormToTheSecond) {
    EXPECT_EQ(to_compact_iso8601(*parse_iso8601("2015-08-30T12:36:00.999Z")), "20150830T123600Z");
}

}  // namespace
}  // namespace botcore::base
