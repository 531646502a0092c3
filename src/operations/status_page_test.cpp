#include "operations/status_page.hpp"

#include "base/calendar.hpp"
#include "base/time_text.hpp"
#include "operations/alert_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace botcore::operations {
namespace {

using base::Timestamp;
using testing::HasSubstr;
using testing::Not;

/// What must never be on the page.
constexpr std::string_view kInternal = "db-7.internal:/var/lib <script>";

Timestamp at(std::string_view text) {
    return base::parse_iso8601(text).value();
}

class StatusPageTest : public testing::Test {
protected:
    [[nodiscard]] StatusPage page() const {
        return make_status_page({.findings = findings_,
                                 .modes = modes_,
                                 .windows = windows_,
                                 .incidents = incidents_,
                                 .days = days_},
                                now_);
    }

    void find(Dependency dependency, HealthState state) {
        findings_.push_back({dependency, state, std::string(kInternal), std::nullopt});
    }

    /// A window that begins in an hour.
    void plan(model::WindowState state) {
        model::MaintenanceWindow window;
        window.begin = now_ + Duration::seconds(3'600);
        window.end = now_ + Duration::seconds(7'200);
        window.state = state;
        window.text = kInternal;
        windows_.push_back(window);
    }

    void happen(std::string_view alert, Timestamp began) {
        Incident incident;
        incident.title = kInternal;
        incident.began = began;
        incident.detected = began;
        incident.alerts.push_back({std::string(alert)});
        incident.timeline.push_back({began, std::string(kInternal), std::string(kInternal)});
        incident.root_cause = kInternal;
        incident.acknowledged_by = kInternal;
        incidents_.push_back(incident);
    }

    [[nodiscard]] PublicState state_of(PublicPart part) const {
        for (const PublicComponent& one : page().components)
            if (one.part == part) return one.state;
        ADD_FAILURE() << "the page does not have " << to_text(part);
        return PublicState::Operational;
    }

    Timestamp now_ = at("2026-11-30T20:25:30Z");
    std::vector<ComponentStatus> findings_;
    std::vector<DegradedMode> modes_;
    std::vector<model::MaintenanceWindow> windows_;
    std::vector<Incident> incidents_;
    std::map<std::chrono::sys_days, UptimeFigures> days_;
};

TEST_F(StatusPageTest, EverythingIsOperational) {
    find(Dependency::Database, HealthState::Healthy);
    find(Dependency::Market, HealthState::Healthy);
    EXPECT_EQ(page().overall, PublicState::Operational);
    EXPECT_EQ(state_of(PublicPart::Trading), PublicState::Operational);
    const std::string html = status_html(page());
    EXPECT_THAT(html, HasSubstr("Everything is operational"));
    EXPECT_THAT(html, HasSubstr("No maintenance is planned"));
    EXPECT_THAT(html, HasSubstr("There was no incident"));
}

// @spec:R1-EXTMON-06
TEST_F(StatusPageTest, APartShowsTheWorstOfItsComponents) {
    find(Dependency::Database, HealthState::Healthy);
    find(Dependency::Disk, HealthState::Unhealthy);
    find(Dependency::Exchange, HealthState::Degraded);
    EXPECT_EQ(state_of(PublicPart::Trading), PublicState::Degraded);
    EXPECT_EQ(state_of(PublicPart::Exchange), PublicState::Degraded);
    EXPECT_EQ(page().overall, PublicState::Degraded);
    find(Dependency::Database, HealthState::Unhealthy);
    EXPECT_EQ(state_of(PublicPart::Trading), PublicState::Outage);
    EXPECT_EQ(page().overall, PublicState::Outage);
}

TEST_F(StatusPageTest, AnOutageOfALesserPartDegradesTheService) {
    find(Dependency::Analysis, HealthState::Unhealthy);
    EXPECT_EQ(state_of(PublicPart::Analysis), PublicState::Outage);
    EXPECT_EQ(page().overall, PublicState::Degraded);
}

TEST_F(StatusPageTest, OverloadDegradesTheApi) {
    EXPECT_EQ(state_of(PublicPart::Api), PublicState::Operational);
    modes_.push_back(DegradedMode::Overload);
    EXPECT_EQ(state_of(PublicPart::Api), PublicState::Degraded);
}

TEST_F(StatusPageTest, TheMonitoringOfTheServiceIsNotShown) {
    find(Dependency::Monitoring, HealthState::Unhealthy);
    EXPECT_EQ(page().overall, PublicState::Operational);
    EXPECT_EQ(page().components.size(), 2U);
}

TEST_F(StatusPageTest, EachPartHasADifferentName) {
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < 8; ++i)
        names.push_back(to_text(static_cast<PublicPart>(i)));
    std::sort(names.begin(), names.end());
    EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

TEST_F(StatusPageTest, APlannedWindowIsAnnounced) {
    plan(model::WindowState::Done);
    plan(model::WindowState::Canceled);
    EXPECT_TRUE(page().windows.empty());
    plan(model::WindowState::Noticed);
    ASSERT_EQ(page().windows.size(), 1U);
    EXPECT_FALSE(page().windows.front().under_way);
    EXPECT_EQ(page().overall, PublicState::Operational);
    EXPECT_THAT(status_html(page()), HasSubstr("2026-11-30 21:25 UTC"));
}

TEST_F(StatusPageTest, MaintenanceExplainsWhatDoesNotWork) {
    find(Dependency::Market, HealthState::Unhealthy);
    plan(model::WindowState::Active);
    EXPECT_EQ(state_of(PublicPart::Trading), PublicState::Maintenance);
    EXPECT_EQ(state_of(PublicPart::MarketData), PublicState::Maintenance);
    EXPECT_EQ(state_of(PublicPart::Api), PublicState::Operational);
    EXPECT_EQ(page().overall, PublicState::Maintenance);
}

TEST_F(StatusPageTest, AnEmergencyDoesNotHideAnOutage) {
    find(Dependency::Database, HealthState::Unhealthy);
    find(Dependency::Market, HealthState::Unhealthy);
    plan(model::WindowState::Active);
    windows_.back().emergency = true;
    EXPECT_EQ(state_of(PublicPart::Trading), PublicState::Outage);
    EXPECT_EQ(state_of(PublicPart::MarketData), PublicState::Outage);
    findings_.clear();
    EXPECT_EQ(state_of(PublicPart::Trading), PublicState::Maintenance);
    EXPECT_THAT(status_html(page()), HasSubstr("emergency maintenance, in progress"));
}

TEST_F(StatusPageTest, WindowsAreSortedAndBounded) {
    for (int i = 0; i < 30; ++i) {
        plan(model::WindowState::Planned);
        windows_.back().begin = now_ + Duration::seconds(1'000 - i);
    }
    const StatusPage shown = page();
    ASSERT_EQ(shown.windows.size(), StatusPage::kWindowsMax);
    EXPECT_EQ(shown.windows.front().begin, now_ + Duration::seconds(971));
    EXPECT_LT(shown.windows.front().begin, shown.windows.back().begin);
}

TEST_F(StatusPageTest, AnIncidentHasATitleOfItsPart) {
    happen("ExchangeDown", now_);
    happen("BotcoredUnhealthy/database", now_);
    happen("Crashed", now_);
    const StatusPage shown = page();
    ASSERT_EQ(shown.incidents.size(), 3U);
    EXPECT_EQ(shown.incidents[0].title, "Problem with the service");
    EXPECT_EQ(shown.incidents[1].title, "Problem with trading");
    EXPECT_EQ(shown.incidents[2].title, "Problem with the connection to the exchange");
}

TEST_F(StatusPageTest, TheUpdatesOfAnIncidentAreTimesWithFixedTexts) {
    happen("StoreDown", at("2026-11-29T10:00:00Z"));
    Incident& incident = incidents_.back();
    EXPECT_THAT(status_html(page()), HasSubstr("Problem with trading (critical, open)"));
    incident.acknowledged = at("2026-11-29T10:05:00Z");
    incident.recovered = at("2026-11-29T10:40:00Z");
    incident.resolved = at("2026-11-29T10:45:00Z");
    const std::string html = status_html(page());
    for (const char* part : {"(critical, resolved)",
                             "2026-11-29 10:00 UTC</time>: began",
                             "2026-11-29 10:05 UTC</time>: we are working on it",
                             "2026-11-29 10:40 UTC</time>: the service has recovered",
                             "2026-11-29 10:45 UTC</time>: resolved",
                             "We are examining the cause"}) {
        EXPECT_THAT(html, HasSubstr(part));
    }
}

TEST_F(StatusPageTest, IncidentsOfNinetyDaysAreShownAndOpenOnesAlways) {
    happen("StoreDown", at("2026-08-01T00:00:00Z"));
    incidents_.back().resolved = at("2026-09-01T23:59:59Z");
    EXPECT_TRUE(page().incidents.empty());
    incidents_.back().resolved = at("2026-09-02T00:00:00Z");
    EXPECT_EQ(page().incidents.size(), 1U);
    incidents_.back().resolved.reset();
    EXPECT_EQ(page().incidents.size(), 1U);
}

TEST_F(StatusPageTest, TooManyIncidentsAreCounted) {
    for (std::size_t i = 0; i < StatusPage::kIncidentsMax + 7; ++i)
        happen("StoreDown", now_ + Duration::seconds(static_cast<std::int64_t>(i)));
    const StatusPage shown = page();
    EXPECT_EQ(shown.incidents.size(), StatusPage::kIncidentsMax);
    EXPECT_EQ(shown.incidents_left_out, 7U);
    EXPECT_GT(shown.incidents.front().began, shown.incidents.back().began);
    EXPECT_THAT(status_html(shown), HasSubstr("not shown: 7"));
}

TEST_F(StatusPageTest, EachAlertOfTheTitlesExists) {
    for (const AlertPart& row : alert_parts()) {
        const auto rules = alert_rules();
        EXPECT_TRUE(std::any_of(rules.begin(), rules.end(), [&](const AlertRule& rule) {
            return rule.name == row.alert;
        })) << row.alert;
    }
}

TEST_F(StatusPageTest, ADayWithoutDataHasNoFigure) {
    const StatusPage empty = page();
    ASSERT_EQ(empty.days.size(), 90U);
    EXPECT_EQ(day_text(empty.days.front().day), "2026-09-02");
    EXPECT_EQ(day_text(empty.days.back().day), "2026-11-30");
    EXPECT_FALSE(empty.days.back().state.has_value());
    EXPECT_FALSE(empty.availability_ppm.has_value());
    EXPECT_THAT(status_html(empty), HasSubstr("No data yet"));
    EXPECT_THAT(status_html(empty), Not(HasSubstr("100.0000")));
    // A row without any time is no data either.
    days_[base::day_of(now_)] = {};
    EXPECT_FALSE(page().days.back().state.has_value());
}

TEST_F(StatusPageTest, ADayShowsItsAvailability) {
    const auto today = base::day_of(now_);
    const auto hours = [](std::int64_t count) { return Duration::seconds(count * 3'600); };
    days_[today] = {.up = hours(20), .degraded = {}, .down = {}, .planned = {}};
    EXPECT_EQ(page().days.back().state, PublicState::Operational);
    EXPECT_EQ(page().days.back().availability_ppm, 1'000'000);
    days_[today].planned = hours(1);
    EXPECT_EQ(page().days.back().state, PublicState::Maintenance);
    days_[today].degraded = Duration::seconds(1);
    EXPECT_EQ(page().days.back().state, PublicState::Degraded);
    days_[today].down = hours(5);
    EXPECT_EQ(page().days.back().state, PublicState::Outage);
    EXPECT_EQ(page().days.back().availability_ppm, 800'002);
    EXPECT_THAT(status_html(page()), HasSubstr("2026-11-30: outage, 80.0002 %"));
    days_[today] = {.up = {}, .degraded = {}, .down = {}, .planned = hours(1)};
    EXPECT_EQ(page().days.back().state, PublicState::Maintenance);
    EXPECT_FALSE(page().days.back().availability_ppm.has_value());
    EXPECT_THAT(status_html(page()), HasSubstr("planned time only"));
}

TEST_F(StatusPageTest, OldAndFutureDaysDoNotCount) {
    const Duration hour = Duration::seconds(3'600);
    const auto today = base::day_of(now_);
    days_[today - std::chrono::days(90)].down = hour;
    days_[today + std::chrono::days(1)].down = hour;
    EXPECT_FALSE(page().availability_ppm.has_value());
    days_[today - std::chrono::days(89)].up = hour;
    EXPECT_EQ(page().availability_ppm, 1'000'000);
}

TEST_F(StatusPageTest, NoInternalTextGetsOntoThePage) {
    for (const DependencyRow& row : dependencies())
        find(row.dependency, HealthState::Unhealthy);
    plan(model::WindowState::Active);
    happen(kInternal, now_);
    const std::string html = status_html(page());
    for (const char* part : {"db-7", "/var", "<script"})
        EXPECT_THAT(html, Not(HasSubstr(part)));
}

TEST_F(StatusPageTest, TheDocumentIsAccessibleAndStatesItsTime) {
    const std::string html = status_html(page());
    EXPECT_TRUE(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
    for (const char* part : {"<title>Everything is operational",
                             "name=\"viewport\"",
                             "20:25 UTC</time> on 2026-11-30",
                             "<th scope=\"row\">2026-09-02</th><td>no data</td>"}) {
        EXPECT_THAT(html, HasSubstr(part));
    }
    for (const char* part : {"<script", "href=", "src=", "url(", " style=\""})
        EXPECT_THAT(html, Not(HasSubstr(part)));
}

TEST_F(StatusPageTest, ThePassingTimeAloneChangesNothing) {
    const auto today = base::day_of(now_);
    days_[today].up = Duration::seconds(10);
    const StatusPage first = page();
    now_ = now_ + Duration::seconds(60);
    days_[today].up = Duration::seconds(70);
    EXPECT_TRUE(say_the_same(first, page()));
    days_[today].down = Duration::seconds(70);
    EXPECT_FALSE(say_the_same(first, page()));
    days_[today].down = {};
    happen("StoreDown", now_);
    EXPECT_FALSE(say_the_same(first, page()));
}

}  // namespace
}  // namespace botcore::operations
