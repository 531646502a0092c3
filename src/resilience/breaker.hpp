#pragma once

/// Circuit breaker: stops calling a service that does not respond, so that callers fail immediately
/// and the service can recover.
///
///       consecutive failures, share of failures, share of slow calls (`record`)
///     Closed ──────────────────────────────────────────────> Open <──────────┐
///        ^                                                     │ open time is  │ one bad probe,
///        │ five good probes (`record`)                         v up (`acquire`)│ or one without
///        └───────────────────────────────────────────────── HalfOpen ─────────┘ a result
///
///   An operator sets ForcedOpen, Disabled and MetricsOnly, and returns to Closed (`force`).
///
/// B1  A result counts only in the generation in which its permit was issued: a call that began
///     before a transition says nothing about the state after it.
/// B2  In HalfOpen at most `probes_at_once` calls are in flight.
/// B3  Exits always pass (X-08, I9). An exit that passes although a normal call would be
///     rejected is not counted.
/// B4  Ignored outcomes neither open nor close the breaker.
///
/// The breaker is inside the retry loop: each attempt is a call. Not thread-safe.
/// @spec:NFR-RELIABILITY-002

#include "resilience/attempt.hpp"
#include "resilience/sliding_window.hpp"

#include <cstdint>
#include <optional>

namespace botcore::resilience {

using base::Duration;
using base::Timestamp;

// The file of breaker states stores the names, never the numbers.
enum class BreakerState : std::uint8_t {
    Closed,
    Open,
    HalfOpen,
    ForcedOpen,   ///< Opened by an operator.
    Disabled,     ///< Lets every call through and evaluates no results.
    MetricsOnly,  ///< Lets every call through, evaluates the results, and counts when it would have
                  ///< opened.
};

/// Why a breaker changed its state.
enum class BreakerCause : std::uint8_t {
    None,
    FailuresInRow,
    FailureShare,
    SlowShare,
    WaitOver,
    ProbesGood,
    ProbeBad,
    ProbeLost,  ///< A probe's result was never recorded.
    Operator,
};

/// Shares are in percent of the calls of a window; 0 disables a rule.
struct BreakerRules {
    std::uint32_t failures_in_row = 10;
    std::uint32_t failure_share = 50;
    std::uint32_t slow_share = 0;
    std::uint32_t calls_least = 20;  ///< With fewer calls no share is evaluated.
    Duration window = Duration::seconds(60);
    std::uint32_t window_calls = 0;  ///< Also evaluate this many of the last calls, at most 256.
    Duration slow_after{};           ///< A success that took longer is slow; 0 disables the rule.
    Duration open_for = Duration::seconds(60);
    /// Each consecutive opening lasts this many times longer than the one before; 1: no growth.
    std::uint32_t open_growth = 1;
    Duration open_for_max = Duration::seconds(600);
    std::uint32_t probes_at_once = 1;
    std::uint32_t probes_good = 5;  ///< Consecutive good probes that close the breaker.
};

/// The state of a breaker that is stored, so that it survives a restart.
struct BreakerMemory {
    BreakerState state = BreakerState::Closed;
    Timestamp changed_at;
    std::uint32_t openings = 0;  ///< How often it has opened since it was last closed.

    friend bool operator==(const BreakerMemory&, const BreakerMemory&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("state", self.state);
        visit("changed_at", self.changed_at);
        visit("openings", self.openings);
    }
};

struct BreakerTransition {
    BreakerState from = BreakerState::Closed;
    BreakerState to = BreakerState::Closed;
    BreakerCause cause = BreakerCause::None;
    Timestamp time;
};

class Breaker {
public:
    /// The permission to make one call; its outcome must be recorded.
    struct Permit {
        std::uint64_t generation = 0;  ///< 0: the result is not counted.
        Timestamp began;
    };

    enum class Priority : std::uint8_t { Normal, Exit };

    explicit Breaker(const BreakerRules& rules);

    /// Empty if the call must not be made.
    [[nodiscard]] std::optional<Permit> acquire(Timestamp now,
                                                Priority priority = Priority::Normal) {
        if (state_ == BreakerState::Closed) [[likely]]
            return Permit{generation_, now};
        return acquire_unusual(now, priority);
    }

