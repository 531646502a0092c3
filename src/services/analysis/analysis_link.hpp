#pragma once

/// The daemon's client of the analysis service: built from the configuration, watched by the health
/// prober. The state of its circuit breakers is stored in the data folder.
///
/// Threads: the loop thread.

#include "host/config.hpp"
#include "host/service.hpp"
#include "observability/metrics.hpp"
#include "services/analysis/analysis_service.hpp"

namespace botcore::analysis {

class AnalysisLink final : public host::Service {
public:
    /// All references must outlive the link.
    struct Parts {
        boost::asio::io_context& context;
        observability::Log& log;
        std::filesystem::path folder;  ///< For `breakers.json`.
        std::uint64_t seed = 0;        ///< For the retry jitter.
    };

    /// Returns a null pointer when no service is configured. The error names the wrong key and the
    /// cause.
    [[nodiscard]] static base::Result<std::unique_ptr<AnalysisLink>, std::string> make(
        const host::Config& config, const Parts& parts, host::OutboundCounts counts = {});

    /// Checks whether `make` would accept the configuration. Starts nothing.
    [[nodiscard]] static base::Outcome<std::string> check(const host::Config& config);

    /// The link must outlive the probes.
    [[nodiscard]] host::HealthProbe probe();

    void add_probes(host::HealthProber& prober) override {
        prober.add(operations::Dependency::Analysis, probe());
    }

    [[nodiscard]] AnalysisService& service() { return service_; }

    /// Publishes the breaker states that were restored from the previous process.
    void show_breakers(observability::Metrics& metrics);

private:
    AnalysisLink(const AnalysisRules& rules,
                 const Parts& parts,
                 std::unique_ptr<net::HttpTransport> transport,
                 host::OutboundCounts counts);

    host::BreakerFile breakers_;
    std::unique_ptr<net::HttpTransport> transport_;
    AnalysisService service_;
};

/// Maps the client's counters to metrics. The metrics must outlive the link.
[[nodiscard]] host::OutboundCounts counts_of(observability::Metrics& metrics);

/// The value of `circuit_breaker_state`: 0 lets calls through, 1 is half open, 2 rejects calls.
[[nodiscard]] int breaker_gauge(resilience::BreakerState state);

}  // namespace botcore::analysis
