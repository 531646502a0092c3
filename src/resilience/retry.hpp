#pragma once

/// Decides whether and when a failed call is retried. The result is a point in time or the reason
/// to stop; nothing here waits.
///
/// R1  A delay never exceeds the cap, jitter included, unless the service asks for it.
/// R2  Retry-After takes precedence. If it ends after the deadline the call fails immediately
///
/// R3  A retry begins only if the deadline leaves time for an attempt.
/// R4  A call that must not happen twice is never retried, however it failed.
/// @spec:NFR-RELIABILITY-002

#include "base/random.hpp"
#include "resilience/attempt.hpp"
#include "resilience/deadline.hpp"

#include <variant>

namespace botcore::resilience {

struct RetryRules {
    std::uint32_t retries_max = 3;  ///< After the first attempt: 3 means four attempts (X-11).
    Duration base = Duration::seconds(1);
    Duration cap = Duration::seconds(10);
    Duration attempt_least = Duration::milliseconds(100);  ///< With less time, none is made.
};

/// Whether the service may execute the call more than once.
enum class Repeat : std::uint8_t {
    Allowed,    ///< A read, or the same write with the same key.
    Forbidden,  ///< An order: evidence, not repetition, resolves an unknown outcome.
};

struct RetryAt {
    Timestamp time;
    Duration delay;
    std::uint32_t attempt = 0;  ///< The number of the next attempt: 2 is the first retry.
};

struct GiveUp {
    enum class Why : std::uint8_t {
        Permanent,           ///< A retry would fail the same way.
        RepeatForbidden,     ///< R4.
        MaxRetriesExceeded,  ///< The last allowed attempt failed as well.
        DeadlineTooNear,     ///< R3.
        RetryAfterTooLate,   ///< R2; `until` is the time that the service named.
        BudgetSpent,         ///< The retry budget does not allow another retry.
    };

    Why why = Why::Permanent;
    std::optional<Timestamp> until = std::nullopt;
};

using RetryDecision = std::variant<RetryAt, GiveUp>;

/// The state of a failed call.
struct FailedAttempt {
    AttemptResult result;
    std::uint32_t attempts = 1;  ///< Attempts so far, including the failed one.
    Repeat repeat = Repeat::Allowed;
    Deadline deadline;
};

/// min(cap / 1.2, base x 2^retry) x U(0.8, 1.2); `retry` counts from 0.
[[nodiscard]] Duration retry_delay(const RetryRules& rules,
                                   std::uint32_t retry,
                                   base::Random& random);

/// `duration` times U(0.8, 1.2), in whole microseconds.
[[nodiscard]] Duration jittered(Duration duration, base::Random& random);

/// Decides what follows a failure. The result of the failed attempt must not be a success.
[[nodiscard]] RetryDecision decide_retry(const RetryRules& rules,
                                         const FailedAttempt& failed,
                                         Timestamp now,
                                         base::Random& random);

[[nodiscard]] std::string_view to_text(GiveUp::Why why);

}  // namespace botcore::resilience
