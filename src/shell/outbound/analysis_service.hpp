#pragma once

/// The optional analysis service: is it well, and what does it make of the market? The core works
/// without it; nobody who trades waits for it longer than ten seconds (R2-TMO-06).
///
/// Threads: the thread of the loop.

#include "shell/outbound/outbound_client.hpp"

namespace botcore::shell::outbound {

/// What the daemon reads from its configuration.
struct AnalysisRules {
    ServiceUrl url;
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
    Refused,      ///< The service does not accept the question; `status` and `body` say why.
    TimedOut,     ///< No analysis in time: the event `analysis_timeout`.
    Unavailable,  ///< There is no analysis just now; `detail` says why, `retry_at` when to ask.
};

struct AnalysisResult {
    AnalysisKind kind = AnalysisKind::Unavailable;
    std::uint16_t status = 0;
    std::uint32_t attempts = 0;  ///< Zero: the service was not asked.
    std::string body{};
    std::string detail{};
    std::optional<base::Timestamp> retry_at = std::nullopt;
};

class AnalysisService {
public:
    AnalysisService(const AnalysisRules& rules,
                    OutboundClient::Parts parts,
                    OutboundCounts counts = {});

    /// Asks `GET /health`, once. Nothing stops a probe, not even an open breaker.
    void probe(std::function<void(AnalysisProbe)> done);

    /// Sends `json` to `POST /analyze`. A question, so it may be asked again. `most` is what is
    /// left of the caller's time.
    void analyze(std::string json,
                 std::string request_id,
                 std::function<void(AnalysisResult)> done,
                 base::Duration most = resilience::kRequestLimit);

    [[nodiscard]] OutboundClient& client() { return client_; }

private:
    AnalysisRules rules_;
    OutboundClient client_;
};

/// What a health answer says; for tests.
[[nodiscard]] AnalysisProbe read_probe(const OutboundResult& result, base::Duration latency);

}  // namespace botcore::shell::outbound
