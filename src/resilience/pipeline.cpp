#include "resilience/pipeline.hpp"

#include "base/check.hpp"

#include <utility>

namespace botcore::resilience {

using Kind = CallOver::Kind;
using Phase = PipelineCall::Phase;

PipelineStep Pipeline::begin(PipelineCall& call, Timestamp now, base::Random& random) {
    CHECK(call.phase == Phase::New || call.phase == Phase::Retrying);
    if (call.phase == Phase::New) parts_.budget.call_began();
    if (!call.deadline.has_time_for(now, rules_.retry.attempt_least)) {
        return over(call, Kind::DeadlinePassed);
    }
    switch (parts_.bulkhead.enter(call.lane, call.ticket)) {
        case Bulkhead::Entry::Started:
            return started(call, now, random);
        case Bulkhead::Entry::Waiting:
            call.phase = Phase::Waiting;
            return WaitForSlot{};
        case Bulkhead::Entry::Refused:
            break;
    }
    return over(call, Kind::Overloaded);
}

PipelineStep Pipeline::started(PipelineCall& call, Timestamp now, base::Random& random) {
    Kind refused = Kind::BreakerOpen;
    // A breaker that is not closed already limits the calls. Its rejections say nothing new about
    // the service, and must not make the throttle reject the breaker's probes.
    const bool throttled = !is_exit(call.lane) && parts_.breaker.state() == BreakerState::Closed;
    if (!call.deadline.has_time_for(now, rules_.retry.attempt_least)) {
        refused = Kind::DeadlinePassed;
    } else if (throttled && !parts_.throttle.admit(now, random)) {
        refused = Kind::Throttled;
    } else if (const auto permit = parts_.breaker.acquire(
                   now, is_exit(call.lane) ? Breaker::Priority::Exit : Breaker::Priority::Normal)) {
        call.permit = *permit;
        call.phase = Phase::Attempting;
        ++call.attempts;
        return MakeAttempt{call.deadline.child(now, rules_.attempt_limit)};
    }
    parts_.bulkhead.leave();
    return over(call, refused);
}

PipelineStep Pipeline::finished(PipelineCall& call,
                                const AttemptResult& result,
                                Timestamp now,
                                base::Random& random) {
    CHECK(call.phase == Phase::Attempting);
    const auto [kind, outcome] = meaning_of(result);
    parts_.breaker.record(call.permit, outcome, now);
    if (outcome != Outcome::Failure && !is_throttling(kind) && !is_exit(call.lane)) {
        parts_.throttle.accepted(now);
    }
    parts_.bulkhead.leave();
    release_retry(call);
    if (kind == RetryClass::Success) {
        if (call.attempts == 1) parts_.budget.first_try_succeeded();
        return over(call, Kind::Succeeded);
    }
    const auto decision = decide_retry(
        rules_.retry, {result, call.attempts, call.repeat, call.deadline}, now, random);
    if (const auto* gave_up = std::get_if<GiveUp>(&decision)) {
        return over(call, Kind::Failed, *gave_up);
    }
    const auto after =
        is_timeout(result.end) ? RetryBudget::After::TimeOut : RetryBudget::After::Failure;
    if (!parts_.budget.retry_began(after)) {
        return over(call, Kind::Failed, {.why = GiveUp::Why::BudgetSpent});
    }
    call.holds_retry = true;
    call.phase = Phase::Retrying;
    return std::get<RetryAt>(decision);
}

void Pipeline::cancel(PipelineCall& call, Timestamp now) {
    switch (call.phase) {
        case Phase::New:
        case Phase::Ended:
            return;
        case Phase::Waiting: {
            const bool waited = parts_.bulkhead.withdraw(call.lane, call.ticket);
            CHECK(waited);
            break;
        }
        case Phase::Attempting:
            parts_.breaker.record(call.permit, Outcome::Ignored, now);
            parts_.bulkhead.leave();
            break;
        case Phase::Retrying:
            break;
    }
    (void)over(call, Kind::Canceled);
}

PipelineStep Pipeline::expired(PipelineCall& call) {
    CHECK(call.phase == Phase::Waiting);
    const bool waited = parts_.bulkhead.withdraw(call.lane, call.ticket);
    CHECK(waited);
    return over(call, Kind::DeadlinePassed);
}

PipelineStep Pipeline::over(PipelineCall& call, Kind kind, GiveUp why) {
    CHECK(call.phase != Phase::Ended);
    release_retry(call);
    parts_.budget.call_ended();
    call.phase = Phase::Ended;
    return CallOver{kind, why};
}

void Pipeline::release_retry(PipelineCall& call) {
    if (std::exchange(call.holds_retry, false)) parts_.budget.retry_ended();
}

std::string_view to_text(Kind kind) {
    switch (kind) {
        case Kind::Succeeded:
            return "succeeded";
        case Kind::Failed:
            return "failed";
        case Kind::DeadlinePassed:
            return "deadline_passed";
        case Kind::Overloaded:
            return "overloaded";
        case Kind::Throttled:
            return "throttled";
        case Kind::BreakerOpen:
            return "breaker_open";
        case Kind::Canceled:
            return "canceled";
    }
    return "";
}

}  // namespace botcore::resilience
