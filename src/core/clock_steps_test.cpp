#include "core/core_bench_test.hpp"

#include <gtest/gtest.h>

namespace botcore::core {

namespace {

using model::Duration;

constexpr Duration kHour = Duration::seconds(3'600);
constexpr Duration kYear = Duration::seconds(std::int64_t{365} * 86'400);

OrderState state_of_first(const Bench& bench) {
    return bench.account("futures").orders.begin()->second.order.state;
}

void not_found_at(Bench& bench, const model::OrderInstruction& sent, model::Timestamp at) {
    auto body = Bench::report(sent, ReportKind::NotFound);
    body.report.venue_time = at;
    (void)bench.apply(body);
}

/// Opens a position and closes it with a loss.
void lose(Bench& bench) {
    const auto entry = bench.place(bench.order("futures", Side::Buy, "0.01"));
    (void)bench.fill_all(*entry, "60000");
    const auto exit = bench.place(bench.order("futures", Side::Sell, "0.01"));
    (void)bench.fill_all(*exit, "59900");
}

OrderReason refusal_of_entry(Bench& bench) {
    bench.last_reply.reset();
    const auto sent = bench.place(bench.order("futures", Side::Buy, "0.002"));
    if (!sent) return bench.refusal();
    (void)bench.apply(Bench::report(*sent, ReportKind::Rejected));
    return OrderReason::None;
}

model::RiskLimits only_cooldown() {
    model::RiskLimits limits = model::RiskLimits::none();
    limits.losses_in_a_row_max = 1;
    limits.cooldown = kHour;
    return limits;
}

}  // namespace

// The clock was ahead while records were made, and was then set right: journal time remains ahead.
// @spec:I9
TEST(ClockSteps, ExitsAndCancelsAreSignedWithTheCurrentClockTime) {
    for (const Duration step : {Duration::seconds(40), kHour, kYear}) {
        Bench bench;
        const auto entry = bench.place(bench.order("futures", Side::Buy, "0.1"));
        (void)bench.fill_all(*entry, "60000");
        bench.clock_step = step;
        auto resting = bench.order("futures", Side::Buy, "0.01");
        resting.type = model::OrderType::Limit;
        resting.price = price("50000");
        const auto order = bench.place(resting);
        EXPECT_EQ(order->attempt.time, bench.time() + step);
        (void)bench.apply(Bench::report(*order, ReportKind::Open));
        bench.clock_step = {};
        const auto exit = bench.place(bench.order("futures", Side::Sell, "0.1"));
        ASSERT_TRUE(exit);
        EXPECT_EQ(exit->attempt.time, bench.time());
        const auto cancel = bench.apply(
            model::CancelOrder{bench.origin(), model::AccountId("futures"), order->id, {}});
        ASSERT_EQ(cancel.effects.size(), 1U);
        const auto& sent = std::get<SendCancel>(cancel.effects.front()).instruction;
        EXPECT_EQ(sent.attempt.time, bench.time());
    }
}

// @spec:I3
TEST(ClockSteps, TheFenceUsesTheLatestTimeOfAllAttempts) {
    Bench bench;
    bench.clock_step = Duration::seconds(40);
    const auto first = bench.place(bench.order("futures", Side::Buy, "0.1"));
    bench.clock_step = {};
    auto not_sent = Bench::report(*first, ReportKind::NotSent);
    not_sent.quote = quote(kFutures);
    const auto again = Bench::sent_by(bench.apply(not_sent));
    ASSERT_EQ(again.size(), 1U);
    const auto& second = again.front();
    EXPECT_LT(second.attempt.time, first->attempt.time);
    (void)bench.apply(Bench::report(second, ReportKind::NoAnswer));
    const auto fence_of = [](const model::OrderInstruction& sent) {
        return sent.attempt.time + sent.attempt.window + Duration::seconds(1);
    };
    const Duration view_lag = Duration::seconds(60);
    // Past the fence of the last attempt and the view lag, but the first attempt may still be
    // accepted.
    not_found_at(bench, second, fence_of(second) + Duration::milliseconds(1));
    not_found_at(bench, second, fence_of(*first));
    EXPECT_EQ(state_of_first(bench), OrderState::Unknown);
    not_found_at(bench, second, fence_of(*first) + Duration::milliseconds(1));
    EXPECT_EQ(state_of_first(bench), OrderState::Unknown);
    not_found_at(bench, second, fence_of(*first) + view_lag + Duration::milliseconds(1));
    EXPECT_EQ(bench.refusal(), RefusalReason::ProvenAbsent);
}

// @spec:I3
TEST(ClockSteps, ATimeFarAheadKeepsAnOrderUnknownForTheLifetimeOfARequestOnly) {
    Bench bench;
    bench.clock_step = kYear;
    const auto sent = bench.place(bench.order("futures", Side::Buy, "0.1"));
    bench.clock_step = {};
    (void)bench.apply(Bench::report(*sent, ReportKind::NoAnswer));
    const auto first_answer = bench.time();
    not_found_at(bench, *sent, first_answer);
    const auto fence = first_answer + kHour + Duration::seconds(1);
    not_found_at(bench, *sent, fence);
    not_found_at(bench, *sent, fence + Duration::milliseconds(1));
    EXPECT_EQ(state_of_first(bench), OrderState::Unknown);
    not_found_at(bench, *sent, fence + Duration::milliseconds(60'001));
    EXPECT_EQ(bench.refusal(), RefusalReason::ProvenAbsent);
}

TEST(ClockSteps, ACooldownHasItsDurationWhicheverWayTheClockIsSet) {
    for (const Duration step : {kHour, kYear, Duration() - kHour, Duration() - kYear}) {
        // Started under a wrong clock that is then set right, and under a right clock that is then
        // set wrong.
        for (const bool wrong_first : {true, false}) {
            Bench bench(only_cooldown());
            if (wrong_first) bench.clock_step = step;
            lose(bench);
            bench.clock_step = wrong_first ? Duration() : step;
            EXPECT_EQ(refusal_of_entry(bench), RefusalReason::CooldownActive);
            bench.pass(kHour - Duration::seconds(1));
            EXPECT_EQ(refusal_of_entry(bench), RefusalReason::CooldownActive);
            bench.pass(Duration::seconds(1));
            EXPECT_EQ(refusal_of_entry(bench), OrderReason::None);
        }
    }
}

TEST(ClockSteps, DailyLossesExpireWithElapsedTimeAndNotWithClockSteps) {
    model::RiskLimits limits = model::RiskLimits::none();
    limits.daily_loss_max = model::Rate::from_units(model::kScale / 10'000);
    Bench bench(limits);
    bench.clock_step = kYear;
    lose(bench);
    EXPECT_EQ(refusal_of_entry(bench), RefusalReason::DailyLossLimit);
    bench.clock_step = {};
    EXPECT_EQ(refusal_of_entry(bench), RefusalReason::DailyLossLimit);
    bench.clock_step = Duration() - kYear;
    bench.pass(Duration::seconds(23 * 3'600));
    EXPECT_EQ(refusal_of_entry(bench), RefusalReason::DailyLossLimit);
    bench.pass(Duration::seconds(3 * 3'600));
    EXPECT_EQ(refusal_of_entry(bench), OrderReason::None);
}

TEST(ClockSteps, AnUnprotectedEntryIsClosedAtItsDeadlineDespiteClockSteps) {
    for (const Duration step : {kYear, Duration() - kYear}) {
        Bench bench;
        auto body = bench.order("futures", Side::Buy, "0.1");
        body.stop_loss = price("59000");
        const auto entry = bench.place(body);
        (void)bench.fill_all(*entry, "60000");
        ASSERT_FALSE(bench.position().unprotected.is_zero());
        bench.clock_step = step;
        EXPECT_TRUE(Bench::sent_by(bench.tick(Duration::seconds(9), "60000")).empty());
        EXPECT_EQ(Bench::sent_by(bench.tick(Duration::seconds(2), "60000")).size(), 1U);
    }
}

TEST(ClockSteps, AQueuedExitExpiresAtItsDeadlineWhicheverWayTheClockIsSet) {
    struct Case {
        Duration placed;     ///< The clock's step when the exit is queued.
        Duration meanwhile;  ///< The step during the next second, with an uncertain clock.
        Duration then;
    };

    for (const Case& one : {Case{Duration() - kYear, {}, {}},
                            Case{{}, kYear, {}},
                            Case{{}, Duration() - kYear, Duration() - kYear}}) {
        Bench bench;
        const auto entry = bench.place(bench.order("futures", Side::Buy, "0.1"));
        (void)bench.fill_all(*entry, "60000");
        model::SetMode mode;
        mode.origin = bench.origin();
        mode.mode = model::OperatingMode::Maintenance;
        (void)bench.apply(mode);
        bench.clock_step = one.placed;
        model::ClosePosition close;
        close.origin = bench.origin();
        close.account = model::AccountId("futures");
        close.instrument = kFutures;
        close.quote = quote(kFutures);
        close.queue_limit = price("59000");
        close.queue_until = bench.time() + kHour;
        (void)bench.apply(close);
        bench.clock_step = one.meanwhile;
        bench.clock = model::ClockState::Uncertain;
        (void)bench.tick(Duration::seconds(1), "60000");
        bench.clock_step = one.then;
        bench.clock = model::ClockState::Certain;
        (void)bench.tick(kHour - Duration::seconds(3), "60000");
        EXPECT_EQ(bench.account("futures").orders.size(), 1U);
        (void)bench.tick(Duration::seconds(2), "60000");
        EXPECT_TRUE(bench.account("futures").orders.empty());
    }
}

TEST(ClockSteps, ARampEndsAfterItsDurationDespiteClockSteps) {
    Bench bench;
    model::SetMode mode;
    mode.origin = bench.origin();
    mode.mode = model::OperatingMode::Ramping;
    mode.until = bench.time() + kHour;
    (void)bench.apply(mode);
    bench.clock_step = Duration() - kYear;
    EXPECT_EQ(refusal_of_entry(bench), RefusalReason::Maintenance);
    bench.pass(kHour);
    EXPECT_EQ(refusal_of_entry(bench), OrderReason::None);
}

TEST(ClockSteps, RefusesAWindowMoreThanAYearAhead) {
    Bench bench;
    model::ScheduleMaintenance plan;
    plan.origin = bench.origin();
    plan.begin = bench.time() + kYear + Duration::seconds(2 * 86'400);
    plan.end = plan.begin + kHour;
    (void)bench.apply(plan);
    EXPECT_EQ(bench.refusal(), RefusalReason::WindowTooLong);
}

}  // namespace botcore::core
