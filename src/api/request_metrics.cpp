#include "api/request_metrics.hpp"

#include "protocol/error_codes.hpp"

#include <chrono>
#include <string>

namespace botcore::api {

RequestMetrics::RequestMetrics(observability::Metrics& metrics)
    : metrics_(metrics),
      seconds_(metrics.histogram("http_request_duration_seconds")) {
    for (const auto& row : protocol::error_codes())
        metrics.count("http_request_errors_total", {row.code}, 0);
}

void RequestMetrics::count(const net::HttpExchange& exchange) {
    const std::uint16_t status = exchange.status;
    auto place = by_status_.find(status);
    if (place == by_status_.end()) {
        const auto line = metrics_.counter("http_requests_total", {std::to_string(status)});
        place = by_status_.emplace(status, line).first;
    }
    place->second.add();
    seconds_.observe(std::chrono::duration<double>(exchange.duration).count());
    if (status < 400) return;
    const std::string_view code = exchange.error_code;
    metrics_.count("http_request_errors_total", {code});
    if (code == "VERSION_CONFLICT") metrics_.count("optimistic_conflicts_total");
    if (code == "REQUEST_IN_PROGRESS") metrics_.count("idempotency_hits_total", {"in_progress"});
    if (code == "TIMEOUT") metrics_.count("timeouts_total", {"api_request"});
}

}  // namespace botcore::api
