#pragma once

/// Writes the health of the process into the metrics; called before the metrics are read.
///
/// Threads: the loop thread.

#include "observability/metrics.hpp"
#include "services/health/health_monitor.hpp"

namespace botcore::health {

/// Writes the state of each component of the report, and for each degraded mode whether it is
/// active.
void write_health_metrics(const HealthReport& report, observability::Metrics& metrics);

/// Writes how long the service was in each state during the last 30 days, and its downtime within
/// several windows.
void write_uptime_metrics(const operations::UptimeLog& uptime, observability::Metrics& metrics);

/// Writes the availability of each service in use over each window, and what its target still
/// allows. A service or a window for which no time was counted has no line.
void write_service_metrics(const operations::ServiceUptimes& uptimes,
                           observability::Metrics& metrics);

}  // namespace botcore::health
