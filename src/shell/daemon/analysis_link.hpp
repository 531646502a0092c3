#pragma once

/// The daemon's client of the analysis service: built from the configuration, watched by the health
/// prober. The state of its circuit breakers is stored in the data folder.
///
/// Threads: the loop thread.

#include "shell/config/config.hpp"
#include "shell/health/health_prober.hpp"
#include "shell/metrics/metrics.hpp"
#include "shell/outbound/analysis_service.hpp"

namespace botcore::shell {

class AnalysisLink {
public:
    /// All references must outlive the link.
    struct Parts {
        boost::asio::io_context& context;
        log::Log& log;
        std::filesystem::path folder;  ///< For `breakers.json`.
        std::uint64_t seed = 0;        ///< For the retry jitter.
    };

    /// Returns a null pointer when no service is configured. The error names the wrong key and the
    /// cause.
    [[nodiscard]] static base::Result<std::unique_ptr<AnalysisLink>, std::string> make(
        const Config& config, const Parts& parts, outbound::OutboundCounts counts = {});

    /// Checks whether `make` would accept the configuration. Starts nothing.
    [[nodiscard]] static base::Outcome<std::string> check(const Config& config);

    /// For `HealthProber::add(Dependency::Analysis, …)`. The link must outlive the prober's probes.
    [[nodiscard]] health::HealthProbe probe();

    [[nodiscard]] outbound::AnalysisService& service() { return service_; }

    /// Publishes the breaker states that were restored from the previous process.
    void show_breakers(metrics::Metrics& metrics);

private:
    AnalysisLink(const outbound::AnalysisRules& rules,
                 const Parts& parts,
                 std::unique_ptr<outbound::HttpTransport> transport,
                 outbound::OutboundCounts counts);

    outbound::BreakerFile breakers_;
    std::unique_ptr<outbound::HttpTransport> transport_;
    outbound::AnalysisService service_;
};

/// Maps the client's counters to metrics. The metrics must outlive the link.
[[nodiscard]] outbound::OutboundCounts counts_of(metrics::Metrics& metrics);

/// The value of `circuit_breaker_state`: 0 lets calls through, 1 is half open, 2 rejects calls.
[[nodiscard]] int breaker_gauge(resilience::BreakerState state);

}  // namespace botcore::shell
