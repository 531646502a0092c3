#include "operations/retention.hpp"

#include "base/calendar.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

namespace botcore::operations {
namespace {

using base::Duration;
using base::Timestamp;
using Days = std::chrono::days;
using std::chrono::sys_days;

constexpr sys_days kFirstDay = std::chrono::year(2024) / 10 / 4;  // A Friday.

/// At 02:00 of a day.
Timestamp at_two(sys_days day) {
    return base::midnight_of(day) + Duration::seconds(2 * 3'600);
}

void prune(std::vector<SnapshotInfo>& snapshots, Timestamp now) {
    const auto keep = kept(snapshots, now, {});
    std::vector<SnapshotInfo> left;
    for (std::size_t i = 0; i < snapshots.size(); ++i)
        if (keep.at(i)) left.push_back(snapshots.at(i));
    snapshots = std::move(left);
}

std::vector<sys_days> days_of(const std::vector<SnapshotInfo>& snapshots) {
    std::vector<sys_days> days;
    for (const auto& snapshot : snapshots)
        days.push_back(base::day_of(snapshot.time));
    return days;
}

// @spec:R3-BKP-03 @spec:TC-REL-014
// @spec:R3-AC-15 R3-BKP-12
TEST(Retention, FourHundredDaysFillExactlyTheSlots) {
    std::vector<SnapshotInfo> snapshots;
    for (sys_days day = kFirstDay; day < kFirstDay + Days(400); ++day) {
        snapshots.push_back({at_two(day), true});
        prune(snapshots, at_two(day));
    }
    const sys_days today = kFirstDay + Days(399);
    const std::vector<sys_days> days = days_of(snapshots);
    ASSERT_EQ(days.size(), 7U + 4U + 12U);
    for (std::size_t back = 0; back < 7; ++back)
        EXPECT_EQ(days.at(days.size() - 1 - back), today - Days(back));
    // The weekly slots: the day that has just left the daily slots, then three Sundays.
    EXPECT_EQ(days.at(15), today - Days(7));
    for (std::size_t i = 12; i < 15; ++i) {
        EXPECT_EQ(std::chrono::weekday(days.at(i)), std::chrono::Sunday);
        EXPECT_GE(days.at(15) - days.at(i), Days(1));
        EXPECT_LE(days.at(15) - days.at(i), Days(7 * (15 - i)));
    }
    std::set<std::chrono::year_month> months;
    for (std::size_t i = 0; i < 12; ++i) {
        EXPECT_EQ(std::chrono::weekday(days.at(i)), std::chrono::Sunday);
        const std::chrono::year_month_day date(days.at(i));
        months.insert(date.year() / date.month());
    }
    EXPECT_EQ(months.size(), 12U);
}

TEST(Retention, NeverRetainsMoreThanTheSlots) {
    std::vector<SnapshotInfo> snapshots;
    for (sys_days day = kFirstDay; day < kFirstDay + Days(800); ++day) {
        snapshots.push_back({at_two(day), true});
        prune(snapshots, at_two(day));
        ASSERT_LE(snapshots.size(), 23U);
        if (day >= kFirstDay + Days(420)) {
            ASSERT_EQ(snapshots.size(), 23U) << day.time_since_epoch().count();
        }
    }
}

TEST(Retention, RetainsOnlyTheNewestOfADay) {
    const std::vector<SnapshotInfo> snapshots{
        {at_two(kFirstDay), false},
        {at_two(kFirstDay) + Duration::seconds(60), false},
        {at_two(kFirstDay) + Duration::seconds(30), false},
    };
    EXPECT_EQ(kept(snapshots, at_two(kFirstDay + Days(1)), {}), (std::vector{false, true, false}));
}

TEST(Retention, NeverPrunesTheLastVerifiedSnapshot) {
    std::vector<SnapshotInfo> snapshots{{at_two(kFirstDay), true}};
    for (sys_days day = kFirstDay + Days(1); day < kFirstDay + Days(900); ++day) {
        snapshots.push_back({at_two(day), false});
        prune(snapshots, at_two(day));
        ASSERT_EQ(base::day_of(snapshots.front().time), kFirstDay);
    }
    EXPECT_EQ(snapshots.size(), 24U);
}

TEST(Retention, WithoutAnySlotRetainsTheNewest) {
    const std::vector<SnapshotInfo> snapshots{{at_two(kFirstDay), false},
                                              {at_two(kFirstDay + Days(1)), false}};
    EXPECT_EQ(kept(snapshots, at_two(kFirstDay + Days(1)), {.daily = 0, .weekly = 0, .monthly = 0}),
              (std::vector{false, true}));
    EXPECT_TRUE(kept({}, at_two(kFirstDay), {}).empty());
}

RC_GTEST_PROP(Retention, PruningTwiceChangesNothing, ()) {
    const auto days = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 500));
    std::vector<SnapshotInfo> snapshots;
    for (const int day : days)
        snapshots.push_back({at_two(kFirstDay + Days(day)), *rc::gen::arbitrary<bool>()});
    const Timestamp now = at_two(kFirstDay + Days(500));
    prune(snapshots, now);
    const auto once = days_of(snapshots);
    prune(snapshots, now);
    RC_ASSERT(days_of(snapshots) == once);
}

}  // namespace
}  // namespace botcore::operations
