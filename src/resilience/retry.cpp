#include "resilience/retry.hpp"

#include "base/check.hpp"

#include <algorithm>

namespace botcore::resilience {

namespace {

/// Two to this power times any base delay exceeds every cap.
constexpr std::uint32_t kDoublingsMax = 16;
constexpr std::int64_t kMillion = 1'000'000;

}  // namespace

Duration jittered(Duration duration, base::Random& random) {
    // The factor and the product stay far below 2^63: the durations here are at most minutes, in
    // microseconds.
    const std::int64_t factor = random.between(800'000, 1'200'000);
    return Duration::microseconds(duration.in_microseconds() * factor / kMillion);
}

Duration retry_delay(const RetryRules& rules, std::uint32_t retry, base::Random& random) {
    const std::int64_t doubled = rules.base.in_microseconds() << std::min(retry, kDoublingsMax);
    const std::int64_t room = rules.cap.in_microseconds() * 5 / 6;
    return jittered(Duration::microseconds(std::min(doubled, room)), random);
}

RetryDecision decide_retry(const RetryRules& rules,
                           const FailedAttempt& failed,
                           Timestamp now,
                           base::Random& random) {
    using Why = GiveUp::Why;
    const RetryClass kind = meaning_of(failed.result).retry;
    CHECK(kind != RetryClass::Success);
    CHECK(failed.attempts > 0);
    const auto& asked = failed.result.retry_after;
    const std::optional<Timestamp> until = asked ? std::optional(now + *asked) : std::nullopt;
    if (kind == RetryClass::Permanent || (kind == RetryClass::Banned && !asked)) {
        return GiveUp{.why = Why::Permanent};
    }
    if (failed.repeat == Repeat::Forbidden) {
        return GiveUp{.why = Why::RepeatForbidden, .until = until};
    }
    if (failed.attempts > rules.retries_max) {
        return GiveUp{.why = Why::MaxRetriesExceeded, .until = until};
    }
    const Duration delay = asked ? *asked : retry_delay(rules, failed.attempts - 1, random);
    if (!failed.deadline.has_time_for(now + delay, rules.attempt_least)) {
        return GiveUp{.why = asked ? Why::RetryAfterTooLate : Why::DeadlineTooNear, .until = until};
    }
    return RetryAt{.time = now + delay, .delay = delay, .attempt = failed.attempts + 1};
}

std::string_view to_text(GiveUp::Why why) {
    switch (why) {
        case GiveUp::Why::Permanent:
            return "permanent";
        case GiveUp::Why::RepeatForbidden:
            return "repeat_forbidden";
        case GiveUp::Why::MaxRetriesExceeded:
            return "max_retries_exceeded";
        case GiveUp::Why::DeadlineTooNear:
            return "deadline_too_near";
        case GiveUp::Why::RetryAfterTooLate:
            return "retry_after_too_late";
        case GiveUp::Why::BudgetSpent:
            return "budget_spent";
    }
    return "";
}

}  // namespace botcore::resilience
