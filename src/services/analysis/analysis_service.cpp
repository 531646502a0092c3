#include "services/analysis/analysis_service.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <utility>

namespace botcore::analysis {

namespace {

using SteadyClock = std::chrono::steady_clock;

host::ServiceRules service_rules(const AnalysisRules& rules) {
    host::ServiceRules service;
    service.name = "analysis";
    service.url = rules.url;
    service.endpoints = {{.name = "analyze", .breaker = rules.breaker},
                         {.name = "health", .begins_as = resilience::BreakerState::MetricsOnly}};
    service.pipeline.retry = rules.retry;
    service.pipeline.attempt_limit = rules.analyze_within;
    return service;
}

/// The value of "status" in the body of a health response; empty when there is none.
std::string status_in(const std::string& body) {
    boost::system::error_code error;
    const auto document = boost::json::parse(body, error);
    if (error || !document.is_object()) return {};
    const auto* status = document.get_object().if_contains("status");
    if (status == nullptr || !status->is_string()) return {};
    return std::string(status->get_string());
}

AnalysisResult result_of(host::OutboundResult outbound) {
    AnalysisResult result;
    result.status = outbound.status;
    result.attempts = outbound.attempts;
    result.retry_at = outbound.retry_at;
    result.detail = std::string(host::to_text(outbound.kind));
    if (!outbound.detail.empty()) result.detail += ": " + outbound.detail;
    if (outbound.gave_up) result.detail += " (" + std::string(to_text(*outbound.gave_up)) + ")";
    const bool asked = outbound.kind != host::OutboundKind::BreakerOpen;
    if (asked && outbound.last_end && resilience::is_timeout(*outbound.last_end)) {
        result.kind = AnalysisKind::TimedOut;
    } else if (outbound.kind == host::OutboundKind::Answered) {
        const bool good = outbound.status >= 200 && outbound.status < 300;
        result.kind = good ? AnalysisKind::Analyzed : AnalysisKind::Refused;
        result.body = std::move(outbound.body);
    }
    return result;
}

}  // namespace

AnalysisService::AnalysisService(const AnalysisRules& rules,
                                 host::OutboundClient::Parts parts,
                                 host::OutboundCounts counts)
    : rules_(rules),
      client_(service_rules(rules), parts, std::move(counts)) {
}

void AnalysisService::probe(std::function<void(AnalysisProbe)> done) {
    client_.call({.endpoint = "health",
                  .http_request = {.path = "/health"},
                  .lane = resilience::Lane::Reconciliation,
                  .limit = rules_.probe_within},
                 [done = std::move(done), start = SteadyClock::now()](host::OutboundResult result) {
                     const auto taken = std::chrono::duration_cast<std::chrono::microseconds>(
                         SteadyClock::now() - start);
                     done(read_probe(result, base::Duration::microseconds(taken.count())));
                 });
}

void AnalysisService::analyze(std::string json,
                              std::string request_id,
                              std::function<void(AnalysisResult)> done,
                              base::Duration most) {
    client_.call({.endpoint = "analyze",
                  .http_request = {.method = "POST",
                                   .path = "/analyze",
                                   .body = std::move(json),
                                   .request_id = std::move(request_id)},
                  .repeat = resilience::Repeat::Allowed,
                  .limit = std::min(rules_.analyze_within, most)},
                 [done = std::move(done)](host::OutboundResult result) {
                     done(result_of(std::move(result)));
                 });
}

AnalysisProbe read_probe(const host::OutboundResult& result, base::Duration latency) {
    AnalysisProbe probe{.latency = latency};
    if (result.kind != host::OutboundKind::Answered || result.status != 200) {
        probe.message = "no valid response: " + std::string(host::to_text(result.kind));
        if (result.status != 0) probe.message += ", status " + std::to_string(result.status);
        return probe;
    }
    const std::string status = status_in(result.body);
    if (status == "healthy" || status == "ok" || status == "pass") {
        probe.health = AnalysisHealth::Healthy;
    } else if (status == "degraded" || status == "warn") {
        probe.health = AnalysisHealth::Degraded;
        probe.message = "the service reports itself as degraded";
    } else {
        probe.message = "its response contains an unknown health state";
    }
    return probe;
}

}  // namespace botcore::analysis
