#include "protocol/time_text.hpp"

#include <gtest/gtest.h>

namespace botcore::protocol {
namespace {

std::string text_of(std::int64_t milliseconds) {
    return to_iso8601(base::Timestamp::from_milliseconds(milliseconds));
}

TEST(Iso8601, WritesKnownMoments) {
    EXPECT_EQ(text_of(0), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(text_of(1'723'161'255'208), "2024-08-08T23:54:15.208Z");
    EXPECT_EQ(text_of(951'782'400'000), "2000-02-29T00:00:00.000Z");
    EXPECT_EQ(text_of(-1), "1969-12-31T23:59:59.999Z");
}

TEST(Iso8601, ReadsWhatItWrites) {
    for (const std::int64_t moment : {0LL, 1'723'161'255'208LL, 951'782'400'000LL, -1LL}) {
        EXPECT_EQ(parse_iso8601(text_of(moment)), base::Timestamp::from_milliseconds(moment));
    }
    EXPECT_EQ(parse_iso8601("1970-01-01T00:00:01Z"), base::Timestamp::from_milliseconds(1'000));
    EXPECT_EQ(parse_iso8601("1970-01-01T00:00:00.25Z"), base::Timestamp::from_milliseconds(250));
    EXPECT_EQ(parse_iso8601("1970-01-01T00:00:00.000001Z"), base::Timestamp::from_microseconds(1));
}

TEST(Iso8601, RefusesWhatIsNoMoment) {
    for (const char* text : {"",
                             "2026-11-23",
                             "2026-11-23T10:00:00",
                             "2026-11-23 10:00:00Z",
                             "2026-11-23T10:00:00.Z",
                             "2026-11-23T10:00:00.1234567Z",
                             "2026-11-23T10:00:00+01:00",
                             "2026-11-23T10:00:00ZZ",
                             "2026-02-29T10:00:00Z",
                             "2026-13-01T10:00:00Z",
                             "2026-00-01T10:00:00Z",
                             "2026-01-00T10:00:00Z",
                             "2026-01-01T24:00:00Z",
                             "2026-01-01T10:60:00Z",
                             "2026-01-01T10:00:60Z",
                             "-026-01-01T10:00:00Z",
                             "2026-1-01T10:00:00Z"}) {
        EXPECT_EQ(parse_iso8601(text), std::nullopt) << text;
    }
    EXPECT_TRUE(parse_iso8601("2028-02-29T10:00:00Z").has_value());
}

}  // namespace
}  // namespace botcore::protocol
