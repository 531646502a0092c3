#include "operations/maintenance.hpp"

#include "base/calendar.hpp"
#include "base/random.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace botcore::operations {
namespace {

using model::MaintenanceWindow;
using model::WindowState;
using testing::HasSubstr;
using namespace std::chrono_literals;

constexpr MaintenanceTimes kTimes;

Timestamp at(std::chrono::year_month_day date, std::int64_t hour, std::int64_t minute = 0) {
    return base::midnight_of(date) + Duration::seconds(hour * 3'600 + minute * 60);
}

const Timestamp kBegin = at(2026y / 12 / 6, 2);
const Timestamp kEnd = at(2026y / 12 / 6, 4);

MaintenanceWindow window_in(WindowState state, Timestamp updated) {
    MaintenanceWindow window;
    window.id = 7;
    window.begin = kBegin;
    window.end = kEnd;
    window.state = state;
    window.text = "a new disk";
    window.updated = updated;
    return window;
}

// @spec:R1-MAINT-01
TEST(Maintenance, TheUsualWindowIsTheFirstSundayOfTheMonthAtTwo) {
    const Period december{kBegin, kEnd};
    EXPECT_EQ(usual_window(at(2026y / 11 / 23, 14)), december);
    EXPECT_EQ(usual_window(kBegin), december);
    const Period january{at(2027y / 1 / 3, 2), at(2027y / 1 / 3, 4)};
    EXPECT_EQ(usual_window(kBegin + Duration::microseconds(1)), january);
    EXPECT_EQ(usual_window(at(2026y / 12 / 31, 23)), january);
    EXPECT_EQ(usual_window(at(2024y / 2 / 29, 0)).begin, at(2024y / 3 / 3, 2));
}

// @spec:R1-MAINT-01
TEST(Maintenance, TheNextUsualWindowThatCanBeAnnouncedIsPlannedOnce) {
    const Duration week = Duration::seconds(7 * 86'400);
    const Period december{kBegin, kEnd};
    const Period january{at(2027y / 1 / 3, 2), at(2027y / 1 / 3, 4)};
    EXPECT_EQ(usual_window_to_plan({}, week, kBegin - week - Duration::seconds(120)), december);
    EXPECT_EQ(usual_window_to_plan({}, week, kBegin - week), january) << "too late for December";
    model::MaintenanceWindow planned;
    planned.begin = kBegin + Duration::seconds(3'600);
    planned.end = kEnd + Duration::seconds(3'600);
    const auto plan_beside = [&](model::WindowState state) {
        planned.state = state;
        return usual_window_to_plan({&planned, 1}, week, kBegin - week - week);
    };
    EXPECT_EQ(plan_beside(model::WindowState::Planned), std::nullopt);
    EXPECT_EQ(plan_beside(model::WindowState::Canceled), std::nullopt);
    planned.begin = kEnd;
    EXPECT_EQ(plan_beside(model::WindowState::Planned), december);
}

TEST(Maintenance, TheNoticeIsGivenSevenDaysBefore) {
    const auto planned = window_in(WindowState::Planned, at(2026y / 11 / 1, 0));
    const Timestamp week_before = at(2026y / 11 / 29, 2);
    EXPECT_FALSE(move_due(planned, kTimes, week_before - Duration::microseconds(1), 0));
    EXPECT_TRUE(banner(planned).empty());
    EXPECT_EQ(move_due(planned, kTimes, week_before, 9),
              (MaintenanceMove{WindowState::Noticed, kBegin}));
    const auto noticed = window_in(WindowState::Noticed, week_before);
    EXPECT_EQ(banner(noticed),
              "Planned maintenance on Sunday 6 December 2026, 02:00 to 04:00 UTC (a "
              "new disk). New orders are refused during that time; cancels and exits work.");
    EXPECT_EQ(news_of(noticed).event, "maintenance_notice");
    EXPECT_FALSE(move_due(noticed, kTimes, kBegin - Duration::microseconds(1), 0));
}

TEST(Maintenance, AnEmergencyIsAnnouncedImmediatelyAndIsNotPlannedTime) {
    auto window = window_in(WindowState::Planned, kBegin - Duration::seconds(60));
    window.emergency = true;
    EXPECT_EQ(move_due(window, kTimes, window.updated, 0)->state, WindowState::Noticed);
    window.state = WindowState::Active;
    EXPECT_FALSE(is_planned(window, kBegin));
    EXPECT_THAT(banner(window), HasSubstr("Emergency maintenance until 04:00 UTC"));
}

// @spec:R1-MAINT-09
TEST(Maintenance, DrainsUntilNoRequestIsInProgress) {
    const auto draining = window_in(WindowState::Draining, kBegin);
    const MaintenanceMove active{WindowState::Active, kEnd};
    EXPECT_FALSE(move_due(draining, kTimes, kBegin, 1));
    EXPECT_EQ(move_due(draining, kTimes, kBegin, 0), active);
    EXPECT_FALSE(move_due(draining, kTimes, kBegin + Duration::seconds(299), 1));
    EXPECT_EQ(move_due(draining, kTimes, kBegin + Duration::seconds(300), 1), active);
}

// @spec:R1-MAINT-11 @spec:R1-MAINT-12 @spec:R1-MAINT-13
TEST(Maintenance, ReturnsGraduallyThenIsWatchedForAnHourThenCompletes) {
    const auto active = window_in(WindowState::Active, kBegin);
    EXPECT_FALSE(move_due(active, kTimes, kEnd - Duration::microseconds(1), 0));
    const Timestamp ramped = kEnd + kTimes.ramp;
    EXPECT_EQ(move_due(active, kTimes, kEnd, 3), (MaintenanceMove{WindowState::Ramping, ramped}));
    const auto ramping = window_in(WindowState::Ramping, kEnd);
    EXPECT_FALSE(move_due(ramping, kTimes, ramped - Duration::microseconds(1), 0));
    const Timestamp watched = ramped + Duration::seconds(3'600);
    EXPECT_EQ(move_due(ramping, kTimes, ramped, 0),
              (MaintenanceMove{WindowState::Watching, watched}));
    const auto watching = window_in(WindowState::Watching, ramped);
    EXPECT_FALSE(move_due(watching, kTimes, watched - Duration::microseconds(1), 0));
    EXPECT_EQ(move_due(watching, kTimes, watched, 0)->state, WindowState::Done);
    const auto done = window_in(WindowState::Done, watched);
    EXPECT_FALSE(move_due(done, kTimes, watched + Duration::seconds(1), 0));
    EXPECT_FALSE(next_check_at(done, kTimes));
    EXPECT_EQ(news_of(done).event, "maintenance_completed");
}

TEST(Maintenance, AnOperatorCanEndItEarly) {
    const Timestamp now = kBegin + Duration::seconds(1'800);
    for (const auto state : {WindowState::Draining, WindowState::Active}) {
        const auto window = window_in(state, kBegin);
        EXPECT_EQ(return_move(window, kTimes, now, ReturnWay::Gradual),
                  (MaintenanceMove{WindowState::Ramping, now + kTimes.ramp}));
        EXPECT_EQ(return_move(window, kTimes, now, ReturnWay::AtOnce),
                  (MaintenanceMove{WindowState::Watching, now + kTimes.watch}));
    }
    const auto ramping = window_in(WindowState::Ramping, now);
    EXPECT_EQ(next_check_at(ramping, kTimes), now + kTimes.ramp);
    EXPECT_FALSE(return_move(ramping, kTimes, now, ReturnWay::Gradual));
    EXPECT_EQ(return_move(ramping, kTimes, now, ReturnWay::AtOnce)->state, WindowState::Watching);
    for (const auto state : {WindowState::Planned,
                             WindowState::Noticed,
                             WindowState::Watching,
                             WindowState::Done,
                             WindowState::Canceled}) {
        EXPECT_FALSE(return_move(window_in(state, now), kTimes, now, ReturnWay::AtOnce));
    }
    auto about_to_begin = window_in(WindowState::Noticed, now);
    about_to_begin.emergency = true;
    EXPECT_EQ(return_move(about_to_begin, kTimes, now, ReturnWay::Gradual)->state,
              WindowState::Canceled);
}

TEST(Maintenance, AnEmergencyThatRefusesEntriesIsDowntime) {
    const Timestamp now = kBegin + Duration::seconds(60);
    for (const auto state : {WindowState::Draining, WindowState::Active}) {
        auto window = window_in(state, kBegin);
        EXPECT_FALSE(is_outage(window, now)) << "It was announced.";
        window.emergency = true;
        EXPECT_TRUE(is_outage(window, now));
        EXPECT_FALSE(is_outage(window, window.end));
    }
    auto over = window_in(WindowState::Ramping, kBegin);
    over.emergency = true;
    EXPECT_FALSE(is_outage(over, now));
}

// @spec:R1-MAINT-04
TEST(Maintenance, OnlyTheWindowItselfCountsAsPlannedTime) {
    const auto active = window_in(WindowState::Active, kBegin);
    EXPECT_TRUE(is_planned(window_in(WindowState::Draining, kBegin), kBegin));
    EXPECT_TRUE(is_planned(active, kEnd - Duration::microseconds(1)));
    EXPECT_FALSE(is_planned(active, kEnd));
    EXPECT_FALSE(is_planned(active, kBegin - Duration::microseconds(1)));
    EXPECT_FALSE(is_planned(window_in(WindowState::Noticed, kBegin), kBegin));
    EXPECT_FALSE(is_planned(window_in(WindowState::Ramping, kEnd), kEnd));
    EXPECT_FALSE(is_planned(window_in(WindowState::Canceled, kBegin), kBegin));
}

TEST(Maintenance, TheForemostWindowIsTheMostImportantForUsers) {
    std::vector<MaintenanceWindow> windows;
    EXPECT_EQ(foremost(windows), nullptr);
    windows.push_back(window_in(WindowState::Done, kBegin));
    windows.push_back(window_in(WindowState::Canceled, kBegin));
    EXPECT_EQ(foremost(windows), nullptr);
    windows.push_back(window_in(WindowState::Planned, kBegin));
    windows.back().begin = kBegin + Duration::seconds(7);
    windows.push_back(window_in(WindowState::Planned, kBegin));
    EXPECT_EQ(foremost(windows), &windows[3]);
    for (const auto state : {WindowState::Watching, WindowState::Noticed, WindowState::Ramping}) {
        windows[2].state = state;
        EXPECT_EQ(foremost(windows), &windows[2]);
    }
}

TEST(Maintenance, EachStateHasItsOwnAnnouncement) {
    std::set<std::string_view> events;
    for (int state = 1; state <= 8; ++state) {
        const auto news = news_of(window_in(static_cast<WindowState>(state), kBegin));
        EXPECT_TRUE(events.insert(news.event).second) << news.event;
        EXPECT_TRUE(news.text.ends_with('.')) << news.event;
    }
}

RC_GTEST_PROP(MaintenanceProperty, AWindowEndsWheneverItIsChecked, (std::uint64_t seed)) {
    base::Random random(seed);
    auto window = window_in(WindowState::Planned, at(2026y / 11 / 1, 0));
    window.emergency = random.chance(1, 2);
    Timestamp now = window.updated;
    const Timestamp end = kEnd + kTimes.ramp + kTimes.watch;
    while (!is_over(window.state)) {
        const std::size_t under_way = random.below(2);
        const auto before = window.state;
        if (const auto move = move_due(window, kTimes, now, under_way)) {
            RC_ASSERT(static_cast<int>(move->state) == static_cast<int>(before) + 1);
            RC_ASSERT(move->until >= now);
            window.state = move->state;
            window.updated = now;
        } else {
            RC_ASSERT(now < end);
            RC_ASSERT(*next_check_at(window, kTimes) > now);
            const bool often = random.chance(1, 2);
            now = now + Duration::seconds(random.between(1, often ? 1'800 : 40 * 86'400));
        }
        // Nothing is refused before the window begins.
        RC_ASSERT(window.state < WindowState::Draining || now >= kBegin);
    }
}

RC_GTEST_PROP(MaintenanceProperty, TheUsualWindowBeginsWithinFiveWeeks, ()) {
    const auto now =
        Timestamp::from_milliseconds(*rc::gen::inRange<std::int64_t>(0, 4'000'000'000'000));
    const Period window = usual_window(now);
    RC_ASSERT(window.begin >= now);
    RC_ASSERT(window.begin - now <= Duration::seconds(35 * 86'400 + 7'200));
    const auto day = base::day_of(window.begin);
    RC_ASSERT(std::chrono::weekday(day) == std::chrono::Sunday);
    RC_ASSERT(std::chrono::year_month_day(day).day() <= std::chrono::day(7));
    RC_ASSERT(window.end - window.begin == Duration::seconds(7'200));
}

}  // namespace
}  // namespace botcore::operations
