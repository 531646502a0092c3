#pragma once

/// The overall health at any moment: the probe results, the degraded modes that follow from them, a
/// log line for each change, and the uptime figures of all services.
///
/// Threads: the loop thread.
/// @spec:NFR-RELIABILITY-001

#include "host/health_prober.hpp"
#include "observability/log.hpp"
#include "operations/degraded_mode.hpp"
#include "operations/service_uptime.hpp"
#include "protocol/events.hpp"
#include "runtime/runtime.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace botcore::health {

struct HealthReport {
    operations::HealthState overall = operations::HealthState::Healthy;
    std::vector<operations::ComponentStatus> findings;
    std::vector<operations::DegradedMode> modes;
    bool planned = false;  ///< In a maintenance window that was announced early enough.
};

/// Why this process was started, as far as its predecessor recorded it.
enum class StartCause : std::uint8_t {
    First,           ///< No process ran here before.
    OrderedStop,     ///< The previous process was stopped on purpose.
    UnexpectedStop,  ///< The previous process crashed or was killed.
};

[[nodiscard]] std::string_view to_text(StartCause cause);

class HealthMonitor {
public:
    struct Parts {
        host::HealthProber& prober;  ///< Must outlive the monitor, as must the log.
        observability::Log& log;
        std::function<model::Now()> now;
        std::function<operations::Load()> load;
        /// Whether this time lies inside a maintenance window that was announced early enough.
        std::function<bool(base::Timestamp)> planned;
        /// The announced window that overlaps a period.
        std::function<std::optional<operations::Period>(operations::Period)> announced;
        /// Called for each check whose state has changed; may be empty.
        std::function<void(const protocol::HealthChange&)> changed = nullptr;
        /// Whether the service is down at this time although every component works, as in an
        /// emergency maintenance. May be empty.
        std::function<bool(base::Timestamp)> outage = nullptr;
        bool cache_is_remote = false;  ///< A cache inside the process has no uptime figures.
    };

    /// `uptimes` holds the figures of earlier processes. The time from their last note until every
    /// component has a probe result is counted as absence (`UptimeLog::resume`).
    HealthMonitor(Parts parts, operations::ServiceUptimes uptimes);

    /// Probes, evaluates, counts, and reports what has changed. Call it several times a second.
    void tick();

    /// The process stops on purpose: the time until the next start is not an outage.
    void stop_in_order() { uptimes_.stop_in_order(); }

    /// Whether every component has a probe result.
    [[nodiscard]] bool settled() const { return settled_; }

    /// The current health. Does not block.
    [[nodiscard]] HealthReport snapshot() const;

    [[nodiscard]] const host::HealthProber& prober() const { return parts_.prober; }

    /// The engine's figures.
    [[nodiscard]] const operations::UptimeLog& uptime() const { return uptimes_.engine(); }

    [[nodiscard]] const operations::ServiceUptimes& uptimes() const { return uptimes_; }

    [[nodiscard]] StartCause start_cause() const { return cause_; }

    /// When the previous process last noted its state.
    [[nodiscard]] std::optional<base::Timestamp> seen_before() const { return seen_before_; }

private:
    void note_uptime(const HealthReport& report);
    [[nodiscard]] std::optional<operations::HealthState> state_of_log() const;
    void report_changes(const HealthReport& now);
    void report_modes(std::vector<operations::ComponentStatus> findings);

    Parts parts_;
    operations::ServiceUptimes uptimes_;
    std::optional<base::Timestamp> seen_before_;
    StartCause cause_;
    HealthReport last_;
    std::vector<operations::DegradedMode> modes_reported_;
    bool settled_ = false;
    std::optional<base::Timestamp> counted_;  ///< On the monotonic clock.
};

}  // namespace botcore::health
