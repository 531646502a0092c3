#include "services/health/health_metrics.hpp"

#include "base/calendar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace botcore::health {
namespace {

using operations::DegradedMode;
using operations::Dependency;
using operations::HealthState;
using testing::HasSubstr;
using testing::Not;

TEST(HealthMetrics, ShowEachComponentOfTheReport) {
    HealthReport report;
    const auto add = [&](Dependency dependency, HealthState state) {
        operations::ComponentStatus status;
        status.dependency = dependency;
        status.state = state;
        report.findings.push_back(status);
    };
    add(Dependency::Database, HealthState::Healthy);
    add(Dependency::Disk, HealthState::Degraded);
    add(Dependency::Market, HealthState::Unhealthy);
    observability::Metrics metrics;
    write_health_metrics(report, metrics);
    const std::string text = metrics.render();
    const auto line = [](Dependency dependency, std::string_view value) {
        return "health_check_status{check=\"" + std::string(row_of(dependency).name) + "\"} " +
               std::string(value) + "\n";
    };
    EXPECT_THAT(text, HasSubstr(line(Dependency::Database, "1")));
    EXPECT_THAT(text, HasSubstr(line(Dependency::Disk, "0.5")));
    EXPECT_THAT(text, HasSubstr(line(Dependency::Market, "0")));
    const std::string analysis(row_of(Dependency::Analysis).name);
    EXPECT_THAT(text, Not(HasSubstr("check=\"" + analysis + "\"} ")));
}

TEST(HealthMetrics, HaveEachDegradedModeAtZero) {
    observability::Metrics metrics;
    const auto has = [&](DegradedMode mode, std::string_view value) {
        return HasSubstr("degraded_mode{mode=\"" + std::string(row_of(mode).id) + "\"} " +
                         std::string(value) + "\n");
    };
    write_health_metrics({}, metrics);
    for (const auto& row : operations::degraded_modes())
        EXPECT_THAT(metrics.render(), has(row.mode, "0"));
    HealthReport report;
    report.modes = {DegradedMode::DiskFull};
    write_health_metrics(report, metrics);
    EXPECT_THAT(metrics.render(), has(DegradedMode::DiskFull, "1"));
    EXPECT_THAT(metrics.render(), has(DegradedMode::StoreDown, "0"));
}

TEST(HealthMetrics, ShowTheTimeInEachState) {
    using operations::HealthState;
    const auto at = [](std::int64_t milliseconds) {
        return base::Timestamp::from_milliseconds(1'790'000'000'000 + milliseconds);
    };
    operations::UptimeLog uptime;
    uptime.note(at(0), {HealthState::Healthy});
    uptime.note(at(60'000), {HealthState::Degraded});
    uptime.note(at(60'500), {HealthState::Unhealthy});
    uptime.note(at(63'500), {HealthState::Unhealthy, true});
    uptime.note(at(67'500), {HealthState::Unhealthy, false, true});
    uptime.note(at(72'500), {HealthState::Healthy});
    observability::Metrics metrics;
    write_uptime_metrics(uptime, metrics);
    const std::string text = metrics.render();
    for (const char* line : {"service_seconds{state=\"up\"} 60\n",
                             "service_seconds{state=\"degraded\"} 0.5\n",
                             "service_seconds{state=\"down\"} 3\n",
                             "service_seconds{state=\"planned\"} 4\n",
                             "service_seconds{state=\"stopped\"} 5\n",
                             "downtime_seconds{window=\"5m\"} 3\n",
                             "downtime_seconds{window=\"3d\"} 3\n"}) {
        EXPECT_THAT(text, HasSubstr(line));
    }
}

// @spec:R1-AVAIL-05 @spec:R1-CALC-04
TEST(HealthMetrics, ShowTheAvailabilityOfEachServiceInUse) {
    using operations::HealthState;
    // 2026-09-30T23:00:00Z.
    const auto start =
        base::midnight_of(std::chrono::year(2026) / 10 / 1) - base::Duration::seconds(3'600);
    operations::ServiceUptimes uptimes;
    const auto note = [&](std::int64_t hours, HealthState store, bool with_cache) {
        std::vector<operations::NamedState> states = {{operations::kEngine, {}},
                                                      {"store", {store}}};
        if (with_cache) states.push_back({"cache", {HealthState::Unhealthy}});
        uptimes.note(start + base::Duration::seconds(hours * 3'600), states);
    };
    note(0, HealthState::Unhealthy, true);
    note(1, HealthState::Degraded, true);
    note(3, HealthState::Healthy, true);
    note(8, HealthState::Healthy, false);
    observability::Metrics metrics;
    write_service_metrics(uptimes, metrics);
    const std::string text = metrics.render();
    for (const char* line :
         {"\nuptime_percent{service=\"engine\",window=\"365d\"} 100\n",
          "\nuptime_percent{service=\"store\",window=\"30d\"} 87.5\n",
          "\nuptime_percent{service=\"store\",window=\"month\"} 100\n",
          "\nfully_functional_percent{service=\"store\",window=\"90d\"} 62.5\n",
          "\nfully_functional_percent{service=\"store\",window=\"month\"} 71.4285\n",
          "\nerror_budget_seconds{service=\"engine\"} 2592\n",
          "\nerror_budget_seconds{service=\"store\"} -1008\n"}) {
        EXPECT_THAT(text, HasSubstr(line));
    }
    EXPECT_THAT(text, Not(HasSubstr("service=\"cache\",window"))) << "It is not in use any more.";
    EXPECT_THAT(text, Not(HasSubstr("error_budget_seconds{service=\"logs\"}")));
}

}  // namespace
}  // namespace botcore::health
