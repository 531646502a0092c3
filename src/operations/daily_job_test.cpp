#include "operations/daily_job.hpp"

#include "base/calendar.hpp"

#include <gtest/gtest.h>

namespace botcore::operations {
namespace {

using base::Duration;
using base::Timestamp;

constexpr int kDay = 20'780;
constexpr TimeOfDay kTwo{120};

Timestamp at(int day, std::int64_t hour, std::int64_t minute = 0) {
    return base::midnight_of(std::chrono::sys_days(std::chrono::days(day))) +
           Duration::seconds(hour * 3'600 + minute * 60);
}

TEST(DailyJob, ReadsATimeOfDay) {
    EXPECT_EQ(parse_time_of_day("02:00"), kTwo);
    EXPECT_EQ(parse_time_of_day("23:59"), TimeOfDay{1'439});
    for (const char* wrong : {"", "2:00", "24:00", "02:60", "02-00", "02:0x", "02:000"})
        EXPECT_EQ(parse_time_of_day(wrong), std::nullopt) << wrong;
}

// @spec:R3-BKP-01 R3-AC-11 R3-AC-13
TEST(DailyJob, IsDueOnceADay) {
    EXPECT_TRUE(is_due(kTwo, {}, {}, at(kDay, 1)));
    EXPECT_FALSE(is_due(kTwo, at(kDay - 1, 2), at(kDay - 1, 2), at(kDay, 1, 59)));
    EXPECT_TRUE(is_due(kTwo, at(kDay - 1, 2), at(kDay - 1, 2), at(kDay, 2)));
    EXPECT_FALSE(is_due(kTwo, at(kDay, 2), at(kDay, 2), at(kDay, 2, 1)));
}

TEST(DailyJob, AMissedDayIsCaughtUpOnce) {
    EXPECT_TRUE(is_due(kTwo, at(kDay - 3, 2), at(kDay - 3, 2), at(kDay, 1)));
    EXPECT_FALSE(is_due(kTwo, at(kDay, 1), at(kDay, 1), at(kDay, 1, 30)));
}

TEST(DailyJob, AFailureIsRetriedAfterTenMinutes) {
    const auto done = at(kDay - 1, 2);
    EXPECT_FALSE(is_due(kTwo, done, at(kDay, 2), at(kDay, 2, 9)));
    EXPECT_TRUE(is_due(kTwo, done, at(kDay, 2), at(kDay, 2, 10)));
    EXPECT_FALSE(is_due(kTwo, {}, at(kDay, 2), at(kDay, 2, 9)));
}

}  // namespace
}  // namespace botcore::operations
