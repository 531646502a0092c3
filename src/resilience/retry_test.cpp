#include "resilience/retry.hpp"

#include "resilience/clock_test.hpp"
#include "resilience/retry_budget.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace botcore::resilience {
namespace {

using Why = GiveUp::Why;

AttemptResult answer(int status, std::optional<Duration> retry_after = std::nullopt) {
    return {.end = AttemptEnd::Answered,
            .status = static_cast<std::uint16_t>(status),
            .retry_after = retry_after};
}

FailedAttempt failed(const AttemptResult& result, std::uint32_t attempts = 1) {
    return {.result = result,
            .attempts = attempts,
            .repeat = Repeat::Allowed,
            .deadline = Deadline::after(kStart)};
}

/// The course of a call that fails the same way each time, in virtual time.
struct Course {
    std::vector<Duration> delays;
    GiveUp end;
    Timestamp ended_at;
};

Course course_of(const AttemptResult& result,
                 Deadline deadline,
                 const RetryRules& rules,
                 std::uint64_t seed = 1) {
    base::Random random(seed);
    Course course;
    course.ended_at = kStart;
    for (std::uint32_t attempts = 1;; ++attempts) {
        const auto decision = decide_retry(
            rules, {result, attempts, Repeat::Allowed, deadline}, course.ended_at, random);
        if (const auto* end = std::get_if<GiveUp>(&decision)) {
            course.end = *end;
            return course;
        }
        const auto& next = std::get<RetryAt>(decision);
        EXPECT_EQ(next.attempt, attempts + 1);
        EXPECT_EQ(next.time, course.ended_at + next.delay);
        course.delays.push_back(next.delay);
        course.ended_at = next.time;
    }
}

// The table of causes and outcomes: how many attempts each cause makes in total.
// @spec:TC-REL-005 R2-RETRY-06 R2-RETRY-07 R2-RETRY-10 R2-RETRY-11 R2-RETRY-12 R2-AC-06 R2-AC-07
// @spec:R2-ERR-01 R2-ERR-02
TEST(TcRel005, EachCauseMakesItsNumberOfAttempts) {
    struct Row {
        AttemptResult result;
        std::size_t calls;
        Why why;
    };

    const std::vector<Row> rows = {
        {{.end = AttemptEnd::ConnectionRefused}, 4, Why::MaxRetriesExceeded},
        {{.end = AttemptEnd::ConnectTimedOut}, 4, Why::MaxRetriesExceeded},
        {{.end = AttemptEnd::Broken}, 4, Why::MaxRetriesExceeded},
        {{.end = AttemptEnd::TimedOut}, 4, Why::MaxRetriesExceeded},
        {{.end = AttemptEnd::StoreDisconnected}, 4, Why::MaxRetriesExceeded},
        {{.end = AttemptEnd::StoreLocked}, 4, Why::MaxRetriesExceeded},
        {{.end = AttemptEnd::CertificateRefused}, 1, Why::Permanent},
        {{.end = AttemptEnd::Garbled}, 1, Why::Permanent},
        {{.end = AttemptEnd::RuleBroken}, 1, Why::Permanent},
        {{.end = AttemptEnd::Canceled}, 1, Why::Permanent},
        {answer(500), 4, Why::MaxRetriesExceeded},
        {answer(502), 4, Why::MaxRetriesExceeded},
        {answer(503), 4, Why::MaxRetriesExceeded},
        {answer(504), 4, Why::MaxRetriesExceeded},
        {answer(429), 4, Why::MaxRetriesExceeded},
        {answer(418, Duration::seconds(1)), 4, Why::MaxRetriesExceeded},
        {answer(418), 1, Why::Permanent},
        {answer(400), 1, Why::Permanent},
        {answer(401), 1, Why::Permanent},
        {answer(403), 1, Why::Permanent},
        {answer(404), 1, Why::Permanent},
        {answer(408), 1, Why::Permanent},
        {answer(422), 1, Why::Permanent},
        {answer(501), 1, Why::Permanent},
        {answer(505), 1, Why::Permanent},
        {answer(302), 1, Why::Permanent},
        {answer(600), 1, Why::Permanent},
    };
    for (const Row& row : rows) {
        const auto course = course_of(row.result, Deadline::after(kStart), {});
        EXPECT_EQ(course.delays.size() + 1, row.calls)
            << to_text(row.result.end) << " " << row.result.status;
        EXPECT_EQ(course.end.why, row.why) << to_text(row.result.end) << " " << row.result.status;
    }
}

// @spec:TC-REL-005 R2-RETRY-01 R2-RETRY-02 R2-RETRY-03 R2-RETRY-15 R2-AC-04 X-11 RT-UNIT-02
TEST(TcRel005, RetriesAfterOneTwoAndFourSecondsWithinTheJitter) {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        const auto course = course_of(answer(500), Deadline::after(kStart), {}, seed);
        ASSERT_EQ(course.delays.size(), 3U);
        for (std::size_t i = 0; i < 3; ++i) {
            EXPECT_GE(course.delays[i], Duration::milliseconds(800 << i));
            EXPECT_LE(course.delays[i], Duration::milliseconds(1'200 << i));
        }
        EXPECT_EQ(course.end.why, Why::MaxRetriesExceeded);
        EXPECT_EQ(to_text(course.end.why), "max_retries_exceeded");
    }
}

// @spec:TC-REL-005 @spec:R2-RETRY-04 @spec:X-13
TEST(TcRel005, NoDelayExceedsTheCapIncludingJitter) {
    base::Random random(3);
    for (std::uint32_t retry = 0; retry < 40; ++retry) {
        for (int draw = 0; draw < 100; ++draw) {
            const auto delay = retry_delay({}, retry, random);
            EXPECT_LE(delay, Duration::seconds(10));
            if (retry >= 4) EXPECT_GE(delay, Duration::microseconds(6'666'666));
        }
    }
}

// @spec:TC-REL-005 @spec:R2-RETRY-05 @spec:R2-AC-05
TEST(TcRel005, JitterStaysWithinTwentyPercentAndAveragesOne) {
    base::Random random(4);
    std::int64_t sum = 0;
    std::int64_t least = INT64_MAX;
    std::int64_t most = 0;
    for (int i = 0; i < 10'000; ++i) {
        const auto draw = jittered(Duration::seconds(1), random).in_microseconds();
        ASSERT_GE(draw, 800'000);
        ASSERT_LE(draw, 1'200'000);
        sum += draw;
        least = std::min(least, draw);
        most = std::max(most, draw);
    }
    EXPECT_NEAR(static_cast<double>(sum) / 10'000, 1e6, 5'000);
    EXPECT_LT(least, 801'000);
    EXPECT_GT(most, 1'199'000);
}

// @spec:TC-REL-005 @spec:R2-RETRY-08 @spec:X-14
TEST(TcRel005, RetryAfterTakesPrecedenceOverCapAndBackoff) {
    base::Random random(5);
    for (const std::int64_t seconds : {0, 3, 15}) {
        const auto decision =
            decide_retry({}, failed(answer(429, Duration::seconds(seconds))), kStart, random);
        ASSERT_TRUE(std::holds_alternative<RetryAt>(decision));
        EXPECT_EQ(std::get<RetryAt>(decision).delay, Duration::seconds(seconds));
    }
    const auto decision =
        decide_retry({}, failed(answer(503, Duration::seconds(2))), kStart, random);
    EXPECT_EQ(std::get<RetryAt>(decision).delay, Duration::seconds(2));
}

// @spec:TC-REL-005 @spec:X-14
TEST(TcRel005, RetryAfterPastTheDeadlineFailsImmediatelyAndNamesTheTime) {
    base::Random random(6);
    const auto decision =
        decide_retry({}, failed(answer(418, Duration::seconds(7'200))), kStart, random);
    ASSERT_TRUE(std::holds_alternative<GiveUp>(decision));
    EXPECT_EQ(std::get<GiveUp>(decision).why, Why::RetryAfterTooLate);
    EXPECT_EQ(std::get<GiveUp>(decision).until, kStart + Duration::seconds(7'200));
}

// @spec:TC-REL-005 @spec:X-12
TEST(TcRel005, ARetryBeginsOnlyIfTheDeadlineLeavesTimeForIt) {
    base::Random random(7);
    RetryRules rules;
    rules.attempt_least = Duration::seconds(2);
    auto attempt = failed(answer(500));
    attempt.deadline = Deadline::after(kStart, Duration::milliseconds(3'200));
    EXPECT_TRUE(std::holds_alternative<RetryAt>(decide_retry(rules, attempt, kStart, random)));
    attempt.deadline = Deadline::after(kStart, Duration::milliseconds(2'799));
    const auto decision = decide_retry(rules, attempt, kStart, random);
    ASSERT_TRUE(std::holds_alternative<GiveUp>(decision));
    EXPECT_EQ(std::get<GiveUp>(decision).why, Why::DeadlineTooNear);
}

TEST(Retry, NonRepeatableCallsAreNeverRetried) {
    base::Random random(8);
    for (const auto& row : kEndRows) {
        auto attempt = failed({.end = row.end, .status = 503});
        attempt.repeat = Repeat::Forbidden;
        const auto decision = decide_retry({}, attempt, kStart, random);
        ASSERT_TRUE(std::holds_alternative<GiveUp>(decision)) << row.name;
        EXPECT_NE(std::get<GiveUp>(decision).why, Why::MaxRetriesExceeded) << row.name;
    }
    auto throttled = failed(answer(429, Duration::seconds(3)));
    throttled.repeat = Repeat::Forbidden;
    const auto end = std::get<GiveUp>(decide_retry({}, throttled, kStart, random));
    EXPECT_EQ(end.why, Why::RepeatForbidden);
    EXPECT_EQ(end.until, kStart + Duration::seconds(3));
}

RC_GTEST_PROP(RetryProperty, NoCallExceedsItsDeadlineOrItsNumberOfRetries, ()) {
    RetryRules rules;
    rules.retries_max = *rc::gen::inRange<std::uint32_t>(0, 11);
    rules.base = Duration::milliseconds(*rc::gen::inRange<std::int64_t>(100, 10'001));
    const auto status = *rc::gen::element(500, 502, 503, 504, 429, 418);
    std::optional<Duration> after;
    if (*rc::gen::arbitrary<bool>()) {
        after = Duration::seconds(*rc::gen::inRange<std::int64_t>(0, 40));
    }
    const auto deadline =
        Deadline::after(kStart, Duration::milliseconds(*rc::gen::inRange<std::int64_t>(0, 30'001)));
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto course = course_of(answer(status, after), deadline, rules, seed);
    RC_ASSERT(course.delays.size() <= rules.retries_max);
    RC_ASSERT(course.delays.empty() || course.ended_at < deadline.at());
    for (const auto delay : course.delays) {
        RC_ASSERT((after ? delay == *after : delay <= rules.cap));
    }
}

TEST(AttemptTable, DefinesWhatCountsAgainstTheService) {
    EXPECT_EQ(meaning_of(answer(200)).outcome, Outcome::Success);
    for (const int status : {400, 401, 404, 409, 418, 422, 429, 302}) {
        EXPECT_EQ(meaning_of(answer(status)).outcome, Outcome::Ignored) << status;
    }
    for (const int status : {500, 501, 502, 503, 504, 599}) {
        EXPECT_EQ(meaning_of(answer(status)).outcome, Outcome::Failure) << status;
    }
    for (const auto& row : kEndRows) {
        if (row.end == AttemptEnd::Answered) continue;
        const bool ours = row.end == AttemptEnd::RuleBroken || row.end == AttemptEnd::Canceled;
        EXPECT_EQ(meaning_of({.end = row.end}).outcome, ours ? Outcome::Ignored : Outcome::Failure);
    }
}

TEST(AttemptTable, IsInTheOrderOfItsEnumeration) {
    for (std::size_t i = 0; i < kEndRows.size(); ++i) {
        EXPECT_EQ(static_cast<std::size_t>(kEndRows[i].end), i);
        EXPECT_EQ(to_text(kEndRows[i].end), kEndRows[i].name);
    }
}

TEST(AttemptTable, KnowsWhichAttemptsWereNeverSent) {
    EXPECT_TRUE(is_not_sent(AttemptEnd::ConnectionRefused));
    EXPECT_TRUE(is_not_sent(AttemptEnd::ConnectTimedOut));
    EXPECT_TRUE(is_not_sent(AttemptEnd::CertificateRefused));
    EXPECT_FALSE(is_not_sent(AttemptEnd::Broken));
    EXPECT_FALSE(is_not_sent(AttemptEnd::TimedOut));
    EXPECT_TRUE(is_timeout(AttemptEnd::TimedOut));
    EXPECT_TRUE(is_timeout(AttemptEnd::ConnectTimedOut));
    EXPECT_FALSE(is_timeout(AttemptEnd::Broken));
}

TEST(Retry, EveryReasonToStopHasAName) {
    EXPECT_EQ(to_text(Why::Permanent), "permanent");
    EXPECT_EQ(to_text(Why::RepeatForbidden), "repeat_forbidden");
    EXPECT_EQ(to_text(Why::DeadlineTooNear), "deadline_too_near");
    EXPECT_EQ(to_text(Why::RetryAfterTooLate), "retry_after_too_late");
    EXPECT_EQ(to_text(Why::BudgetSpent), "budget_spent");
}

using After = RetryBudget::After;

TEST(RetryBudget, ARetryCostsFiveATimeOutTenAndAFirstSuccessEarnsOne) {
    RetryBudget budget;
    EXPECT_EQ(budget.tokens(), 500U);
    ASSERT_TRUE(budget.retry_began(After::Failure));
    EXPECT_EQ(budget.tokens(), 495U);
    ASSERT_TRUE(budget.retry_began(After::TimeOut));
    EXPECT_EQ(budget.tokens(), 485U);
    budget.first_try_succeeded();
    EXPECT_EQ(budget.tokens(), 486U);
    for (int i = 0; i < 100; ++i)
        budget.first_try_succeeded();
    EXPECT_EQ(budget.tokens(), 500U);
}

TEST(RetryBudget, IsSpentAtTheHundredthRetryAndEarnedBack) {
    RetryBudget budget;
    for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(budget.retry_began(After::Failure));
        budget.retry_ended();
    }
    EXPECT_FALSE(budget.retry_began(After::Failure));
    for (int i = 0; i < 5; ++i)
        budget.first_try_succeeded();
    EXPECT_FALSE(budget.retry_began(After::TimeOut));
    EXPECT_TRUE(budget.retry_began(After::Failure));
}

TEST(RetryBudget, AllowsAFifthOfTheCallsAsRetriesAndAlwaysThree) {
    RetryBudget budget;
    for (int i = 0; i < 3; ++i)
        ASSERT_TRUE(budget.retry_began(After::Failure));
    EXPECT_FALSE(budget.retry_began(After::Failure));
    EXPECT_EQ(budget.tokens(), 485U);
    for (int i = 0; i < 20; ++i)
        budget.call_began();
    EXPECT_TRUE(budget.retry_began(After::Failure));
    EXPECT_FALSE(budget.retry_began(After::Failure));
    for (int i = 0; i < 20; ++i)
        budget.call_ended();
    budget.retry_ended();
    EXPECT_FALSE(budget.retry_began(After::Failure));
    budget.retry_ended();
    EXPECT_TRUE(budget.retry_began(After::Failure));
    EXPECT_EQ(budget.retries(), 3U);
}

}  // namespace
}  // namespace botcore::resilience
