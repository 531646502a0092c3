#include "operations/uptime.hpp"

#include "base/calendar.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace botcore::operations {
namespace {

constexpr std::chrono::sys_days kFirstDay{std::chrono::days(20'780)};
const Timestamp kFirstMidnight = base::midnight_of(kFirstDay);

constexpr ServiceState kUp{HealthState::Healthy, false};
constexpr ServiceState kDegraded{HealthState::Degraded, false};
constexpr ServiceState kDown{HealthState::Unhealthy, false};
constexpr ServiceState kPlanned{HealthState::Unhealthy, true};

constexpr Duration hours(std::int64_t count) {
    return Duration::seconds(count * 3'600);
}

UptimeFigures figures(std::int64_t up,
                      std::int64_t degraded,
                      std::int64_t down,
                      std::int64_t plan) {
    return {Duration::seconds(up),
            Duration::seconds(degraded),
            Duration::seconds(down),
            Duration::seconds(plan)};
}

// @spec:R1-CALC-01 RD-09
TEST(Uptime, AvailabilityIsTotalMinusDowntimeOverTotal) {
    const auto leave_out = PlannedTime::LeftOut;
    EXPECT_EQ(availability_ppm(figures(999, 0, 1, 0), leave_out), 999'000);
    EXPECT_EQ(availability_ppm(figures(0, 0, 7, 0), leave_out), 0);
    EXPECT_EQ(availability_ppm(figures(0, 0, 0, 0), leave_out), 1'000'000);
    EXPECT_EQ(availability_ppm(figures(2, 0, 1, 0), leave_out), 666'666);
    EXPECT_EQ(availability_ppm(figures(365 * 86'400, 0, 0, 0), leave_out), 1'000'000);
}

// @spec:R1-CALC-02 @spec:R1-CALC-03
TEST(Uptime, TargetsGiveTheBudgetsOfTheSpecification) {
    const auto target = [](std::string_view service) {
        for (const auto& row : availability_targets())
            if (row.service == service) return row.ppm;
        return std::int64_t{-1};
    };
    const auto month = Duration::seconds(43'200 * 60);
    const auto year = Duration::seconds(525'600 * 60);
    EXPECT_EQ(budget_of(month, target("engine")), Duration::seconds(43 * 60 + 12));
    EXPECT_EQ(budget_of(year, target("engine")), Duration::seconds(31'536));
    EXPECT_EQ(budget_of(month, target("analysis")), Duration::seconds(3 * 3'600 + 36 * 60));
    EXPECT_EQ(budget_of(month, target("monitoring")), Duration::seconds(7 * 3'600 + 12 * 60));
    EXPECT_EQ(budget_of(month, target("cache")), budget_of(month, target("analysis")));
    EXPECT_EQ(budget_of(month, 1'000'000), Duration());
    EXPECT_EQ(budget_of(month, 0), month);
}

// @spec:R1-CALC-04 @spec:R1-MAINT-04
TEST(Uptime, CountsTheKindsOfTimeSeparately) {
    UptimeLog log;
    log.note(kFirstMidnight, kUp);
    log.note(kFirstMidnight + hours(10), kDegraded);
    log.note(kFirstMidnight + hours(12), kDown);
    log.note(kFirstMidnight + hours(13), kPlanned);
    log.note(kFirstMidnight + hours(15), kUp);
    log.note(kFirstMidnight + hours(20), kUp);
    const UptimeFigures counted = log.over(1);
    EXPECT_EQ(counted, figures(15 * 3'600, 2 * 3'600, 3'600, 2 * 3'600));
    EXPECT_EQ(availability_ppm(counted, PlannedTime::LeftOut), 17'000'000 / 18);
    EXPECT_EQ(availability_ppm(counted, PlannedTime::CountsAsDown), 17'000'000 / 20);
}

TEST(Uptime, SumsOverCalendarDaysIncludingToday) {
    UptimeLog log;
    log.note(kFirstMidnight + hours(23), kUp);
    log.note(kFirstMidnight + hours(49), kUp);
    EXPECT_EQ(log.over(1).up, hours(1));
    EXPECT_EQ(log.over(2).up, hours(25));
    EXPECT_EQ(log.over(3).up, hours(26));
    EXPECT_EQ(log.over(365).up, hours(26));
}

// @spec:RD-10
TEST(Uptime, OutagesGiveMeanTimes) {
    UptimeLog log;
    log.note(kFirstMidnight, kUp);
    EXPECT_EQ(log.failures(30).outages, 0U);
    EXPECT_FALSE(log.failures(30).between);
    log.note(kFirstMidnight + hours(4), kDown);
    EXPECT_FALSE(log.failures(30).to_repair) << "the outage has not ended";
    log.note(kFirstMidnight + hours(5), kDown);
    log.note(kFirstMidnight + hours(6), kUp);
    log.note(kFirstMidnight + hours(12), kDown);
    log.note(kFirstMidnight + hours(13), kPlanned);
    log.note(kFirstMidnight + hours(14), kUp);
    const FailureRates rates = log.failures(30);
    EXPECT_EQ(rates.outages, 2U);
    EXPECT_EQ(rates.between, hours(5));
    EXPECT_EQ(rates.to_repair, Duration::seconds(5'400));
}

// @spec:RD-10
TEST(Uptime, AnOutageWithoutDurationIsNotCounted) {
    UptimeLog log;
    log.note(kFirstMidnight, kDown);
    log.note(kFirstMidnight, kUp);
    EXPECT_TRUE(log.outages().empty());
}

TEST(Uptime, TimeWithoutAProcessIsDownUnlessAnnounced) {
    UptimeLog log({{kFirstDay, figures(3'600, 0, 0, 0)}}, {}, kFirstMidnight + hours(1));
    log.resume(kFirstMidnight + hours(4),
               Period{kFirstMidnight + hours(2), kFirstMidnight + hours(3)});
    log.note(kFirstMidnight + hours(4), kUp);
    log.note(kFirstMidnight + hours(5), kUp);
    EXPECT_EQ(log.over(1), figures(2 * 3'600, 0, 2 * 3'600, 3'600));
    ASSERT_EQ(log.outages().size(), 2U);
    EXPECT_EQ(log.outages()[0], (Outage{kFirstMidnight + hours(1), kFirstMidnight + hours(2)}));
    EXPECT_EQ(log.outages()[1], (Outage{kFirstMidnight + hours(3), kFirstMidnight + hours(4)}));
}

TEST(Uptime, AnOrderedStopIsNotAnOutageButReducesAvailability) {
    UptimeLog log({}, {}, kFirstMidnight);
    log.stop_in_order();
    log.resume(kFirstMidnight + hours(4),
               Period{kFirstMidnight + hours(2), kFirstMidnight + hours(3)});
    EXPECT_FALSE(log.stopped_in_order());
    log.note(kFirstMidnight + hours(4), kUp);
    log.note(kFirstMidnight + hours(5), kUp);
    auto counted = figures(3'600, 0, 0, 3'600);
    counted.stopped = hours(3);
    EXPECT_EQ(log.over(1), counted);
    EXPECT_TRUE(log.outages().empty());
    EXPECT_EQ(availability_ppm(counted, PlannedTime::LeftOut), 250'000);
    log.resume(kFirstMidnight + hours(6), std::nullopt);
    log.note(kFirstMidnight + hours(6), kUp);
    EXPECT_EQ(log.outages().size(), 1U) << "This stop was not ordered.";
}

TEST(Uptime, ARestartInsideTheWindowIsNotAnOutage) {
    UptimeLog log({}, {}, kFirstMidnight);
    log.resume(kFirstMidnight + hours(1),
               Period{kFirstMidnight - hours(1), kFirstMidnight + hours(2)});
    log.note(kFirstMidnight + hours(1), kUp);
    EXPECT_TRUE(log.outages().empty());
    EXPECT_EQ(log.over(1), figures(0, 0, 0, 3'600));
}

TEST(Uptime, AnOutageContinuesThroughARestart) {
    UptimeLog log({}, {{kFirstMidnight, std::nullopt}}, kFirstMidnight + hours(1));
    log.resume(kFirstMidnight + hours(2), std::nullopt);
    log.note(kFirstMidnight + hours(2), kUp);
    ASSERT_EQ(log.outages().size(), 1U);
    EXPECT_EQ(log.outages()[0], (Outage{kFirstMidnight, kFirstMidnight + hours(2)}));
}

TEST(Uptime, AClockStepBackCountsNothingTwice) {
    UptimeLog log;
    log.note(kFirstMidnight + hours(2), kUp);
    log.note(kFirstMidnight, kUp);
    log.note(kFirstMidnight + hours(3), kUp);
    EXPECT_EQ(log.over(1).up, hours(1));
}

// The elapsed time is known, and the clock is set ahead and back again.
TEST(Uptime, AClockStepCountsTheElapsedTimeAndDropsNoHistory) {
    UptimeLog log;
    log.note(kFirstMidnight, kUp);
    log.note(kFirstMidnight + hours(1), kUp, hours(1));
    const Duration year = hours(400 * 24);
    log.note(kFirstMidnight + hours(2) + year, kUp, hours(1));
    EXPECT_EQ(log.days().begin()->first, base::day_of(kFirstMidnight))
        << "The history before the clock step remains.";
    log.note(kFirstMidnight + hours(3), kUp, hours(1));
    log.note(kFirstMidnight + hours(4), kUp, hours(1));
    EXPECT_EQ(log.days().rbegin()->first, base::day_of(kFirstMidnight + hours(4)))
        << "No day lies in the future.";
    EXPECT_EQ(log.over(1).up, hours(3)) << "The hour that was counted for another year is removed.";
    // A process that starts with a corrected clock continues from there.
    UptimeLog later(log.days(), log.outages(), kFirstMidnight + year);
    later.resume(kFirstMidnight + hours(5), std::nullopt);
    later.note(kFirstMidnight + hours(5), kUp);
    later.note(kFirstMidnight + hours(6), kUp);
    EXPECT_EQ(later.over(1).up, hours(4));
}

TEST(Uptime, DropsWhatIsOlderThanAYearAndADay) {
    UptimeLog log;
    log.note(kFirstMidnight, kUp);
    log.note(base::midnight_of(kFirstDay + std::chrono::days(400)), kUp);
    EXPECT_EQ(log.days().begin()->first,
              kFirstDay + std::chrono::days(400) - std::chrono::days(UptimeLog::kDaysMax))
        << "Today has no figures yet.";
    for (int i = 0; i < 1'200; ++i) {
        const auto at =
            base::midnight_of(kFirstDay + std::chrono::days(400)) + Duration::seconds(2 * i);
        log.note(at, kDown);
        log.note(at + Duration::seconds(1), kUp);
    }
    EXPECT_EQ(log.outages().size(), UptimeLog::kOutagesMax);
}

RC_GTEST_PROP(UptimeProperty, EveryMomentIsCountedOnce, ()) {
    UptimeLog log;
    Timestamp now = kFirstMidnight;
    log.note(now, kUp);
    const auto steps = *rc::gen::container<std::vector<std::int64_t>>(
        rc::gen::inRange<std::int64_t>(0, 40 * 3'600));
    for (const std::int64_t step : steps) {
        const auto health =
            *rc::gen::element(HealthState::Healthy, HealthState::Degraded, HealthState::Unhealthy);
        now = now + Duration::seconds(step);
        if (*rc::gen::inRange(0, 10) == 0) {
            const auto begin = now - Duration::seconds(*rc::gen::inRange(-90'000, 90'000));
            const auto end = begin + Duration::seconds(*rc::gen::inRange(1, 9'000));
            UptimeLog later(log.days(), log.outages(), *log.noted_until());
            later.resume(now, Period{begin, end});
            log = later;
        }
        log.note(now, {health, *rc::gen::arbitrary<bool>()});
    }
    const UptimeFigures all = log.over(UptimeLog::kDaysMax);
    if (now - kFirstMidnight < Duration::seconds(360 * 86'400)) {
        RC_ASSERT(all.counted() + all.planned == now - kFirstMidnight);
    }
    RC_ASSERT(availability_ppm(all, PlannedTime::CountsAsDown) <=
              availability_ppm(all, PlannedTime::LeftOut));
    Duration out;
    for (const auto& outage : log.outages())
        out = out + (outage.ended.value_or(now) - outage.began);
    RC_ASSERT(out == all.down);
}

RC_GTEST_PROP(UptimeProperty, TheBudgetIsSpentExactlyAtTheTarget, ()) {
    const auto target = *rc::gen::inRange<std::int64_t>(900'000, 1'000'000);
    const auto period = Duration::seconds(*rc::gen::inRange<std::int64_t>(1, 366 * 86'400));
    const Duration budget = budget_of(period, target);
    UptimeFigures spent;
    spent.down = budget;
    spent.up = period - budget;
    RC_ASSERT(availability_ppm(spent, PlannedTime::LeftOut) >= target);
    spent.down = budget + Duration::microseconds(1);
    spent.up = period - spent.down;
    RC_ASSERT(spent.up < Duration() || availability_ppm(spent, PlannedTime::LeftOut) <= target);
}

TEST(Uptime, DowntimeOfAWindowCountsOnlyWhatLiesInIt) {
    UptimeLog log;
    EXPECT_EQ(log.downtime_within(hours(1)), Duration());
    log.note(kFirstMidnight, kUp);
    log.note(kFirstMidnight + hours(1), kDown);
    log.note(kFirstMidnight + hours(2), kUp);
    log.note(kFirstMidnight + hours(4), kPlanned);
    log.note(kFirstMidnight + hours(5), kUp);
    EXPECT_EQ(log.downtime_within(hours(10)), hours(1));
    log.note(kFirstMidnight + hours(6), kDown);
    log.note(kFirstMidnight + hours(7), kDown);
    EXPECT_EQ(log.downtime_within(hours(10)), hours(2));
    EXPECT_EQ(log.downtime_within(Duration::seconds(1'800)), Duration::seconds(1'800));
    EXPECT_EQ(log.downtime_within(Duration::seconds(19'800)), Duration::seconds(5'400));
}

}  // namespace
}  // namespace botcore::operations
