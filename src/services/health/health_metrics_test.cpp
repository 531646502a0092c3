#include "services/health/health_metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
    EXPECT_THAT(text, Not(HasSubstr(std::string(row_of(Dependency::Analysis).name) + "\"} ")));
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

}  // namespace
}  // namespace botcore::health
