#include "resilience/breaker.hpp"

#include <algorithm>
#include <utility>

namespace botcore::resilience {

namespace {

/// Indexed by the enumeration.
constexpr std::array<std::string_view, 6> kStateNames = {
    "closed", "open", "half_open", "forced_open", "disabled", "metrics_only"};

constexpr std::uint32_t kFailed = 1;
constexpr std::uint32_t kSlow = 2;

}  // namespace

Breaker::LastCalls::LastCalls(std::uint32_t size) : size_(size) {
    CHECK(size <= kMax);
}

void Breaker::LastCalls::add(const Sums& call) {
    const std::uint32_t evicted = calls_[next_];
    if (total_.calls == size_) {
        total_ -= Sums{1, evicted & kFailed, (evicted & kSlow) >> 1U};
    }
    calls_[next_] = static_cast<std::uint8_t>(call.failures * kFailed + call.slow * kSlow);
    total_ += call;
    next_ = next_ + 1 == size_ ? 0 : next_ + 1;
}

void Breaker::LastCalls::clear() {
    total_ = Sums{};
    next_ = 0;
}

Breaker::Breaker(const BreakerRules& rules)
    : rules_(rules),
      window_(rules.window),
      last_calls_(rules.window_calls) {
    CHECK(rules.failure_share <= 100 && rules.slow_share <= 100);
    CHECK(rules.probes_at_once > 0 && rules.probes_good > 0 && rules.open_growth > 0);
    CHECK(rules.open_for > Duration{});
    quiet_ = is_quiet();
}

std::optional<Breaker::Permit> Breaker::acquire_unusual(Timestamp now, Priority priority) {
    constexpr Permit kUncounted{};
    switch (state_) {
        case BreakerState::Closed:
        case BreakerState::MetricsOnly:
            return Permit{generation_, now};
        case BreakerState::Disabled:
            return kUncounted;
        case BreakerState::Open:
        case BreakerState::HalfOpen:
        case BreakerState::ForcedOpen:
            break;
    }
    if (priority == Priority::Exit) return kUncounted;
    if (state_ == BreakerState::ForcedOpen) return std::nullopt;
    if (state_ == BreakerState::Open) {
        // A clock that went back would extend the wait, so the wait starts again at `now`.
        if (now < changed_at_) changed_at_ = now;
        if (now - changed_at_ < open_time()) return std::nullopt;
        move(BreakerState::HalfOpen, BreakerCause::WaitOver, now);
    }
    return acquire_probe(now);
}

std::optional<Breaker::Permit> Breaker::acquire_probe(Timestamp now) {
    if (probes_under_way_ >= rules_.probes_at_once) {
        if (now < probe_began_) probe_began_ = now;
        // A probe whose result is never recorded must not keep the breaker half open for ever.
        if (now - probe_began_ >= open_time()) open(BreakerCause::ProbeLost, now);
        return std::nullopt;
    }
    ++probes_under_way_;
    probe_began_ = now;
    return Permit{generation_, now};
}

void Breaker::record_unusual(const Permit& permit, Outcome outcome, Timestamp now) {
    const bool slow = rules_.slow_after > Duration{} && now - permit.began >= rules_.slow_after;
    if (slow && outcome == Outcome::Success) outcome = Outcome::Slow;
    if (state_ == BreakerState::HalfOpen) {
        record_probe(outcome, now);
    } else if (outcome != Outcome::Ignored) {
        record_counted(outcome, now);
    }
}

/// Counts an outcome in Closed or MetricsOnly, the two states in which all results are evaluated.
void Breaker::record_counted(Outcome outcome, Timestamp now) {
    const bool failed = outcome == Outcome::Failure;
    const Sums call{1, failed ? 1U : 0U, outcome == Outcome::Slow ? 1U : 0U};
    window_.advance(now);
    window_.add(call);
    if (last_calls_.is_on()) last_calls_.add(call);
    failures_in_row_ = failed ? failures_in_row_ + 1 : 0;
    quiet_ = is_quiet();
    const BreakerCause cause = trip_cause();
    if (cause == BreakerCause::None) return;
    if (state_ == BreakerState::Closed) {
        open(cause, now);
        return;
    }
    ++openings_observed_;
    failures_in_row_ = 0;
    window_.clear();
    last_calls_.clear();
}

void Breaker::record_probe(Outcome outcome, Timestamp now) {
    CHECK(probes_under_way_ > 0);
    --probes_under_way_;
    if (outcome == Outcome::Ignored) return;
    if (outcome != Outcome::Success) {
        open(BreakerCause::ProbeBad, now);
    } else if (++probes_good_ >= rules_.probes_good) {
        openings_ = 0;
        move(BreakerState::Closed, BreakerCause::ProbesGood, now);
    }
}

bool Breaker::is_quiet() const {
    const Sums& sums = window_.total();
    return state_ == BreakerState::Closed && failures_in_row_ == 0 && sums.failures == 0 &&
           sums.slow == 0 && rules_.slow_after == Duration{} && !last_calls_.is_on();
}

BreakerCause Breaker::trip_cause() const {
    if (rules_.failures_in_row > 0 && failures_in_row_ >= rules_.failures_in_row) {
        return BreakerCause::FailuresInRow;
    }
    const BreakerCause cause = share_cause(window_.total());
    if (cause != BreakerCause::None || !last_calls_.is_on()) return cause;
    return share_cause(last_calls_.total());
}

BreakerCause Breaker::share_cause(const Sums& sums) const {
    if ((sums.failures | sums.slow) == 0 || sums.calls < rules_.calls_least) {
        return BreakerCause::None;
    }
    const auto reaches = [&](std::uint32_t part, std::uint32_t share) {
        return share > 0 && part > 0 &&
               std::uint64_t{part} * 100 >= std::uint64_t{sums.calls} * share;
    };
    if (reaches(sums.failures, rules_.failure_share)) return BreakerCause::FailureShare;
    if (reaches(sums.slow, rules_.slow_share)) return BreakerCause::SlowShare;
    return BreakerCause::None;
}

Duration Breaker::open_time() const {
    const std::int64_t longest = rules_.open_for_max.in_microseconds();
    std::int64_t time = rules_.open_for.in_microseconds();
    if (rules_.open_growth == 1) return Duration::microseconds(time);
    for (std::uint32_t i = 1; i < openings_ && time < longest; ++i)
        time *= rules_.open_growth;
    return Duration::microseconds(std::min(time, longest));
}

void Breaker::open(BreakerCause cause, Timestamp now) {
    if (openings_ < UINT32_MAX) ++openings_;
    move(BreakerState::Open, cause, now);
}

void Breaker::move(BreakerState to, BreakerCause cause, Timestamp now) {
    transition_ = BreakerTransition{state_, to, cause, now};
    state_ = to;
    changed_at_ = now;
    ++generation_;
    failures_in_row_ = 0;
    probes_under_way_ = 0;
    probes_good_ = 0;
    window_.clear();
    last_calls_.clear();
    quiet_ = is_quiet();
}

void Breaker::force(BreakerState state, Timestamp now) {
    CHECK(state != BreakerState::Open && state != BreakerState::HalfOpen);
    openings_ = 0;
    move(state, BreakerCause::Operator, now);
}

BreakerMemory Breaker::memory() const {
    return {.state = state_, .changed_at = changed_at_, .openings = openings_};
}

void Breaker::restore(const BreakerMemory& memory, Timestamp now) {
    move(memory.state, BreakerCause::None, memory.changed_at);
    openings_ = memory.openings;
    if (memory.state == BreakerState::HalfOpen) {
        state_ = BreakerState::Open;
        changed_at_ = now;
    }
    transition_.reset();
    quiet_ = is_quiet();
}

Duration Breaker::wait_left(Timestamp now) const {
    if (state_ != BreakerState::Open) return {};
    const Duration waited = now < changed_at_ ? Duration{} : now - changed_at_;
    return waited < open_time() ? open_time() - waited : Duration{};
}

std::optional<BreakerTransition> Breaker::take_transition() {
    return std::exchange(transition_, std::nullopt);
}

std::string_view to_text(BreakerState state) {
    return kStateNames[static_cast<std::size_t>(state)];
}

std::string_view to_text(BreakerCause cause) {
    switch (cause) {
        case BreakerCause::None:
            return "none";
        case BreakerCause::FailuresInRow:
            return "failures_in_row";
        case BreakerCause::FailureShare:
            return "failure_share";
        case BreakerCause::SlowShare:
            return "slow_share";
        case BreakerCause::WaitOver:
            return "wait_over";
        case BreakerCause::ProbesGood:
            return "probes_good";
        case BreakerCause::ProbeBad:
            return "probe_bad";
        case BreakerCause::ProbeLost:
            return "probe_lost";
        case BreakerCause::Operator:
            return "operator";
    }
    return "";
}

std::optional<BreakerState> parse_breaker_state(std::string_view text) {
    for (std::size_t i = 0; i < kStateNames.size(); ++i) {
        if (kStateNames[i] == text) return static_cast<BreakerState>(i);
    }
    return std::nullopt;
}

}  // namespace botcore::resilience
