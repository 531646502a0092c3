#include "base/random.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace botcore::base {
namespace {

TEST(Random, MatchesThePublishedSequenceOfSplitMix64) {
    Random random(1234567);
    EXPECT_EQ(random.next(), 6457827717110365317ULL);
    EXPECT_EQ(random.next(), 3203168211198807973ULL);
}

TEST(Random, StaysWithinItsBounds) {
    Random random(7);
    bool low_seen = false;
    bool high_seen = false;
    for (int i = 0; i < 10'000; ++i) {
        const auto number = random.between(-3, 3);
        ASSERT_GE(number, -3);
        ASSERT_LE(number, 3);
        low_seen |= number == -3;
        high_seen |= number == 3;
    }
    EXPECT_TRUE(low_seen);
    EXPECT_TRUE(high_seen);
}

TEST(Random, CoversTheWholeIntegerRangeWithoutOverflow) {
    Random random(7);
    (void)random.between(std::numeric_limits<std::int64_t>::min(),
                         std::numeric_limits<std::int64_t>::max());
}

TEST(Random, SplitGeneratorsDiffer) {
    Random random(7);
    Random other = random.split();
    EXPECT_NE(random.next(), other.next());
}

}  // namespace
}  // namespace botcore::base
