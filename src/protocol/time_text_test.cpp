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

}  // namespace
}  // namespace botcore::protocol
