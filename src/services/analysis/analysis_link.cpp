#include "services/analysis/analysis_link.hpp"

#include <boost/asio/io_context.hpp>

#include <utility>

namespace botcore::analysis {

namespace {

AnalysisRules rules_of(const host::Config& config, net::ServiceUrl url) {
    AnalysisRules rules;
    rules.url = std::move(url);
    rules.retry.retries_max =
        static_cast<std::uint32_t>(config.integer("reliability.retry_max_attempts"));
    rules.retry.base =
        base::Duration::milliseconds(config.integer("reliability.retry_initial_delay_ms"));
    rules.breaker.failures_in_row =
        static_cast<std::uint32_t>(config.integer("reliability.circuit_breaker_threshold"));
    rules.breaker.open_for =
        base::Duration::seconds(config.integer("reliability.circuit_breaker_timeout_seconds"));
    return rules;
}

base::Result<net::ServiceUrl, std::string> url_of(const host::Config& config) {
    auto url = net::parse_service_url(config.text("analysis.url"));
    if (!url) return base::Failure{"analysis.url: " + url.error()};
    return url;
}

base::Result<std::unique_ptr<net::HttpTransport>, std::string> transport_of(
    const host::Config& config, boost::asio::io_context& context) {
    auto transport = net::HttpTransport::make(context, config.text("analysis.ca_file"));
    if (!transport) return base::Failure{"analysis.ca_file: " + transport.error()};
    return transport;
}

operations::HealthState state_of(AnalysisHealth health) {
    switch (health) {
        case AnalysisHealth::Healthy:
            return operations::HealthState::Healthy;
        case AnalysisHealth::Degraded:
            return operations::HealthState::Degraded;
        case AnalysisHealth::Unhealthy:
            break;
    }
    return operations::HealthState::Unhealthy;
}

}  // namespace

base::Result<std::unique_ptr<AnalysisLink>, std::string> AnalysisLink::make(
    const host::Config& config, const Parts& parts, host::OutboundCounts counts) {
    if (config.text("analysis.url").empty()) return std::unique_ptr<AnalysisLink>();
    auto url = TRY(url_of(config));
    auto transport = TRY(transport_of(config, parts.context));
    return std::unique_ptr<AnalysisLink>(new AnalysisLink(
        rules_of(config, std::move(url)), parts, std::move(transport), std::move(counts)));
}

base::Outcome<std::string> AnalysisLink::check(const host::Config& config) {
    if (config.text("analysis.url").empty()) return base::Done{};
    (void)TRY(url_of(config));
    boost::asio::io_context context(1);
    (void)TRY(transport_of(config, context));
    return base::Done{};
}

AnalysisLink::AnalysisLink(const AnalysisRules& rules,
                           const Parts& parts,
                           std::unique_ptr<net::HttpTransport> transport,
                           host::OutboundCounts counts)
    : breakers_(parts.folder / "breakers.json", parts.log),
      transport_(std::move(transport)),
      service_(rules,
               {parts.context, *transport_, breakers_, parts.log, base::Random(parts.seed)},
               std::move(counts)) {
}

host::HealthProbe AnalysisLink::probe() {
    return [this](host::ProbeReplied answered) {
        service_.probe([answered = std::move(answered)](AnalysisProbe probe) {
            answered({state_of(probe.health), std::move(probe.message)});
        });
    };
}

void AnalysisLink::show_breakers(observability::Metrics& metrics) {
    for (const auto& breaker : service_.client().breakers())
        metrics.set("circuit_breaker_state", {breaker.name}, breaker_gauge(breaker.state));
}

host::OutboundCounts counts_of(observability::Metrics& metrics) {
    host::OutboundCounts counts;
    counts.breaker_transition = [&metrics](std::string_view name, const auto& transition) {
        metrics.set("circuit_breaker_state", {name}, breaker_gauge(transition.to));
        metrics.count("circuit_breaker_transitions_total", {name, to_text(transition.to)});
    };
    counts.retried = [&metrics](std::string_view, std::string_view result) {
        metrics.count("retry_attempts_total", {"analysis", result});
    };
    counts.timed_out = [&metrics](std::string_view) {
        metrics.count("timeouts_total", {"analysis"});
    };
    return counts;
}

int breaker_gauge(resilience::BreakerState state) {
    switch (state) {
        case resilience::BreakerState::Closed:
        case resilience::BreakerState::Disabled:
        case resilience::BreakerState::MetricsOnly:
            return 0;
        case resilience::BreakerState::HalfOpen:
            return 1;
        case resilience::BreakerState::Open:
        case resilience::BreakerState::ForcedOpen:
            break;
    }
    return 2;
}

}  // namespace botcore::analysis
