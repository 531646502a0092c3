#include "services/health/health_metrics.hpp"

#include <algorithm>

namespace botcore::health {

namespace {

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
    const auto& modes = report.modes;
    for (const auto& row : operations::degraded_modes()) {
        const bool is_active = std::find(modes.begin(), modes.end(), row.mode) != modes.end();
        metrics.set("degraded_mode", {row.id}, is_active ? 1 : 0);
    }
}

void write_uptime_metrics(const operations::UptimeFigures& figures,
                          observability::Metrics& metrics) {
    const auto set = [&](std::string_view state, base::Duration time) {
        metrics.set("service_seconds", {state}, static_cast<double>(time.in_microseconds()) / 1e6);
    };
    set("up", figures.up);
    set("degraded", figures.degraded);
    set("down", figures.down);
    set("planned", figures.planned);
    set("stopped", figures.stopped);
}

}  // namespace botcore::health
