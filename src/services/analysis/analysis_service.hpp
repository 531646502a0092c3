#pragma once

/// Client of the optional analysis service: health probes and market analyses. The core works
/// without it; no trading request waits for it longer than ten seconds (R2-TMO-06).
///
/// Threads: the loop thread.

#include "host/outbound_client.hpp"

namespace botcore::analysis {

/// The settings from the daemon's configuration.
struct AnalysisRules {
    net::ServiceUrl url;
    resilience::RetryRules retry{};
    resilience::BreakerRules breaker{};
    base::Duration analyze_within = base::Duration::seconds(10);
    base::Duration probe_within = base::Duration::seconds(2);
};

enum class AnalysisHealth : std::uint8_t { Healthy, Degraded, Unhealthy };

struct AnalysisProbe {
    AnalysisHealth health = AnalysisHealth::Unhealthy;
    base::Duration latency{};
    std::string message{};
};

enum class AnalysisKind : std::uint8_t {
    Analyzed,     ///< `body` is the service's JSON.
    Refused,      ///< The service rejected the request; `status` and `body` say why.
    TimedOut,     ///< No analysis in time; the event `analysis_timeout` reports it.
    Unavailable,  ///< No analysis now; `detail` says why, and `retry_at` when to repeat.
};

struct AnalysisResult {
    AnalysisKind kind = AnalysisKind::Unavailable;
    std::uint16_t status = 0;
    std::uint32_t attempts = 0;  ///< Zero: no request was sent.
    std::string body{};
    std::string detail{};
    std::optional<base::Timestamp> retry_at = std::nullopt;
};

class AnalysisService {
public:
    AnalysisService(const AnalysisRules& rules,
                    host::OutboundClient::Parts parts,
                    host::OutboundCounts counts = {});

    /// Sends `GET /health`, once. Nothing blocks a probe, not even an open breaker.
    void probe(std::function<void(AnalysisProbe)> done);

    /// Sends `json` to `POST /analyze`. The request is a query without side effects, so it may be
    /// repeated. `most` is the caller's remaining time.
    void analyze(std::string json,
                 std::string request_id,
                 std::function<void(AnalysisResult)> done,
                 base::Duration most = resilience::kRequestLimit);

    [[nodiscard]] host::OutboundClient& client() { return client_; }

private:
    AnalysisRules rules_;
    host::OutboundClient client_;
};

/// Interprets a health response; public for tests.
[[nodiscard]] AnalysisProbe read_probe(const host::OutboundResult& result, base::Duration latency);

}  // namespace botcore::analysis
