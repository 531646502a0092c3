#pragma once

/// The analysis service as the daemon has it: made from the configuration, watched by the health
/// prober, its breakers remembered in the data folder.
///
/// Threads: the thread of the loop.

#include "shell/config/config.hpp"
#include "shell/health/health_prober.hpp"
#include "shell/metrics/metrics.hpp"
#include "shell/outbound/analysis_service.hpp"

namespace botcore::shell {

class AnalysisLink {
public:
    /// All outlive the link.
    struct Parts {
        boost::asio::io_context& context;
        log::Log& log;
        std::filesystem::path folder;  ///< For `breakers.json`.
        std::uint64_t seed = 0;        ///< Of the jitter.
    };

    /// Nothing where no service is configured. An error says which key is wrong and why.
    [[nodiscard]] static base::Result<std::unique_ptr<AnalysisLink>, std::string> make(
        const Config& config, const Parts& parts, outbound::OutboundCounts counts = {});

    /// Would `make` take it? Starts nothing.
    [[nodiscard]] static base::Outcome<std::string> check(const Config& config);

    /// For `HealthProber::add(Dependency::Analysis, …)`; the link outlives the prober's looks.
    [[nodiscard]] health::HealthProbe probe();

    [[nodiscard]] outbound::AnalysisService& service() { return service_; }

    /// Shows what the breakers remember from the last life.
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

/// What the client counts, as metrics, which outlive the link.
[[nodiscard]] outbound::OutboundCounts counts_of(metrics::Metrics& metrics);

/// The value of `circuit_breaker_state`: 0 lets calls through, 1 is half open, 2 stops them.
[[nodiscard]] int breaker_gauge(resilience::BreakerState state);

}  // namespace botcore::shell
