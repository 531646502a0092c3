#include "services/health/health_metrics.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace botcore::health {

namespace {

struct Window {
    std::string_view name;
    std::int64_t seconds = 0;
};

/// The windows of the alerts about the error budget.
constexpr std::array kWindows{Window{"5m", 300},
                              Window{"30m", 1'800},
                              Window{"1h", 3'600},
                              Window{"2h", 7'200},
                              Window{"6h", 21'600},
                              Window{"1d", 86'400},
                              Window{"3d", 259'200}};

double value_of(operations::HealthState state) {
    switch (state) {
        case operations::HealthState::Healthy:
            return 1;
        case operations::HealthState::Degraded:
            return 0.5;
        case operations::HealthState::Unhealthy:
            return 0;
    }
    return 0;
}

}  // namespace

void write_health_metrics(const HealthReport& report, observability::Metrics& metrics) {
    for (const operations::ComponentStatus& finding : report.findings) {
        metrics.set("health_check_status",
                    {operations::row_of(finding.dependency).name},
                    value_of(finding.state));
    }
    metrics.set("maintenance_planned", report.planned ? 1 : 0);
    const auto& modes = report.modes;
    for (const auto& row : operations::degraded_modes()) {
        const bool is_active = std::find(modes.begin(), modes.end(), row.mode) != modes.end();
        metrics.set("degraded_mode", {row.id}, is_active ? 1 : 0);
    }
}

void write_uptime_metrics(const operations::UptimeLog& uptime, observability::Metrics& metrics) {
    const operations::UptimeFigures figures = uptime.over(30);
    const auto set = [&](std::string_view state, base::Duration time) {
        metrics.set("service_seconds", {state}, static_cast<double>(time.in_microseconds()) / 1e6);
    };
    set("up", figures.up);
    set("degraded", figures.degraded);
    set("down", figures.down);
    set("planned", figures.planned);
    set("stopped", figures.stopped);
    for (const Window& window : kWindows) {
        const base::Duration down = uptime.downtime_within(base::Duration::seconds(window.seconds));
        metrics.set(
            "downtime_seconds", {window.name}, static_cast<double>(down.in_microseconds()) / 1e6);
    }
}

}  // namespace botcore::health
