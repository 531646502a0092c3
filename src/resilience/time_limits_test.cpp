#include "resilience/clock_test.hpp"
#include "resilience/deadline.hpp"
#include "resilience/reconnect.hpp"
#include "resilience/sliding_window.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <deque>

namespace botcore::resilience {
namespace {

// @spec:X-12
TEST(Deadline, DefaultsToTwentyFiveSecondsAndIsLimitedToThirty) {
    EXPECT_EQ(Deadline::after(kStart).at(), kStart + Duration::seconds(25));
    EXPECT_EQ(Deadline::after(kStart, Duration::seconds(60)).at(), kStart + Duration::seconds(30));
    EXPECT_EQ(Deadline::after(kStart, Duration::seconds(-1)).at(), kStart);
}

TEST(Deadline, ReturnsTheRemainingTime) {
    const auto deadline = Deadline::after(kStart, Duration::seconds(10));
    const Timestamp near = kStart + Duration::seconds(9);
    EXPECT_EQ(deadline.remaining(near), Duration::seconds(1));
    EXPECT_TRUE(deadline.has_time_for(near, Duration::seconds(1)));
    EXPECT_FALSE(deadline.has_time_for(near, Duration::microseconds(1'000'001)));
    EXPECT_FALSE(deadline.has_passed(near));
    EXPECT_TRUE(deadline.has_passed(deadline.at()));
    EXPECT_EQ(deadline.remaining(deadline.at() + Duration::seconds(1)), Duration{});
    EXPECT_FALSE(deadline.has_time_for(deadline.at(), Duration{}));
}

RC_GTEST_PROP(DeadlineProperty, AChildIsNeverLaterThanItsParent, ()) {
    const auto span = [] {
        return Duration::microseconds(*rc::gen::inRange<std::int64_t>(-1'000'000, 60'000'000));
    };
    const auto parent = Deadline::after(kStart, span());
    const Timestamp now = kStart + span();
    const Duration wanted = span();
    const auto child = parent.child(now, wanted);
    RC_ASSERT(child.at() <= parent.at());
    RC_ASSERT(child.at() == parent.at() || child == Deadline::after(now, wanted));
}

TEST(ReconnectSupervisor, WaitsOneTwoFourEightSixteenAndThenThirtySeconds) {
    base::Random random(1);
    ReconnectSupervisor supervisor;
    for (const std::int64_t seconds : {1, 2, 4, 8, 16, 30, 30, 30, 30, 30, 30, 30}) {
        const auto next = supervisor.failed(kStart, random);
        EXPECT_GE(next.delay.in_milliseconds(), seconds * 800);
        EXPECT_LE(next.delay.in_milliseconds(), seconds * 1'200);
        EXPECT_EQ(next.time, kStart + next.delay);
    }
    EXPECT_EQ(supervisor.failures(), 12U);
}

TEST(ReconnectSupervisor, ResetsOnceAConnectionIsEstablished) {
    base::Random random(2);
    ReconnectSupervisor supervisor;
    for (int i = 0; i < 4; ++i)
        (void)supervisor.failed(kStart, random);
    EXPECT_FALSE(supervisor.is_alarming());
    (void)supervisor.failed(kStart, random);
    EXPECT_TRUE(supervisor.is_alarming());
    supervisor.connected();
    EXPECT_FALSE(supervisor.is_alarming());
    EXPECT_EQ(supervisor.failures(), 0U);
    EXPECT_LE(supervisor.failed(kStart, random).delay, Duration::milliseconds(1'200));
}

struct Count {
    std::int64_t value = 0;

    constexpr Count& operator+=(const Count& other) {
        value += other.value;
        return *this;
    }

    constexpr Count& operator-=(const Count& other) {
        value -= other.value;
        return *this;
    }
};

using Window = SlidingWindow<Count, 10>;

TEST(SlidingWindow, DropsOneSliceAtATime) {
    Window window(Duration::seconds(10));
    const Timestamp start = Timestamp::from_milliseconds(1'000'000);
    for (int second = 0; second < 10; ++second) {
        window.advance(start + Duration::seconds(second));
        window.add({1});
    }
    EXPECT_EQ(window.total().value, 10);
    window.advance(start + Duration::microseconds(9'999'999));
    EXPECT_EQ(window.total().value, 10);
    window.advance(start + Duration::seconds(10));
    EXPECT_EQ(window.total().value, 9);
    window.advance(start + Duration::seconds(18));
    EXPECT_EQ(window.total().value, 1);
    window.advance(start + Duration::seconds(60));
    EXPECT_EQ(window.total().value, 0);
}

TEST(SlidingWindow, ASmallClockStepBackCountsInTheNewestSlice) {
    Window window(Duration::seconds(10));
    const Timestamp start = Timestamp::from_milliseconds(1'000'000);
    window.advance(start);
    window.add({1});
    window.advance(start - Duration::seconds(5));
    window.add({1});
    EXPECT_EQ(window.total().value, 2);
    window.advance(start - Duration::seconds(50));
    EXPECT_EQ(window.total().value, 0);
    window.add({1});
    window.advance(start - Duration::seconds(41));
    EXPECT_EQ(window.total().value, 1);
    window.advance(start - Duration::seconds(40));
    EXPECT_EQ(window.total().value, 0);
}

RC_GTEST_PROP(SlidingWindowProperty, TheTotalContainsWhatIsWithinTheWindow, ()) {
    Window window(Duration::seconds(10));
    std::deque<std::int64_t> second_of;
    std::int64_t now = 1'000'000'000;
    const auto steps = *rc::gen::container<std::vector<std::int64_t>>(
        rc::gen::inRange<std::int64_t>(0, 2'500'000));
    for (const std::int64_t step : steps) {
        now += step;
        window.advance(Timestamp::from_microseconds(now));
        window.add({1});
        second_of.push_back(now / 1'000'000);
        while (second_of.front() <= second_of.back() - 10)
            second_of.pop_front();
        RC_ASSERT(window.total().value == static_cast<std::int64_t>(second_of.size()));
    }
}

}  // namespace
}  // namespace botcore::resilience
