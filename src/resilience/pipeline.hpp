#pragma once

/// Applies the five policies to one call, in this order:
///
///   retry( deadline -> bulkhead -> throttle -> breaker -> the attempt )
///
///             ┌──── Wait ────┐ `started`
///   `begin` ──┤              v
///      ^      └──────────> Attempt ── `finished` ──> End
///      └──────── RetryAt <─────────────────┘
///
/// P1  The breaker counts every attempt; the caller sees one call.
/// P2  A slot is held by an attempt, not by a call that waits for its retry.
/// P3  Cancels and exits bypass the throttle and the breaker (X-08, I9); deadlines and slots apply
///     to them as well.
/// P4  Each call that began ends exactly once, and releases everything that it acquired.
/// @spec:NFR-RELIABILITY-002

#include "resilience/adaptive_throttle.hpp"
#include "resilience/breaker.hpp"
#include "resilience/bulkhead.hpp"
#include "resilience/retry.hpp"
#include "resilience/retry_budget.hpp"

namespace botcore::resilience {

struct PipelineRules {
    RetryRules retry;
    Duration attempt_limit = Duration::seconds(10);  ///< For one attempt (R2-TMO-05).
};

/// A call in progress. The caller sets the first four fields, the pipeline the others.
struct PipelineCall {
    Lane lane = Lane::Entry;
    Repeat repeat = Repeat::Forbidden;
    Bulkhead::Ticket ticket = 0;  ///< Unique among the calls that share the bulkhead.
    Deadline deadline;

    std::uint32_t attempts = 0;
    Breaker::Permit permit{};
    enum class Phase : std::uint8_t { New, Waiting, Attempting, Retrying, Ended };
    Phase phase = Phase::New;
    bool holds_retry = false;
};

/// The caller must make the attempt, and stop waiting for it at this deadline.
struct MakeAttempt {
    Deadline deadline;
};

/// All slots are taken: the caller must call `started` once the bulkhead returns the ticket.
struct WaitForSlot {};

struct CallOver {
    enum class Kind : std::uint8_t {
        Succeeded,
        Failed,          ///< An attempt failed; `gave_up` is the reason for no further one.
        DeadlinePassed,  ///< The deadline passed before an attempt began.
        Overloaded,      ///< No free slot, and the queue is full.
        Throttled,       ///< The service accepts few requests; no attempt was made.
        BreakerOpen,
        Canceled,
    };

    Kind kind = Kind::Succeeded;
    GiveUp gave_up{};
};

using PipelineStep = std::variant<MakeAttempt, WaitForSlot, RetryAt, CallOver>;

/// Not thread-safe.
class Pipeline {
public:
    /// A bulkhead may be shared by several pipelines.
    struct Parts {
        Bulkhead& bulkhead;
        AdaptiveThrottle& throttle;
        RetryBudget& budget;
        Breaker& breaker;
    };

    Pipeline(const PipelineRules& rules, Parts parts) : rules_(rules), parts_(parts) {}

    /// Starts a new call, or a retry that is due.
    [[nodiscard]] PipelineStep begin(PipelineCall& call, Timestamp now, base::Random& random);

    /// Continues a waiting call whose ticket the bulkhead has returned.
    [[nodiscard]] PipelineStep started(PipelineCall& call, Timestamp now, base::Random& random);

    /// Records that the attempt has ended. Its slot is then free: ask the bulkhead for the next
    /// ticket.
    [[nodiscard]] PipelineStep finished(PipelineCall& call,
                                        const AttemptResult& result,
                                        Timestamp now,
                                        base::Random& random);

    /// Ends the call because its caller no longer needs a result; allowed in every state of the
    /// call. If an attempt was in flight, its slot is then free: ask the bulkhead for the next
    /// ticket.
    void cancel(PipelineCall& call, Timestamp now);

    /// Ends a call that waits for a slot because its deadline has passed.
    [[nodiscard]] PipelineStep expired(PipelineCall& call);

private:
    [[nodiscard]] PipelineStep over(PipelineCall& call, CallOver::Kind kind, GiveUp why = {});
    void release_retry(PipelineCall& call);

    PipelineRules rules_;
    Parts parts_;
};

[[nodiscard]] constexpr bool is_exit(Lane lane) {
    return lane == Lane::Cancel || lane == Lane::Exit;
}

[[nodiscard]] std::string_view to_text(CallOver::Kind kind);

}  // namespace botcore::resilience
