#pragma once

/// The health of the whole at any moment: what the prober found, the degraded modes that follow, a
/// log line for each change, and the uptime figures.
///
/// Threads: the thread of the loop.

#include "operations/degraded_mode.hpp"
#include "operations/uptime.hpp"
#include "protocol/events.hpp"
#include "runtime/runtime.hpp"
#include "shell/health/health_prober.hpp"
#include "shell/log/log.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace botcore::shell::health {

struct HealthReport {
    HealthState overall = HealthState::Healthy;
    std::vector<operations::ComponentStatus> findings;
    std::vector<operations::DegradedMode> modes;
};

/// Why this process was started, as far as the one before it left a word.
enum class StartCause : std::uint8_t {
    First,           ///< None ran before it here.
    OrderedStop,     ///< The one before it was stopped on purpose.
    UnexpectedStop,  ///< The one before it died or was killed.
};

[[nodiscard]] std::string_view to_text(StartCause cause);

class HealthMonitor {
public:
    struct Parts {
        HealthProber& prober;  ///< Outlives the monitor, as does the log.
        log::Log& log;
        std::function<runtime::Now()> now;
        std::function<operations::Load()> load;
        /// Is this moment inside a maintenance window that was announced in good time?
        std::function<bool(base::Timestamp)> planned;
        /// The announced window that lies, wholly or in part, within a period.
        std::function<std::optional<operations::Period>(operations::Period)> announced;
        /// Told of each check whose state became another; may be absent.
        std::function<void(const protocol::HealthChange&)> changed = nullptr;
        /// Is the service down at this moment although every part works, as in an emergency
        /// maintenance? May be absent.
        std::function<bool(base::Timestamp)> outage = nullptr;
    };

    /// `uptime` is what earlier processes counted. The time since then, and until every part has
    /// been looked at, was a time away.
    HealthMonitor(Parts parts, operations::UptimeLog uptime);

    /// Looks, judges, counts, and says what has changed. Call it several times a second.
    void tick();

    /// The process ends on purpose: the time until the next start is no outage.
    void stop_in_order() { uptime_.stop_in_order(); }

    /// Every part has been looked at.
    [[nodiscard]] bool settled() const { return settled_; }

    /// Never waits.
    [[nodiscard]] HealthReport snapshot() const;

    [[nodiscard]] const HealthProber& prober() const { return parts_.prober; }

    [[nodiscard]] const operations::UptimeLog& uptime() const { return uptime_; }

    [[nodiscard]] StartCause start_cause() const { return cause_; }

    /// When the process before this one was last seen.
    [[nodiscard]] std::optional<base::Timestamp> seen_before() const { return seen_before_; }

private:
    void count(const HealthReport& now);
    void report_changes(const HealthReport& now);
    void report_modes(std::vector<operations::ComponentStatus> findings);

    Parts parts_;
    operations::UptimeLog uptime_;
    std::optional<base::Timestamp> seen_before_;
    StartCause cause_;
    HealthReport last_;
    std::vector<operations::DegradedMode> modes_reported_;
    bool settled_ = false;
    std::optional<base::Timestamp> counted_;  ///< On the monotonic scale.
};

}  // namespace botcore::shell::health
