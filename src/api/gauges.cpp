#include "api/gauges.hpp"

#include "api/api_context.hpp"
#include "services/health/health_metrics.hpp"
#include "services/trading/trading_metrics.hpp"

#include <vector>

namespace botcore::api {

void write_gauges(const MeasuredParts& parts, observability::Metrics& metrics) {
    metrics.read_process();
    trading::write_runtime_metrics(parts.runtime, metrics);
    trading::write_market_metrics(parts.market, metrics);
    health::HealthReport report = parts.monitor.snapshot();
    if (parts.cache_kind == kCacheInProcess) {
        std::erase_if(report.findings, [](const operations::ComponentStatus& finding) {
            return finding.dependency == operations::Dependency::Cache;
        });
    }
    health::write_health_metrics(report, metrics);
    const bool is_unexpected = parts.monitor.start_cause() == health::StartCause::UnexpectedStop;
    metrics.set("unexpected_start", is_unexpected ? 1 : 0);
    health::write_uptime_metrics(parts.monitor.uptime(), metrics);
    health::write_service_metrics(parts.monitor.uptimes(), metrics);
}

}  // namespace botcore::api
