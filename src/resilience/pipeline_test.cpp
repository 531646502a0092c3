#include "resilience/pipeline.hpp"

#include "resilience/clock_test.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

namespace botcore::resilience {
namespace {

using Kind = CallOver::Kind;
using Why = GiveUp::Why;

AttemptResult answer(std::uint16_t status) {
    return {.end = AttemptEnd::Answered, .status = status};
}

class PipelineOfFive : public testing::Test {
protected:
    PipelineCall new_call(Lane lane = Lane::MarketData, Repeat repeat = Repeat::Allowed) {
        return {.lane = lane,
                .repeat = repeat,
                .ticket = ++tickets,
                .deadline = Deadline::after(kStart)};
    }

    /// Begins and ends a call that makes one attempt.
    PipelineStep once(PipelineCall& call, const AttemptResult& result, Timestamp now) {
        auto step = pipeline.begin(call, now, random);
        if (std::holds_alternative<MakeAttempt>(step)) {
            step = pipeline.finished(call, result, now, random);
        }
        return step;
    }

    static Kind kind_of(const PipelineStep& step) { return std::get<CallOver>(step).kind; }

    static BulkheadRules two_slots() {
        BulkheadRules rules;
        rules.slots = 2;
        rules.lanes.fill(LaneRules{0, 1});
        return rules;
    }

    void open_the_breaker() {
        for (int i = 0; i < 10; ++i) {
            const auto permit = breaker.acquire(kStart);
            breaker.record(*permit, Outcome::Failure, kStart);
        }
        ASSERT_EQ(breaker.state(), BreakerState::Open);
    }

