#include "resilience/breaker.hpp"

#include "base/random.hpp"
#include "resilience/clock_test.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <deque>
#include <string>
#include <vector>

namespace botcore::resilience {
namespace {

using State = BreakerState;
using Cause = BreakerCause;
using Priority = Breaker::Priority;

/// One complete call that takes no time. Returns false if the breaker rejected it.
bool call(Breaker& breaker, Outcome outcome, Timestamp now, Priority priority = Priority::Normal) {
    const auto permit = breaker.acquire(now, priority);
    if (permit) breaker.record(*permit, outcome, now);
    return permit.has_value();
}

void fail_times(Breaker& breaker, int times, Timestamp now) {
    for (int i = 0; i < times; ++i)
        ASSERT_TRUE(call(breaker, Outcome::Failure, now));
}

Breaker opened(const BreakerRules& rules = {}) {
    Breaker breaker(rules);
    fail_times(breaker, 10, kStart);
    EXPECT_EQ(breaker.state(), State::Open);
    return breaker;
}

// @spec:TC-REL-006 @spec:R2-CB-02 @spec:R2-CB-03
TEST(TcRel006, TheTenthConsecutiveFailureOpensAndNotTheNinth) {
    Breaker breaker({});
    fail_times(breaker, 9, kStart);
    EXPECT_EQ(breaker.state(), State::Closed);
    EXPECT_TRUE(call(breaker, Outcome::Success, kStart));
    fail_times(breaker, 9, kStart);
    EXPECT_EQ(breaker.state(), State::Closed);
    EXPECT_TRUE(call(breaker, Outcome::Failure, at(7)));
    EXPECT_EQ(breaker.state(), State::Open);
    const auto transition = breaker.take_transition();
    ASSERT_TRUE(transition.has_value());
    EXPECT_EQ(transition->from, State::Closed);
    EXPECT_EQ(transition->to, State::Open);
    EXPECT_EQ(transition->cause, Cause::FailuresInRow);
    EXPECT_EQ(transition->time, at(7));
    EXPECT_FALSE(breaker.take_transition().has_value());
}

// @spec:TC-REL-006 @spec:R2-CB-04 @spec:X-10
TEST(TcRel006, HalfOfTwentyCallsFailingInAMinuteOpensAtTheTwentieth) {
    Breaker breaker({});
    for (int i = 0; i < 19; ++i) {
        const auto outcome = i % 2 == 0 ? Outcome::Success : Outcome::Failure;
        ASSERT_TRUE(call(breaker, outcome, at(i * 1'000)));
        ASSERT_EQ(breaker.state(), State::Closed) << i;
    }
    EXPECT_TRUE(call(breaker, Outcome::Failure, at(19'000)));
    EXPECT_EQ(breaker.state(), State::Open);
    EXPECT_EQ(breaker.take_transition()->cause, Cause::FailureShare);
}

TEST(Breaker, TheTwentiethCallOpensEvenIfItSucceeds) {
    Breaker breaker({});
    for (int i = 0; i < 19; ++i) {
        const auto outcome = i % 2 == 0 ? Outcome::Failure : Outcome::Success;
        ASSERT_TRUE(call(breaker, outcome, kStart));
    }
    ASSERT_EQ(breaker.state(), State::Closed);
    EXPECT_TRUE(call(breaker, Outcome::Success, kStart));
    EXPECT_EQ(breaker.state(), State::Open);
}

TEST(Breaker, StaysClosedBelowHalfAndForgetsCallsAfterAMinute) {
    Breaker breaker({});
    for (int i = 0; i < 300; ++i) {
        const auto outcome = i % 25 < 12 && i % 2 == 0 ? Outcome::Failure : Outcome::Success;
        ASSERT_TRUE(call(breaker, outcome, at(i * 100)));
    }
    // Nine failures and eleven successes, a minute apart: neither window contains both.
    for (int i = 0; i < 9; ++i)
        ASSERT_TRUE(call(breaker, Outcome::Failure, at(200'000)));
    for (int i = 0; i < 11; ++i)
        ASSERT_TRUE(call(breaker, Outcome::Success, at(260'000)));
    EXPECT_TRUE(call(breaker, Outcome::Failure, at(260'000)));
    EXPECT_EQ(breaker.state(), State::Closed);
}

// @spec:TC-REL-006 @spec:R2-CB-05 @spec:R2-CB-08
TEST(TcRel006, OpenRejectsCallsForOneMinute) {
    Breaker breaker = opened();
    EXPECT_FALSE(breaker.acquire(at(0)).has_value());
    EXPECT_FALSE(breaker.acquire(at(59'900)).has_value());
    EXPECT_EQ(breaker.wait_left(at(59'900)), Duration::milliseconds(100));
    EXPECT_EQ(breaker.state(), State::Open);
    (void)breaker.take_transition();
    EXPECT_TRUE(breaker.acquire(at(60'000)).has_value());
    EXPECT_EQ(breaker.state(), State::HalfOpen);
    EXPECT_EQ(breaker.take_transition()->cause, Cause::WaitOver);
    EXPECT_EQ(breaker.wait_left(at(60'000)), Duration{});
}

// @spec:TC-REL-006 @spec:R2-CB-06
TEST(TcRel006, TheFifthGoodProbeClosesAndOneBadProbeReopens) {
    Breaker breaker = opened();
    for (int i = 0; i < 4; ++i)
        ASSERT_TRUE(call(breaker, Outcome::Success, at(60'000)));
    EXPECT_EQ(breaker.state(), State::HalfOpen);
    ASSERT_TRUE(call(breaker, Outcome::Failure, at(60'000)));
    EXPECT_EQ(breaker.state(), State::Open);
    EXPECT_EQ(breaker.take_transition()->cause, Cause::ProbeBad);
    EXPECT_FALSE(breaker.acquire(at(119'999)).has_value());
    for (int i = 0; i < 5; ++i) {
        ASSERT_NE(breaker.state(), State::Closed);
        ASSERT_TRUE(call(breaker, Outcome::Success, at(120'000)));
    }
    EXPECT_EQ(breaker.state(), State::Closed);
    EXPECT_EQ(breaker.take_transition()->cause, Cause::ProbesGood);
    fail_times(breaker, 9, at(120'000));
    EXPECT_EQ(breaker.state(), State::Closed);
}

// @spec:TC-REL-006 @spec:R2-CB-07
TEST(TcRel006, HalfOpenAllowsTheConfiguredNumberOfProbes) {
    Breaker one = opened();
    const auto first = one.acquire(at(60'000));
    ASSERT_TRUE(first.has_value());
    EXPECT_FALSE(one.acquire(at(60'001)).has_value());
    one.record(*first, Outcome::Success, at(60'002));
    EXPECT_TRUE(one.acquire(at(60'003)).has_value());

    BreakerRules rules;
    rules.probes_at_once = 3;
    Breaker three = opened(rules);
    for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(three.acquire(at(60'000)).has_value());
    EXPECT_FALSE(three.acquire(at(60'000)).has_value());
}

// @spec:TC-REL-006 @spec:X-08 @spec:I9
TEST(TcRel006, ExitsPassInEveryStateAndAreCountedOnlyWhileClosed) {
    Breaker breaker = opened();
    for (int i = 0; i < 50; ++i)
        EXPECT_TRUE(call(breaker, Outcome::Success, at(i), Priority::Exit));
    EXPECT_EQ(breaker.state(), State::Open);
    ASSERT_TRUE(call(breaker, Outcome::Success, at(60'000)));
    ASSERT_TRUE(breaker.acquire(at(60'000)).has_value());
    ASSERT_FALSE(breaker.acquire(at(60'000)).has_value());
    EXPECT_TRUE(call(breaker, Outcome::Failure, at(60'000), Priority::Exit));
    EXPECT_EQ(breaker.state(), State::HalfOpen);
    breaker.force(State::ForcedOpen, at(60'000));
    EXPECT_FALSE(breaker.acquire(at(999'000)).has_value());
    EXPECT_TRUE(call(breaker, Outcome::Failure, at(999'000), Priority::Exit));
    EXPECT_EQ(breaker.state(), State::ForcedOpen);
    breaker.force(State::Closed, at(999'000));
    for (int i = 0; i < 10; ++i)
        EXPECT_TRUE(call(breaker, Outcome::Failure, at(999'000), Priority::Exit));
    EXPECT_EQ(breaker.state(), State::Open);
}

TEST(Breaker, ResultsOfCallsBeforeATransitionAreNotCounted) {
    Breaker breaker({});
    const auto early = breaker.acquire(kStart);
    fail_times(breaker, 10, kStart);
    breaker.record(*early, Outcome::Success, at(1));
    EXPECT_EQ(breaker.state(), State::Open);
    const auto probe = breaker.acquire(at(60'000));
    ASSERT_TRUE(probe.has_value());
    breaker.record(*early, Outcome::Failure, at(60'000));
    EXPECT_EQ(breaker.state(), State::HalfOpen);
    breaker.record(*probe, Outcome::Failure, at(60'001));
    EXPECT_EQ(breaker.state(), State::Open);
    breaker.record(*probe, Outcome::Success, at(60'002));
    EXPECT_EQ(breaker.state(), State::Open);
}

TEST(Breaker, IgnoredOutcomesNeitherOpenNorClose) {
    Breaker breaker({});
    fail_times(breaker, 9, kStart);
    for (int i = 0; i < 100; ++i)
        ASSERT_TRUE(call(breaker, Outcome::Ignored, kStart));
    EXPECT_EQ(breaker.state(), State::Closed);
    ASSERT_TRUE(call(breaker, Outcome::Failure, kStart));
    EXPECT_EQ(breaker.state(), State::Open);
    for (int i = 0; i < 100; ++i)
        ASSERT_TRUE(call(breaker, Outcome::Ignored, at(60'000)));
    EXPECT_EQ(breaker.state(), State::HalfOpen);
}

TEST(Breaker, AProbeWithoutAResultReopens) {
    Breaker breaker = opened();
    const auto lost = breaker.acquire(at(60'000));
    ASSERT_TRUE(lost.has_value());
    EXPECT_FALSE(breaker.acquire(at(119'999)).has_value());
    EXPECT_EQ(breaker.state(), State::HalfOpen);
    EXPECT_FALSE(breaker.acquire(at(120'000)).has_value());
    EXPECT_EQ(breaker.state(), State::Open);
    EXPECT_EQ(breaker.take_transition()->cause, Cause::ProbeLost);
    EXPECT_TRUE(breaker.acquire(at(180'000)).has_value());
    breaker.record(*lost, Outcome::Failure, at(180'000));
    EXPECT_EQ(breaker.state(), State::HalfOpen);
}

TEST(Breaker, SlowCallsOpenByTheirShareAndFailAProbe) {
    BreakerRules rules;
    rules.slow_share = 80;
    rules.slow_after = Duration::seconds(1);
    Breaker breaker(rules);
    for (int i = 0; i < 19; ++i) {
        const auto permit = breaker.acquire(kStart);
        breaker.record(*permit, Outcome::Success, at(i < 4 ? 999 : 1'000));
    }
    EXPECT_EQ(breaker.state(), State::Closed);
    ASSERT_TRUE(call(breaker, Outcome::Slow, at(1'000)));
    EXPECT_EQ(breaker.state(), State::Open);
    EXPECT_EQ(breaker.take_transition()->cause, Cause::SlowShare);
    const auto probe = breaker.acquire(at(61'000));
    breaker.record(*probe, Outcome::Success, at(62'000));
    EXPECT_EQ(breaker.state(), State::Open);
}

TEST(Breaker, TheCountWindowIncludesCallsOlderThanAMinute) {
    BreakerRules rules;
    rules.window_calls = 20;
    Breaker breaker(rules);
    for (int i = 0; i < 40; ++i)
        ASSERT_TRUE(call(breaker, Outcome::Success, at(i)));
    // One call every ten seconds never makes twenty in a minute.
    for (int i = 0; i < 19; ++i) {
        const auto outcome = i % 2 == 0 ? Outcome::Failure : Outcome::Slow;
        ASSERT_TRUE(call(breaker, outcome, at(100'000 + i * 10'000)));
        ASSERT_EQ(breaker.state(), i < 18 ? State::Closed : State::Open) << i;
    }
    EXPECT_EQ(breaker.take_transition()->cause, Cause::FailureShare);
}

TEST(Breaker, TheOpenTimeGrowsToItsCapAndResetsAfterClosing) {
    BreakerRules rules;
    rules.open_for = Duration::seconds(10);
    rules.open_growth = 2;
    rules.open_for_max = Duration::seconds(30);
    Breaker breaker = opened(rules);
    std::int64_t now = 0;
    for (const std::int64_t seconds : {10, 20, 30, 30}) {
        now += seconds * 1'000;
        EXPECT_FALSE(breaker.acquire(at(now - 1)).has_value()) << seconds;
        ASSERT_TRUE(call(breaker, Outcome::Failure, at(now))) << seconds;
    }
    now += 30'000;
    for (int i = 0; i < 5; ++i)
        ASSERT_TRUE(call(breaker, Outcome::Success, at(now)));
    ASSERT_EQ(breaker.state(), State::Closed);
    fail_times(breaker, 10, at(now));
    EXPECT_EQ(breaker.wait_left(at(now)), Duration::seconds(10));
}

TEST(Breaker, AnOperatorCanDisableOrObserveOnly) {
    Breaker breaker({});
    breaker.force(State::Disabled, kStart);
    EXPECT_EQ(breaker.take_transition()->cause, Cause::Operator);
    fail_times(breaker, 100, kStart);
    EXPECT_EQ(breaker.state(), State::Disabled);
    breaker.force(State::MetricsOnly, kStart);
    fail_times(breaker, 25, kStart);
    EXPECT_EQ(breaker.state(), State::MetricsOnly);
    EXPECT_EQ(breaker.openings_observed(), 2U);
    breaker.force(State::Closed, kStart);
    fail_times(breaker, 9, kStart);
    EXPECT_EQ(breaker.state(), State::Closed);
}

TEST(Breaker, RestoresItsStateAfterARestart) {
    Breaker before = opened();
    Breaker after({});
    after.restore(before.memory(), at(30'000));
    EXPECT_EQ(after.state(), State::Open);
    EXPECT_FALSE(after.take_transition().has_value());
    EXPECT_FALSE(after.acquire(at(59'999)).has_value());
    EXPECT_TRUE(after.acquire(at(60'000)).has_value());

    ASSERT_EQ(after.state(), State::HalfOpen);
    Breaker third({});
    third.restore(after.memory(), at(61'000));
    EXPECT_EQ(third.state(), State::Open);
    EXPECT_FALSE(third.acquire(at(120'999)).has_value());
    EXPECT_TRUE(third.acquire(at(121'000)).has_value());

    BreakerMemory forced{.state = State::ForcedOpen, .changed_at = kStart};
    third.restore(forced, at(121'000));
    EXPECT_FALSE(third.acquire(at(999'000)).has_value());
    EXPECT_EQ(third.memory(), forced);
}

TEST(Breaker, AClockStepBackRestartsTheOpenTime) {
    Breaker breaker = opened();
    const Timestamp yesterday = kStart - Duration::seconds(86'400);
    EXPECT_EQ(breaker.wait_left(yesterday), Duration::seconds(60));
    EXPECT_FALSE(breaker.acquire(yesterday).has_value());
    EXPECT_TRUE(breaker.acquire(yesterday + Duration::seconds(60)).has_value());
    const Timestamp earlier = yesterday - Duration::seconds(86'400);
    EXPECT_FALSE(breaker.acquire(earlier).has_value());
    EXPECT_FALSE(breaker.acquire(earlier + Duration::seconds(60)).has_value());
    EXPECT_EQ(breaker.state(), State::Open);
}

TEST(Breaker, NamesOfStatesParseBack) {
    for (const auto state : {State::Closed,
                             State::Open,
                             State::HalfOpen,
                             State::ForcedOpen,
                             State::Disabled,
                             State::MetricsOnly}) {
        EXPECT_EQ(parse_breaker_state(to_text(state)), state);
    }
    EXPECT_FALSE(parse_breaker_state("ajar").has_value());
    for (const auto cause : {Cause::None,
                             Cause::FailuresInRow,
                             Cause::FailureShare,
                             Cause::SlowShare,
                             Cause::WaitOver,
                             Cause::ProbesGood,
                             Cause::ProbeBad,
                             Cause::ProbeLost,
                             Cause::Operator}) {
        EXPECT_FALSE(to_text(cause).empty());
    }
}

/// A simple reference implementation of the rules: all calls of a state in a list.
class PlainBreaker {
public:
    bool call(Outcome outcome, std::int64_t second) {
        if (state == State::Open) {
            if (second - since < 60) return false;
            enter(State::HalfOpen, second);
        }
        if (outcome == Outcome::Ignored) return true;
        calls.push_back({second, outcome == Outcome::Failure});
        if (state == State::HalfOpen) {
            if (outcome != Outcome::Success) {
                enter(State::Open, second);
            } else if (calls.size() == 5) {
                enter(State::Closed, second);
            }
            return true;
        }
        std::size_t run = 0;
        std::size_t total = 0;
        std::size_t failures = 0;
        for (const auto& past : calls) {
            run = past.failed ? run + 1 : 0;
            if (past.second <= second - 60) continue;
            ++total;
            failures += past.failed ? 1 : 0;
        }
        if (run >= 10 || (total >= 20 && failures * 2 >= total)) enter(State::Open, second);
        return true;
    }

    State state = State::Closed;

private:
    struct Past {
        std::int64_t second;
        bool failed;
    };

    void enter(State to, std::int64_t second) {
        state = to;
        since = second;
        calls.clear();
    }

    std::int64_t since = 0;
    std::vector<Past> calls;
};

RC_GTEST_PROP(BreakerProperty, MatchesTheReferenceImplementationAtEachCall, ()) {
    Breaker breaker({});
    PlainBreaker plain;
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto health = *rc::gen::inRange<std::uint64_t>(0, 101);
    const auto pace = *rc::gen::inRange<std::uint64_t>(1, 8);
    base::Random random(seed);
    std::int64_t second = 1'000'000;
    for (int i = 0; i < 2'000; ++i) {
        if (random.chance(1, 4)) second += static_cast<std::int64_t>(random.below(pace));
        if (random.chance(1, 200)) second += 61;
        Outcome outcome = random.chance(health, 100) ? Outcome::Success : Outcome::Failure;
        if (random.chance(1, 10)) outcome = Outcome::Ignored;
        const bool made =
            call(breaker, outcome, Timestamp::from_milliseconds(second * 1'000 + 500));
        RC_ASSERT(made == plain.call(outcome, second));
        RC_ASSERT(breaker.state() == plain.state);
    }
}

}  // namespace
}  // namespace botcore::resilience
