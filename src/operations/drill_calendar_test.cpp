#include "operations/drill_calendar.hpp"

#include "base/calendar.hpp"

#include <gtest/gtest.h>

namespace botcore::operations {
namespace {

using base::Duration;
using base::Timestamp;
using namespace std::chrono_literals;

Timestamp noon_of(int year, int month, int day) {
    return base::midnight_of(std::chrono::year(year) / month / day) + Duration::seconds(43'200);
}

TEST(DrillCalendar, QuartersBeginInJanuaryAprilJulyAndOctober) {
    for (int month = 1; month <= 12; ++month) {
        const int first = (month - 1) / 3 * 3 + 1;
        EXPECT_EQ(quarter_begin(noon_of(2026, month, 28)), base::midnight_of(2026y / first / 1));
    }
    const Timestamp begin = base::midnight_of(2026y / 4 / 1);
    EXPECT_EQ(quarter_begin(begin), begin);
    EXPECT_EQ(quarter_begin(begin - Duration::microseconds(1)), base::midnight_of(2026y / 1 / 1));
}

// @spec:R3-BKP-05 @spec:RT-DR-01
TEST(DrillCalendar, ADrillIsDueOnceAQuarterAndAfterAFailedOne) {
    EXPECT_TRUE(is_drill_due({}, noon_of(2026, 11, 29)));
    const DrillTimes passed{.tried = noon_of(2026, 10, 2), .passed = noon_of(2026, 10, 2)};
    EXPECT_FALSE(is_drill_due(passed, noon_of(2026, 12, 31)));
    EXPECT_TRUE(is_drill_due(passed, noon_of(2027, 1, 1)));
    const DrillTimes failed{.tried = noon_of(2027, 1, 1), .passed = noon_of(2026, 10, 2)};
    EXPECT_FALSE(is_drill_due(failed, noon_of(2027, 1, 1) + Duration::seconds(86'399)));
    EXPECT_TRUE(is_drill_due(failed, noon_of(2027, 1, 2)));
    const DrillTimes never{.tried = noon_of(2027, 1, 1)};
    EXPECT_FALSE(is_drill_due(never, noon_of(2027, 1, 1)));
    const DrillTimes ahead{.tried = noon_of(2030, 1, 1), .passed = noon_of(2030, 1, 1)};
    EXPECT_TRUE(is_drill_due(ahead, noon_of(2027, 1, 1)))
        << "The report lies in the future: the clock was wrong.";
}

// @spec:R4-AC-15
TEST(DrillCalendar, AWholeQuarterWithoutASignatureIsReported) {
    EXPECT_FALSE(is_signature_missing({}, noon_of(2026, 11, 29))) << "There is no drill yet.";
    DrillTimes times{.first = noon_of(2026, 2, 10)};
    EXPECT_FALSE(is_signature_missing(times, noon_of(2026, 3, 31)));
    EXPECT_FALSE(is_signature_missing(times, noon_of(2026, 6, 30)))
        << "The first quarter was not a whole one.";
    EXPECT_TRUE(is_signature_missing(times, noon_of(2026, 7, 1)));
    times.accepted = noon_of(2026, 2, 10);
    EXPECT_TRUE(is_signature_missing(times, noon_of(2026, 7, 1)));
    times.accepted = noon_of(2026, 4, 1);
    EXPECT_FALSE(is_signature_missing(times, noon_of(2026, 9, 30)));
    EXPECT_TRUE(is_signature_missing(times, noon_of(2026, 10, 1)));
    times.accepted = noon_of(2026, 10, 1);
    EXPECT_FALSE(is_signature_missing(times, noon_of(2026, 10, 1)))
        << "A later signature ends the warning.";
    times.accepted = noon_of(2040, 1, 1);
    EXPECT_TRUE(is_signature_missing(times, noon_of(2026, 10, 1)))
        << "The report lies in the future: the clock was wrong.";
}

}  // namespace
}  // namespace botcore::operations
