#pragma once

/// When a failed call is tried again. The answer is a point in time or the reason to stop; nothing
/// here waits.
///
/// R1  A delay never passes the cap, its jitter included, unless the other side asks for it.
/// R2  Retry-After always wins. Where it ends past the deadline the call fails at once.
/// R3  A retry begins only where the deadline leaves time for an attempt.
/// R4  What must not happen twice is not tried again, however it failed.

#include "base/random.hpp"
#include "resilience/attempt.hpp"
#include "resilience/deadline.hpp"

#include <variant>

namespace botcore::resilience {

struct RetryRules {
    std::uint32_t retries_max = 3;  ///< After the first try: 3 means four calls (X-11).
    Duration base = Duration::seconds(1);
    Duration cap = Duration::seconds(10);
    Duration attempt_least = Duration::milliseconds(100);  ///< Less time is no attempt.
};

/// Does it matter how often the other side does it?
enum class Repeat : std::uint8_t {
    Allowed,    ///< A read, or the same write with the same key.
    Forbidden,  ///< An order: evidence, not repetition, ends its doubt.
};

struct RetryAt {
    Timestamp time;
    Duration delay;
    std::uint32_t attempt = 0;  ///< The number of the attempt that comes: 2 is the first retry.
};

struct GiveUp {
    enum class Why : std::uint8_t {
        Permanent,           ///< It would end the same way.
        RepeatForbidden,     ///< R4.
        MaxRetriesExceeded,  ///< The last attempt failed too.
        DeadlineTooNear,     ///< R3.
        RetryAfterTooLate,   ///< R2; `until` is when the other side wants to be asked again.
        BudgetSpent,         ///< Too much of what leaves is retries already.
    };

    Why why = Why::Permanent;
    std::optional<Timestamp> until = std::nullopt;
};

using RetryDecision = std::variant<RetryAt, GiveUp>;

/// A failed call as it stands.
struct FailedAttempt {
    AttemptResult result;
    std::uint32_t attempts = 1;  ///< Made so far, the failed one included.
    Repeat repeat = Repeat::Allowed;
    Deadline deadline;
};

/// min(cap / 1.2, base x 2^retry) x U(0.8, 1.2); `retry` counts from 0.
[[nodiscard]] Duration retry_delay(const RetryRules& rules,
                                   std::uint32_t retry,
                                   base::Random& random);

/// `duration` times U(0.8, 1.2), in whole microseconds.
[[nodiscard]] Duration jittered(Duration duration, base::Random& random);

/// What follows a failure. The attempt's result must not be a success.
[[nodiscard]] RetryDecision decide_retry(const RetryRules& rules,
                                         const FailedAttempt& failed,
                                         Timestamp now,
                                         base::Random& random);

[[nodiscard]] std::string_view to_text(GiveUp::Why why);

}  // namespace botcore::resilience
