#include "base/calendar.hpp"

#include <gtest/gtest.h>

namespace botcore::base {
namespace {

TEST(Calendar, ConvertsKnownDates) {
    EXPECT_EQ(days_of({1970, 1, 1}), 0);
    EXPECT_EQ(days_of({1969, 12, 31}), -1);
    EXPECT_EQ(days_of({2000, 2, 29}), 11'016);
    EXPECT_EQ(days_of({2026, 11, 23}), 20'780);
    EXPECT_EQ(date_of(20'780), (Date{2026, 11, 23}));
    EXPECT_EQ(weekday_of(days_of({2026, 11, 23})), Weekday::Monday);
    EXPECT_EQ(weekday_of(days_of({1969, 12, 28})), Weekday::Sunday);
    EXPECT_EQ(weekday_of(days_of({2000, 2, 29})), Weekday::Tuesday);
}

TEST(Calendar, DaysOfAndDateOfAreInverse) {
    const std::int64_t end = days_of({9999, 12, 31});
    Date before = date_of(days_of({0, 1, 1}) - 1);
    for (std::int64_t days = days_of({0, 1, 1}); days <= end; ++days) {
        const Date date = date_of(days);
        ASSERT_LT(before, date);
        ASSERT_EQ(days_of(date), days);
        before = date;
    }
}

TEST(Calendar, DaysBeginAtMidnightBeforeAndAfterTheEpoch) {
    for (const std::int64_t days : {-400'000LL, -1LL, 0LL, 1LL, 20'780LL}) {
        EXPECT_EQ(day_of(midnight_of(days)), days);
        EXPECT_EQ(day_of(midnight_of(days) - Duration::microseconds(1)), days - 1);
        EXPECT_EQ(day_of(midnight_of(days + 1) - Duration::microseconds(1)), days);
    }
}

TEST(Calendar, FirstSundayLiesInTheFirstSevenDays) {
    EXPECT_EQ(date_of(first_in_month(Weekday::Sunday, 2026, 12)), (Date{2026, 12, 6}));
    EXPECT_EQ(date_of(first_in_month(Weekday::Sunday, 2026, 11)), (Date{2026, 11, 1}));
    EXPECT_EQ(date_of(first_in_month(Weekday::Sunday, 2024, 9)), (Date{2024, 9, 1}));
    for (std::int64_t year = 1999; year < 2101; ++year) {
        for (std::int64_t month = 1; month <= 12; ++month) {
            const std::int64_t day = first_in_month(Weekday::Sunday, year, month);
            ASSERT_EQ(weekday_of(day), Weekday::Sunday);
            const Date date = date_of(day);
            ASSERT_EQ(date.month, month);
            ASSERT_LE(date.day, 7);
        }
    }
}

}  // namespace
}  // namespace botcore::base
