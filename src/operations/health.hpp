#pragma once

/// Health evaluation: the state of each component that we depend on, and of the service as a whole.
///
/// H1  An optional component never makes the whole service unhealthy, at most degraded.
/// H2  The service is healthy only if every probed component is healthy.
/// H3  A probe result expires after three intervals and the probe's time-out; a stale or missing
///     result counts as unhealthy.
///
///     probes ──> ProbeResult ──evaluate──> ComponentStatus ──overall──> 200 | 503
///                                               └─────modes_of──> degraded modes
/// @spec:NFR-RELIABILITY-001

#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace botcore::operations {

using base::Duration;
using base::Timestamp;

/// The states are ordered from best to worst, so that the worst state is the greatest.
enum class HealthState : std::uint8_t { Healthy, Degraded, Unhealthy };

enum class Dependency : std::uint8_t {
    Database,
    Exchange,
    Market,
    Disk,
    Clock,
    Cache,
    WebSocket,
    Analysis,
    Notifier,
    Monitoring,
    Archive,  ///< The off-machine copies of all data.
    Books,    ///< The result of the last check of all accounts' books.
};

/// What the loss of a component means.
enum class Criticality : std::uint8_t {
    Critical,  ///< Nothing useful works without it: unhealthy.
    Entries,   ///< Without it no new risk is taken; cancels, exits and reads work: degraded.
    Optional,  ///< Something is slower or missing, trading continues: degraded.
};

struct DependencyRow {
    Dependency dependency = Dependency::Database;
    std::string_view name;  ///< Its key in health responses and its label in metrics.
    Criticality criticality = Criticality::Optional;
    Duration latency_max;   ///< A reply that took this long or longer is "High latency".
    Duration reply_within;  ///< The time-out of a probe.
};

/// Every component that has a rule, whether this installation uses it or not.
[[nodiscard]] std::span<const DependencyRow> dependencies();

[[nodiscard]] const DependencyRow& row_of(Dependency dependency);

/// The results of the probes of one component so far.
struct ProbeResult {
    HealthState reported_state =
        HealthState::Unhealthy;             ///< According to the last probe that ended.
    std::string message;                    ///< Empty if there is nothing to report.
    std::optional<Duration> latency;        ///< Of the last probe that got a reply.
    std::optional<Timestamp> probed_at;     ///< When the last probe ended or timed out.
    std::optional<Timestamp> succeeded_at;  ///< When a probe last found it not unhealthy.
};

struct ComponentStatus {
    Dependency dependency = Dependency::Database;
    HealthState state = HealthState::Unhealthy;
    std::string message;
    std::optional<Duration> age;  ///< Of the underlying probe result; empty when there is none yet.
};

/// The state of one component. `interval` is the time between two probes. A result older than three
/// intervals and the probe's time-out counts as unhealthy (H3).
[[nodiscard]] ComponentStatus evaluate(Dependency dependency,
                                       const ProbeResult& reading,
                                       Timestamp now,
                                       Duration interval);

/// The state of the whole service: the worst component, weighted by criticality (H1, H2).
[[nodiscard]] HealthState overall(std::span<const ComponentStatus> findings);

/// The status for a load balancer: 503 removes this instance, so it is only used for Unhealthy.
[[nodiscard]] std::uint16_t http_status(HealthState state);

[[nodiscard]] std::string_view to_text(HealthState state);
[[nodiscard]] std::string_view to_text(Criticality criticality);

}  // namespace botcore::operations
