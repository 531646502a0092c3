#pragma once

/// Writes the figures that are measured rather than counted into the metrics, before the metrics
/// are read: by a scrape and by the evaluation of the alerts.
///
/// Threads: the thread of the loop.

#include "observability/metrics.hpp"
#include "ports/market_data.hpp"
#include "runtime/runtime.hpp"
#include "services/health/health_monitor.hpp"

#include <string_view>

namespace botcore::api {

struct MeasuredParts {
    const runtime::Runtime& runtime;
    const ports::MarketData& market;
    const health::HealthMonitor& monitor;
    std::string_view cache_kind;  ///< A cache in the process has no line of its own.
};

void write_gauges(const MeasuredParts& parts, observability::Metrics& metrics);

}  // namespace botcore::api
