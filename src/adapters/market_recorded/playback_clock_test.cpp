#include "adapters/market_recorded/playback_clock.hpp"

#include <gtest/gtest.h>

namespace botcore::market_recorded {
namespace {

using base::Timestamp;
using std::chrono::milliseconds;

const PlaybackClock::Wall kStart{std::chrono::hours(5)};

Timestamp at(std::int64_t count) {
    return Timestamp::from_milliseconds(count);
}

TEST(PlaybackClock, AdvancesWithRealTimeAtSpeedOne) {
    PlaybackClock clock(1, kStart, at(1'000));
    EXPECT_EQ(clock.now(kStart), at(1'000));
    EXPECT_EQ(clock.now(kStart + milliseconds(250)), at(1'250));
    EXPECT_EQ(clock.due(at(1'400)), kStart + milliseconds(400));
}

TEST(PlaybackClock, AdvancesTenTimesAsFastAtSpeedTen) {
    PlaybackClock clock(10, kStart, at(1'000));
    EXPECT_EQ(clock.now(kStart + milliseconds(250)), at(3'500));
    EXPECT_EQ(clock.due(at(3'500)), kStart + milliseconds(250));
}

TEST(PlaybackClock, AdvancesWhileTheSourceIsSilent) {
    PlaybackClock clock(1, kStart, at(1'000));
    clock.delivered(at(1'010), kStart + milliseconds(10));
    EXPECT_EQ(clock.now(kStart + milliseconds(5'000)), at(6'000));
}

TEST(PlaybackClock, EqualsTheTimeOfTheLastEventAtFullSpeed) {
    PlaybackClock clock(0, kStart, at(1'000));
    clock.delivered(at(9'000), kStart + milliseconds(1));
    EXPECT_EQ(clock.now(kStart + milliseconds(1)), at(9'000));
    EXPECT_LT(clock.due(at(99'000)), kStart) << "Everything is due immediately.";
}

TEST(PlaybackClock, AdvancesAtFullSpeedWhenTheSourceStalls) {
    PlaybackClock clock(0, kStart, at(1'000));
    clock.delivered(at(9'000), kStart);
    EXPECT_EQ(clock.now(kStart + milliseconds(2'500)), at(11'500));
}

TEST(PlaybackClock, NeverGoesBack) {
    PlaybackClock clock(0, kStart, at(1'000));
    clock.delivered(at(9'000), kStart);
    EXPECT_EQ(clock.now(kStart + milliseconds(2'500)), at(11'500));
    clock.delivered(at(9'001), kStart + milliseconds(2'500));
    EXPECT_EQ(clock.now(kStart + milliseconds(2'501)), at(11'500));
    clock.delivered(at(12'000), kStart + milliseconds(2'502));
    EXPECT_EQ(clock.now(kStart + milliseconds(2'502)), at(12'000));
}

TEST(PlaybackClock, TimeBeforeTheStartCountsAsTheStart) {
    PlaybackClock clock(1, kStart, at(1'000));
    EXPECT_EQ(clock.now(kStart - milliseconds(10)), at(1'000));
    EXPECT_EQ(clock.due(at(900)), kStart);
}

}  // namespace
}  // namespace botcore::market_recorded