    base::Random random{1};
    Bulkhead bulkhead{two_slots()};
    AdaptiveThrottle throttle;
    RetryBudget budget;
    Breaker breaker{BreakerRules{}};
    Pipeline pipeline{{}, {bulkhead, throttle, budget, breaker}};
    Bulkhead::Ticket tickets = 0;
};

TEST_F(PipelineOfFive, ASuccessfulCallTakesOneAttemptOfAtMostTenSeconds) {
    auto call = new_call();
    const auto step = pipeline.begin(call, at(0), random);
    EXPECT_EQ(std::get<MakeAttempt>(step).deadline.at(), at(10'000));
    EXPECT_EQ(bulkhead.under_way(), 1U);
    EXPECT_EQ(kind_of(pipeline.finished(call, answer(200), at(5), random)), Kind::Succeeded);
    EXPECT_EQ(bulkhead.under_way(), 0U);
    EXPECT_EQ(throttle.accepts(), 1U);
    EXPECT_EQ(call.attempts, 1U);
}

TEST_F(PipelineOfFive, AFailingCallIsAttemptedFourTimesAndTheBreakerCountsEach) {
    auto call = new_call();
    Timestamp now = kStart;
    auto step = once(call, answer(503), now);
    for (std::uint32_t attempt = 2; attempt <= 4; ++attempt) {
        const auto& retry = std::get<RetryAt>(step);
        EXPECT_EQ(retry.attempt, attempt);
        EXPECT_EQ(bulkhead.under_way(), 0U);
        now = retry.time;
        step = once(call, answer(503), now);
    }
    EXPECT_EQ(kind_of(step), Kind::Failed);
    EXPECT_EQ(std::get<CallOver>(step).gave_up.why, Why::MaxRetriesExceeded);
    EXPECT_EQ(budget.tokens(), 485U);
    EXPECT_EQ(budget.retries(), 0U);
    EXPECT_EQ(throttle.accepts(), 0U);
    EXPECT_EQ(throttle.requests(), 4U);
    for (int i = 0; i < 6; ++i) {
        ASSERT_EQ(breaker.state(), BreakerState::Closed);
        auto other = new_call(Lane::MarketData, Repeat::Forbidden);
        (void)once(other, answer(500), now);
    }
    EXPECT_EQ(breaker.state(), BreakerState::Open);
}

TEST_F(PipelineOfFive, AWriteHasOneAttempt) {
    auto call = new_call(Lane::Entry, Repeat::Forbidden);
    const auto step = once(call, {.end = AttemptEnd::TimedOut}, kStart);
    EXPECT_EQ(kind_of(step), Kind::Failed);
    EXPECT_EQ(std::get<CallOver>(step).gave_up.why, Why::RepeatForbidden);
}

TEST_F(PipelineOfFive, ATimeOutCostsMoreBudgetAndASpentBudgetEndsTheCall) {
    auto call = new_call();
    ASSERT_TRUE(std::holds_alternative<RetryAt>(once(call, {.end = AttemptEnd::TimedOut}, kStart)));
    EXPECT_EQ(budget.tokens(), 490U);
    EXPECT_EQ(budget.retries(), 1U);
    for (int i = 0; i < 2; ++i)
        ASSERT_TRUE(budget.retry_began(RetryBudget::After::Failure));
    auto other = new_call();
    const auto step = once(other, answer(500), kStart);
    EXPECT_EQ(kind_of(step), Kind::Failed);
    EXPECT_EQ(std::get<CallOver>(step).gave_up.why, Why::BudgetSpent);
    pipeline.cancel(call, kStart);
    EXPECT_EQ(budget.retries(), 2U);
}

// @spec:R2-CB-08
TEST_F(PipelineOfFive, AnOpenBreakerEndsTheCallWithoutAnAttempt) {
    open_the_breaker();
    auto call = new_call();
    EXPECT_EQ(kind_of(pipeline.begin(call, at(1), random)), Kind::BreakerOpen);
    EXPECT_EQ(call.attempts, 0U);
    EXPECT_EQ(bulkhead.under_way(), 0U);
}

// @spec:R2-CB-05 @spec:R2-CB-06
TEST_F(PipelineOfFive, RejectionsOfAnOpenBreakerDoNotThrottleItsProbes) {
    open_the_breaker();
    for (int i = 0; i < 1'000; ++i) {
        auto call = new_call();
        EXPECT_EQ(kind_of(once(call, answer(200), at(1))), Kind::BreakerOpen);
    }
    EXPECT_EQ(throttle.requests(), 0U);
    for (int i = 0; i < 5; ++i) {
        auto call = new_call();
        call.deadline = Deadline::after(at(60'000));
        EXPECT_EQ(kind_of(once(call, answer(200), at(60'000))), Kind::Succeeded);
    }
    EXPECT_EQ(breaker.state(), BreakerState::Closed);
}

// @spec:X-08 @spec:I9
TEST_F(PipelineOfFive, CancelsAndExitsBypassBreakerAndThrottle) {
    open_the_breaker();
    for (int i = 0; i < 10'000; ++i)
        (void)throttle.admit(kStart, random);
    for (const Lane lane : {Lane::Cancel, Lane::Exit}) {
        auto call = new_call(lane, Repeat::Forbidden);
        EXPECT_EQ(kind_of(once(call, answer(200), at(1))), Kind::Succeeded);
    }
    EXPECT_EQ(throttle.requests(), 10'000U);
}

TEST_F(PipelineOfFive, AThrottledCallMakesNoAttempt) {
    for (int i = 0; i < 1'000'000; ++i)
        (void)throttle.admit(kStart, random);
    auto call = new_call();
    EXPECT_EQ(kind_of(pipeline.begin(call, kStart, random)), Kind::Throttled);
    EXPECT_EQ(bulkhead.under_way(), 0U);
}

TEST_F(PipelineOfFive, WaitsForASlotAndContinuesWithItsTicket) {
    auto first = new_call();
    auto second = new_call();
    auto third = new_call();
    auto fourth = new_call();
    (void)pipeline.begin(first, kStart, random);
    (void)pipeline.begin(second, kStart, random);
    EXPECT_TRUE(std::holds_alternative<WaitForSlot>(pipeline.begin(third, kStart, random)));
    EXPECT_EQ(kind_of(pipeline.begin(fourth, kStart, random)), Kind::Overloaded);
    (void)pipeline.finished(first, answer(200), at(10), random);
    EXPECT_EQ(bulkhead.next(), third.ticket);
    EXPECT_TRUE(std::holds_alternative<MakeAttempt>(pipeline.started(third, at(10), random)));
    EXPECT_EQ(bulkhead.under_way(), 2U);
}

TEST_F(PipelineOfFive, ACallThatWaitsTooLongForASlotEnds) {
    auto first = new_call();
    auto second = new_call();
    auto third = new_call();
    (void)pipeline.begin(first, kStart, random);
    (void)pipeline.begin(second, kStart, random);
    (void)pipeline.begin(third, kStart, random);
    EXPECT_EQ(kind_of(pipeline.expired(third)), Kind::DeadlinePassed);
    (void)pipeline.finished(first, answer(200), at(10), random);
    EXPECT_FALSE(bulkhead.next().has_value());
    auto fourth = new_call();
    fourth.deadline = Deadline::after(kStart, Duration::milliseconds(50));
    EXPECT_EQ(kind_of(pipeline.begin(fourth, kStart, random)), Kind::DeadlinePassed);
}

TEST_F(PipelineOfFive, ATicketAfterTheDeadlineReleasesItsSlot) {
    auto first = new_call();
    auto second = new_call();
    auto third = new_call();
    (void)pipeline.begin(first, kStart, random);
    (void)pipeline.begin(second, kStart, random);
    (void)pipeline.begin(third, kStart, random);
    (void)pipeline.finished(first, answer(200), at(26'000), random);
    ASSERT_EQ(bulkhead.next(), third.ticket);
    EXPECT_EQ(kind_of(pipeline.started(third, at(26'000), random)), Kind::DeadlinePassed);
    EXPECT_EQ(bulkhead.under_way(), 1U);
}

TEST_F(PipelineOfFive, CanBeCanceledInEveryState) {
    auto fresh = new_call();
    pipeline.cancel(fresh, kStart);
    auto first = new_call();
    auto second = new_call();
    auto third = new_call();
    (void)pipeline.begin(first, kStart, random);
    (void)pipeline.begin(second, kStart, random);
    (void)pipeline.begin(third, kStart, random);
    pipeline.cancel(third, kStart);
    EXPECT_EQ(bulkhead.waiting(Lane::MarketData), 0U);
    pipeline.cancel(first, kStart);
    EXPECT_EQ(bulkhead.under_way(), 1U);
    pipeline.cancel(first, kStart);
    EXPECT_TRUE(
        std::holds_alternative<RetryAt>(pipeline.finished(second, answer(500), kStart, random)));
    pipeline.cancel(second, kStart);
    EXPECT_EQ(budget.retries(), 0U);
    EXPECT_EQ(second.phase, PipelineCall::Phase::Ended);
}

TEST_F(PipelineOfFive, EveryEndHasAName) {
    for (const auto kind : {Kind::Succeeded,
                            Kind::Failed,
                            Kind::DeadlinePassed,
                            Kind::Overloaded,
                            Kind::Throttled,
                            Kind::BreakerOpen,
                            Kind::Canceled}) {
        EXPECT_FALSE(to_text(kind).empty());
    }
}

/// Many concurrent calls in virtual time, with failures of every kind.
class Crowd {
public:
    explicit Crowd(std::uint64_t seed) : random_(seed) {}

    void run() {
        for (int step = 0; step < 400; ++step) {
            now_ = now_ + Duration::milliseconds(random_.between(0, 400));
            if (random_.chance(1, 2)) begin_one();
            for (auto& [ticket, call] : calls_)
                touch(call);
            drain();
            RC_ASSERT(bulkhead_.under_way() == under_way());
        }
        for (auto& [ticket, call] : calls_)
            pipeline_.cancel(call, now_);
        RC_ASSERT(bulkhead_.under_way() == 0U);
        RC_ASSERT(budget_.retries() == 0U);
    }

private:
    void begin_one() {
        const auto lane = static_cast<Lane>(random_.below(kLanes));
        const auto repeat = random_.chance(1, 2) ? Repeat::Allowed : Repeat::Forbidden;
        auto& call = calls_[++tickets_];
        call = {
            .lane = lane, .repeat = repeat, .ticket = tickets_, .deadline = Deadline::after(now_)};
        note(call, pipeline_.begin(call, now_, random_));
    }

    void touch(PipelineCall& call) {
        using Phase = PipelineCall::Phase;
        if (call.phase == Phase::Attempting && random_.chance(1, 3)) {
            constexpr std::array<std::uint16_t, 5> kStatuses = {200, 200, 404, 429, 503};
            const AttemptResult result{
                .end = random_.chance(1, 4) ? AttemptEnd::TimedOut : AttemptEnd::Answered,
                .status = kStatuses[random_.below(kStatuses.size())]};
            note(call, pipeline_.finished(call, result, now_, random_));
        } else if (call.phase == Phase::Retrying && now_ >= retry_at_[call.ticket]) {
            note(call, pipeline_.begin(call, now_, random_));
        } else if (call.phase == Phase::Waiting && call.deadline.has_passed(now_)) {
            note(call, pipeline_.expired(call));
        } else if (random_.chance(1, 50)) {
            pipeline_.cancel(call, now_);
        }
    }

    void drain() {
        while (const auto ticket = bulkhead_.next())
            note(calls_.at(*ticket), pipeline_.started(calls_.at(*ticket), now_, random_));
    }

    void note(PipelineCall& call, const PipelineStep& step) {
        RC_ASSERT(call.attempts <= 4U);
        if (const auto* retry = std::get_if<RetryAt>(&step)) {
            RC_ASSERT(call.repeat == Repeat::Allowed);
            RC_ASSERT(retry->time < call.deadline.at());
            retry_at_[call.ticket] = retry->time;
        }
        if (const auto* attempt = std::get_if<MakeAttempt>(&step)) {
            RC_ASSERT(attempt->deadline.at() <= call.deadline.at());
        }
        RC_ASSERT(std::holds_alternative<CallOver>(step) ==
                  (call.phase == PipelineCall::Phase::Ended));
    }

    [[nodiscard]] std::uint32_t under_way() const {
        std::uint32_t count = 0;
        for (const auto& [ticket, call] : calls_)
            count += call.phase == PipelineCall::Phase::Attempting ? 1 : 0;
        return count;
    }

    base::Random random_;
    Timestamp now_ = kStart;
    Bulkhead bulkhead_;
    AdaptiveThrottle throttle_;
    RetryBudget budget_;
    Breaker breaker_{BreakerRules{}};
    Pipeline pipeline_{{}, {bulkhead_, throttle_, budget_, breaker_}};
    std::map<Bulkhead::Ticket, PipelineCall> calls_;
    std::map<Bulkhead::Ticket, Timestamp> retry_at_;
    Bulkhead::Ticket tickets_ = 0;
};

RC_GTEST_PROP(PipelineProperty, ReleasesEverythingThatItAcquired, ()) {
    Crowd(*rc::gen::arbitrary<std::uint64_t>()).run();
}

}  // namespace
}  // namespace botcore::resilience