    /// Each permit is recorded once; canceled attempts too, as Ignored.
    void record(const Permit& permit, Outcome outcome, Timestamp now) {
        if (permit.generation != generation_) return;
        if (outcome == Outcome::Success && quiet_) [[likely]] {
            window_.advance(now);
            window_.add({.calls = 1});
            return;
        }
        record_unusual(permit, outcome, now);
    }

    /// Sets a state for an operator. Open and HalfOpen cannot be set.
    void force(BreakerState state, Timestamp now);

    [[nodiscard]] BreakerMemory memory() const;
    /// Restores the state of an earlier process; HalfOpen becomes Open with a new wait.
    void restore(const BreakerMemory& memory, Timestamp now);

    [[nodiscard]] BreakerState state() const { return state_; }

    /// How long a caller should wait before its next attempt; zero unless Open.
    [[nodiscard]] Duration wait_left(Timestamp now) const;

    /// Returns the transition of the last `acquire`, `record` or `force`, once. Each of them makes
    /// at most one.
    [[nodiscard]] std::optional<BreakerTransition> take_transition();

    /// How often the breaker would have opened in the state MetricsOnly.
    [[nodiscard]] std::uint64_t openings_observed() const { return openings_observed_; }

private:
    struct Sums {
        std::uint32_t calls = 0;
        std::uint32_t failures = 0;
        std::uint32_t slow = 0;

        constexpr Sums& operator+=(const Sums& other) {
            calls += other.calls;
            failures += other.failures;
            slow += other.slow;
            return *this;
        }

        constexpr Sums& operator-=(const Sums& other) {
            calls -= other.calls;
            failures -= other.failures;
            slow -= other.slow;
            return *this;
        }
    };

    /// The last calls, one byte each.
    class LastCalls {
    public:
        static constexpr std::uint32_t kMax = 256;

        explicit LastCalls(std::uint32_t size);
        void add(const Sums& call);
        void clear();

        [[nodiscard]] const Sums& total() const { return total_; }

        [[nodiscard]] bool is_on() const { return size_ > 0; }

    private:
        std::array<std::uint8_t, kMax> calls_{};  ///< 1: failed, 2: slow.
        std::uint32_t size_;
        std::uint32_t next_ = 0;
        Sums total_;
    };

    [[nodiscard]] std::optional<Permit> acquire_unusual(Timestamp now, Priority priority);
    [[nodiscard]] std::optional<Permit> acquire_probe(Timestamp now);
    void record_unusual(const Permit& permit, Outcome outcome, Timestamp now);
    void record_counted(Outcome outcome, Timestamp now);
    void record_probe(Outcome outcome, Timestamp now);
    [[nodiscard]] BreakerCause trip_cause() const;
    [[nodiscard]] BreakerCause share_cause(const Sums& sums) const;
    [[nodiscard]] bool is_quiet() const;
    [[nodiscard]] Duration open_time() const;
    void open(BreakerCause cause, Timestamp now);
    void move(BreakerState to, BreakerCause cause, Timestamp now);

    BreakerState state_ = BreakerState::Closed;
    /// True when a success needs no evaluation: Closed, no failure or slow call in the windows, no
    /// rule about slow calls, no window of the last calls.
    bool quiet_ = false;
    std::uint32_t failures_in_row_ = 0;
    std::uint64_t generation_ = 1;
    BreakerRules rules_;
    SlidingWindow<Sums, 60> window_;
    LastCalls last_calls_;
    Timestamp changed_at_;
    std::uint32_t openings_ = 0;
    std::uint32_t probes_under_way_ = 0;
    std::uint32_t probes_good_ = 0;
    Timestamp probe_began_;
    std::uint64_t openings_observed_ = 0;
    std::optional<BreakerTransition> transition_;
};

[[nodiscard]] std::string_view to_text(BreakerState state);
[[nodiscard]] std::string_view to_text(BreakerCause cause);
[[nodiscard]] std::optional<BreakerState> parse_breaker_state(std::string_view text);

}  // namespace botcore::resilience
