#include "base/calendar.hpp"

#include <gtest/gtest.h>

namespace botcore::base {
namespace {

TEST(Calendar, ConvertsKnownDates) {
    using namespace std::chrono;
    const auto midnight = Timestamp::from_milliseconds(1'795'392'000'000);
    EXPECT_EQ(midnight_of(2026y / November / 23), midnight);
    EXPECT_EQ(midnight_of(2026y / November / Monday[4]), midnight);
    EXPECT_EQ(year_month_day(day_of(midnight)), 2026y / November / 23);
    EXPECT_EQ(year_month_day(day_of(Timestamp::from_microseconds(-1))), 1969y / December / 31);
}

TEST(Calendar, DaysBeginAtMidnightBeforeAndAfterTheEpoch) {
    for (const int count : {-400'000, -1, 0, 1, 20'780}) {
        const std::chrono::sys_days day{std::chrono::days(count)};
        const std::chrono::days one(1);
        EXPECT_EQ(day_of(midnight_of(day)), day);
        EXPECT_EQ(day_of(midnight_of(day) - Duration::microseconds(1)), day - one);
        EXPECT_EQ(day_of(midnight_of(day + one) - Duration::microseconds(1)), day);
    }
}

}  // namespace
}  // namespace botcore::base
