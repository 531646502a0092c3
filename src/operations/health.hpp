#pragma once

/// Health verdicts: what is known of each part that we depend on, and what follows for the whole.
///
/// H1  A part that can be done without never makes the whole unhealthy; at most degraded.
/// H2  The whole is healthy only if every part that was looked at is.
/// H3  A part is as good as its last look only while that look is recent; silence is bad news.
///
///     looks at the parts ──> ProbeResult ──judge──> ComponentStatus ──overall──> 200 | 503
///                                                  └──────modes_of──> degraded modes

#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace botcore::operations {

using base::Duration;
using base::Timestamp;

/// From good to bad, so that the worst is the greatest.
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
    Archive,  ///< The copies of everything off the machine.
    Books,    ///< What the last check of all books found.
};

/// What the loss of a part means.
enum class Criticality : std::uint8_t {
    Critical,  ///< Without it nothing useful is left: the whole is unhealthy.
    Entries,   ///< Without it no new risk is taken; cancels, exits and reads go on: degraded.
    Optional,  ///< Something is slower or missing, trading goes on: degraded.
};

struct DependencyRow {
    Dependency dependency = Dependency::Database;
    std::string_view name;  ///< Its key in health bodies and its label in metrics.
    Criticality criticality = Criticality::Optional;
    Duration latency_max;   ///< An answer that took this long or longer is "High latency".
    Duration reply_within;  ///< The time-out of a look.
};

/// Every part that there is a rule for, whether this installation uses it or not.
[[nodiscard]] std::span<const DependencyRow> dependencies();

[[nodiscard]] const DependencyRow& row_of(Dependency dependency);

/// What the looks at one part have brought so far.
struct ProbeResult {
    HealthState said = HealthState::Unhealthy;  ///< By the last look that ended.
    std::string message;                        ///< Nothing where there is nothing to say.
    std::optional<Duration> latency;            ///< Of the last look that was answered.
    std::optional<Timestamp> probed_at;         ///< When the last look ended or timed out.
    std::optional<Timestamp> succeeded_at;      ///< When a look last found it not unhealthy.
};

struct ComponentStatus {
    Dependency dependency = Dependency::Database;
    HealthState state = HealthState::Unhealthy;
    std::string message;
    std::optional<Duration> age;  ///< Of the look behind it; nothing when there was none yet.
};

/// The verdict on one part. `interval` is the time from one look to the next; a look older than
/// three of them and its time-out counts as bad news by itself (H3).
[[nodiscard]] ComponentStatus evaluate(Dependency dependency,
                                       const ProbeResult& reading,
                                       Timestamp now,
                                       Duration interval);

/// The verdict on the whole: the worst, weighted (H1, H2).
[[nodiscard]] HealthState overall(std::span<const ComponentStatus> findings);

/// What a load balancer is told: 503 takes this instance out, so only for Unhealthy.
[[nodiscard]] std::uint16_t http_status(HealthState state);

[[nodiscard]] std::string_view to_text(HealthState state);
[[nodiscard]] std::string_view to_text(Criticality criticality);

}  // namespace botcore::operations
