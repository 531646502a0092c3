#pragma once

/// The five policies around one call, in the one order that makes sense:
///
///   retry( deadline -> bulkhead -> throttle -> breaker -> the attempt )
///
///             ┌──── Wait ────┐ `started`
///   `begin` ──┤              v
///      ^      └──────────> Attempt ── `finished` ──> End
///      └──────── RetryAt <─────────────────┘
///
/// P1  The breaker sees each attempt, the caller one call.
/// P2  A slot is held by an attempt, not by a call that waits for its retry.
/// P3  Cancels and exits pass the throttle and the breaker (X-08, I9); time and slots bind them
/// too. P4  Each call that began ends once, and gives back what it took.

#include "resilience/adaptive_throttle.hpp"
#include "resilience/breaker.hpp"
#include "resilience/bulkhead.hpp"
#include "resilience/retry.hpp"
#include "resilience/retry_budget.hpp"

namespace botcore::resilience {

struct PipelineRules {
    RetryRules retry;
    Duration attempt_limit = Duration::seconds(10);  ///< Of one attempt (R2-TMO-05).
};

/// One call on its way. The first four fields are the caller's, the rest is the pipeline's.
struct PipelineCall {
    Lane lane = Lane::Entry;
    Repeat repeat = Repeat::Forbidden;
    Bulkhead::Ticket ticket = 0;  ///< Unique among those that share the bulkhead.
    Deadline deadline;

    std::uint32_t attempts = 0;
    Breaker::Permit permit{};
    enum class Phase : std::uint8_t { New, Waiting, Attempting, Retrying, Ended };
    Phase phase = Phase::New;
    bool holds_retry = false;
};

/// Make the attempt, and stop waiting for it at this time.
struct MakeAttempt {
    Deadline deadline;
};

/// All slots are taken: `started` once the bulkhead hands the ticket out.
struct WaitForSlot {};

struct CallOver {
    enum class Kind : std::uint8_t {
        Succeeded,
        Failed,          ///< After an attempt; `gave_up` says why there is no further one.
        DeadlinePassed,  ///< Before an attempt could begin.
        Overloaded,      ///< No slot, and no place to wait for one.
        Throttled,       ///< The other side accepts little; it was not asked.
        BreakerOpen,
        Canceled,
    };

    Kind kind = Kind::Succeeded;
    GiveUp gave_up{};
};

using PipelineStep = std::variant<MakeAttempt, WaitForSlot, RetryAt, CallOver>;

/// Threads: one at a time.
class Pipeline {
public:
    /// A bulkhead may serve several pipelines.
    struct Parts {
        Bulkhead& bulkhead;
        AdaptiveThrottle& throttle;
        RetryBudget& budget;
        Breaker& breaker;
    };

    Pipeline(const PipelineRules& rules, Parts parts) : rules_(rules), parts_(parts) {}

    /// A new call, or a retry whose time has come.
    [[nodiscard]] PipelineStep begin(PipelineCall& call, Timestamp now, base::Random& random);

    /// The bulkhead handed the call's ticket out.
    [[nodiscard]] PipelineStep started(PipelineCall& call, Timestamp now, base::Random& random);

    /// The attempt is over. Its slot is free: ask the bulkhead for the next ticket.
    [[nodiscard]] PipelineStep finished(PipelineCall& call,
                                        const AttemptResult& result,
                                        Timestamp now,
                                        base::Random& random);

    /// The caller wants no answer any more, whatever the call does just now. An attempt's slot is
    /// free then: ask the bulkhead for the next ticket.
    void cancel(PipelineCall& call, Timestamp now);

    /// A call that waits for a slot has no time left.
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
