#include "resilience/rate_limit.hpp"

#include "resilience/clock_test.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <deque>
#include <string>

namespace botcore::resilience {
namespace {

using base::Duration;
using base::Timestamp;

constexpr RateRule kTenPerSecond{.count = 10, .per = Duration::seconds(1)};

TEST(RateBucket, GivesItsBurstAndThenOnePermitPerTenthOfASecond) {
    RateBucket bucket;
    for (std::uint32_t i = 0; i < 10; ++i) {
        const RateVerdict verdict = bucket.take(kTenPerSecond, kStart);
        EXPECT_TRUE(verdict.allowed);
        EXPECT_EQ(verdict.limit, 10U);
        EXPECT_EQ(verdict.remaining, 9 - i);
        EXPECT_EQ(verdict.retry_after, Duration());
    }
    const RateVerdict refused = bucket.take(kTenPerSecond, kStart);
    EXPECT_FALSE(refused.allowed);
    EXPECT_EQ(refused.remaining, 0U);
    EXPECT_EQ(refused.retry_after, Duration::milliseconds(100));
    EXPECT_EQ(refused.full_in, Duration::seconds(1));
    EXPECT_FALSE(bucket.take(kTenPerSecond, kStart + Duration::microseconds(99'999)).allowed);
    EXPECT_TRUE(bucket.take(kTenPerSecond, kStart + Duration::milliseconds(100)).allowed);
    EXPECT_FALSE(bucket.take(kTenPerSecond, kStart + Duration::milliseconds(199)).allowed);
}

TEST(RateBucket, IsFullAgainAfterItsSpan) {
    RateBucket bucket;
    for (int i = 0; i < 10; ++i)
        (void)bucket.take(kTenPerSecond, kStart);
    EXPECT_FALSE(bucket.is_full(kStart));
    EXPECT_TRUE(bucket.is_full(kStart + Duration::seconds(1)));
    EXPECT_EQ(bucket.take(kTenPerSecond, kStart + Duration::seconds(9)).remaining, 9U);
}

TEST(RateBucket, DelaysByAtMostTenSpansWhenTheClockGoesBack) {
    RateBucket bucket;
    (void)bucket.take(kTenPerSecond, kStart + Duration::seconds(3'600));
    const RateVerdict back = bucket.take(kTenPerSecond, kStart);
    EXPECT_FALSE(back.allowed);
    EXPECT_LE(back.retry_after, Duration::seconds(10));
    EXPECT_TRUE(bucket.take(kTenPerSecond, kStart + Duration::seconds(10)).allowed);
}

TEST(RateBucket, ChargedPermitsArePaidBeforeTheNextPermit) {
    RateBucket bucket;
    EXPECT_TRUE(bucket.take(kTenPerSecond, kStart).allowed);
    bucket.charge(kTenPerSecond, kStart, 19);
    const RateVerdict refused = bucket.take(kTenPerSecond, kStart);
    EXPECT_FALSE(refused.allowed);
    EXPECT_EQ(refused.remaining, 0U);
    EXPECT_EQ(refused.retry_after, Duration::milliseconds(1'100));
    EXPECT_TRUE(bucket.take(kTenPerSecond, kStart + Duration::milliseconds(1'100)).allowed);
    bucket.charge(kTenPerSecond, kStart, ~std::uint64_t{0});
    EXPECT_LE(bucket.take(kTenPerSecond, kStart).full_in, Duration::seconds(10));
}

TEST(RateTable, LimitsEachKeySeparately) {
    RateTable table({.count = 1, .per = Duration::seconds(60)}, 100);
    EXPECT_TRUE(table.take("a", kStart).allowed);
    EXPECT_FALSE(table.take("a", kStart).allowed);
    EXPECT_TRUE(table.take("b", kStart).allowed);
}

TEST(RateTable, WithoutARuleAllowsEverythingAndStoresNoKeys) {
    RateTable table({}, 100);
    for (int i = 0; i < 1'000; ++i) {
        const RateVerdict verdict = table.take("a", kStart);
        EXPECT_TRUE(verdict.allowed);
        EXPECT_EQ(verdict.limit, 0U);
    }
    EXPECT_EQ(table.size(), 0U);
}

TEST(RateTable, NeverHoldsMoreThanTheMaximumOfKeys) {
    RateTable table({.count = 2, .per = Duration::seconds(60)}, 4);
    int allowed = 0;
    for (int i = 0; i < 1'000; ++i)
        allowed += table.take("key-" + std::to_string(i), kStart).allowed ? 1 : 0;
    EXPECT_EQ(table.size(), 4U);
    // Four keys with a permit each, and two permits for all other keys together.
    EXPECT_EQ(allowed, 6);
    EXPECT_TRUE(table.take("key-3", kStart).allowed);
    EXPECT_FALSE(table.take("key-3", kStart).allowed);
}

TEST(RateTable, EvictsAKeyOnlyWhenItsBucketIsFull) {
    RateTable table({.count = 1, .per = Duration::seconds(60)}, 1);
    EXPECT_TRUE(table.take("a", kStart).allowed);
    EXPECT_TRUE(table.take("b", kStart).allowed);  // From the shared bucket.
    EXPECT_FALSE(table.take("c", kStart).allowed);
    EXPECT_FALSE(table.take("a", kStart).allowed);
    const Timestamp later = kStart + Duration::seconds(60);
    EXPECT_TRUE(table.take("c", later).allowed);  // Replaces "a".
    EXPECT_EQ(table.size(), 1U);
    EXPECT_FALSE(table.take("c", later).allowed);
}

RC_GTEST_PROP(RateBucketProperty, NeverGivesMoreThanBurstAndRate, ()) {
    const RateRule rule{.count = *rc::gen::inRange<std::uint32_t>(1, 200),
                        .per = Duration::milliseconds(*rc::gen::inRange(1, 5'000))};
    const auto waits = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 200));
    const std::int64_t each = (rule.per.in_microseconds() + rule.count - 1) / rule.count;
    RateBucket bucket;
    Timestamp now = kStart;
    std::int64_t given = 0;
    for (const int wait : waits) {
        now = now + Duration::milliseconds(wait);
        given += bucket.take(rule, now).allowed ? 1 : 0;
        const std::int64_t passed = (now - kStart).in_microseconds();
        RC_ASSERT(given <= std::int64_t{rule.count} + passed / each);
    }
}

RC_GTEST_PROP(RateBucketProperty, APermitIsAvailableAfterRetryAfter, ()) {
    const RateRule rule{.count = *rc::gen::inRange<std::uint32_t>(1, 200),
                        .per = Duration::milliseconds(*rc::gen::inRange(1, 5'000))};
    RateBucket bucket;
    RateVerdict verdict = bucket.take(rule, kStart);
    for (int i = 0; verdict.allowed; ++i) {
        RC_ASSERT(i < 1'000);
        verdict = bucket.take(rule, kStart);
    }
    RC_ASSERT(bucket.take(rule, kStart + verdict.retry_after).allowed);
}

}  // namespace
}  // namespace botcore::resilience
