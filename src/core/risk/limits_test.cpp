#include "core/risk/limits.hpp"

#include "core/core_bench_test.hpp"

#include <gmock/gmock.h>

namespace botcore::core {
namespace {

using model::Duration;
using model::Rate;
using model::RiskLimits;

RiskLimits only(void (*choose)(RiskLimits&)) {
    RiskLimits limits = RiskLimits::none();
    choose(limits);
    return limits;
}

/// Buys 0.01 and sells it at `exit`. The result in USDT is a hundredth of the price difference
/// minus two fees of 1 USDT each.
void round_trip(Bench& bench, std::string_view exit) {
    const auto entry = bench.place(bench.order("futures", Side::Buy, "0.01"));
    ASSERT_TRUE(entry);
    bench.fill_all(*entry, "60000");
    const auto closing = bench.place(bench.order("futures", Side::Sell, "0.01"));
    ASSERT_TRUE(closing);
    bench.fill_all(*closing, exit);
}

OrderReason refusal_of_entry(Bench& bench, std::string_view size = "0.01") {
    bench.last_reply.reset();
    return bench.place(bench.order("futures", Side::Buy, size)) ? OrderReason::None
                                                                : bench.refusal();
}

// @spec:R3-VAL-07 R3-VAL-08
TEST(RiskLimits, TheDefaultsAreTheSpecificationsFigures) {
    const RiskLimits limits;
    EXPECT_EQ(limits.positions_max, 10U);
    EXPECT_EQ(to_text(limits.stop_distance_max), "0.1");
    EXPECT_EQ(to_text(limits.daily_loss_max), "0.05");
    EXPECT_EQ(to_text(limits.drawdown_max), "0.15");
    EXPECT_EQ(to_text(limits.margin_level_warn), "2");
    EXPECT_EQ(to_text(limits.margin_level_entry), "1.5");
    EXPECT_EQ(to_text(limits.margin_level_close), "1.1");
    EXPECT_EQ(limits.losses_in_a_row_max, 3U);
    EXPECT_EQ(limits.cooldown, Duration::seconds(3'600));
    EXPECT_EQ(to_text(limits.exposure_max), "0.2");
    EXPECT_EQ(limits.orders_per_second_max, 10U);
}

// @spec:R3-VAL-07
TEST(RiskLimits, RefusesAPositionBeyondTheMaximum) {
    Bench bench(only([](RiskLimits& limits) { limits.positions_max = 1; }));
    EXPECT_EQ(refusal_of_entry(bench), OrderReason::None);
    EXPECT_EQ(refusal_of_entry(bench), OrderReason::None)
        << "An order in the same instrument opens no new position.";
    auto other = bench.order("futures", Side::Buy, "1");
    other.instrument = {model::Market::Futures, model::Symbol("ETHUSDT")};
    other.quote.bid = other.quote.ask = other.quote.last = other.quote.worst = price("3000");
    EXPECT_FALSE(bench.place(other));
    EXPECT_EQ(bench.refusal(), RefusalReason::MaxPositionsExceeded);
}

// @spec:R3-VAL-08
TEST(RiskLimits, AStopMayBeAtMostATenthAway) {
    Bench bench(only([](RiskLimits& limits) {
        limits.stop_distance_max = Rate::from_units(model::kScale / 10);
    }));
    auto body = bench.order("futures", Side::Buy, "0.01");
    body.stop_loss = price("53999.9");
    EXPECT_FALSE(bench.place(body));
    EXPECT_EQ(bench.refusal(), RefusalReason::StopTooFar);
    body.origin = bench.origin();
    body.stop_loss = price("54000");
    EXPECT_TRUE(bench.place(body));
}

TEST(RiskLimits, DailyLossesBlockEntriesUntilTheyExpire) {
    Bench bench(only(
        [](RiskLimits& limits) { limits.daily_loss_max = Rate::from_units(model::kScale / 20); }));
    round_trip(bench, "20000");  // 400 and two fees: below 5 % of 10,000.
    EXPECT_EQ(refusal_of_entry(bench, "0.002"), OrderReason::None);
    round_trip(bench, "40000");
    EXPECT_EQ(refusal_of_entry(bench), RefusalReason::DailyLossLimit);
    // Exits are still allowed.
    const auto closing =
        bench.apply(model::Flatten{bench.origin(), model::AccountId("futures"), {quote(kFutures)}});
    EXPECT_TRUE(Bench::cancelled_by(closing).size() == 1 || !Bench::sent_by(closing).empty());
    bench.pass(Duration::seconds(25 * 3'600));
    EXPECT_EQ(refusal_of_entry(bench), OrderReason::None);
}

TEST(RiskLimits, ProfitsAreStoredByTheHourNetOfFees) {
    Bench bench;
    round_trip(bench, "61000");
    const auto& risk = bench.account("futures").risk;
    EXPECT_EQ(to_text(day_profit(risk, bench.time())), "8");
    EXPECT_EQ(to_text(bench.position().round_profit), "8");
    EXPECT_EQ(to_text(day_profit(risk, bench.time() + Duration::seconds(26 * 3'600))), "0");
}

TEST(RiskLimits, ThreeLossesInARowStartACooldown) {
    Bench bench(only([](RiskLimits& limits) { limits.losses_in_a_row_max = 3; }));
    round_trip(bench, "59900");
    round_trip(bench, "59900");
    round_trip(bench, "61000");  // A profit in between resets the count.
    round_trip(bench, "59900");
    round_trip(bench, "59900");
    EXPECT_EQ(bench.account("futures").risk.losses_in_a_row, 2U);
    round_trip(bench, "59900");
    EXPECT_EQ(refusal_of_entry(bench), RefusalReason::CooldownActive);
    bench.pass(Duration::seconds(3'600));
    EXPECT_EQ(refusal_of_entry(bench), OrderReason::None);
}

TEST(RiskLimits, OneInstrumentMayUseAFifthOfTheEquity) {
    Bench bench(only(
        [](RiskLimits& limits) { limits.exposure_max = Rate::from_units(model::kScale / 5); }));
    EXPECT_EQ(refusal_of_entry(bench, "0.03"), OrderReason::None);
    EXPECT_EQ(refusal_of_entry(bench, "0.01"), RefusalReason::ExposureLimit)
        << "The first order counts before it has filled.";
}

TEST(RiskLimits, ADrawdownFromThePeakBlocksEntries) {
    Bench bench(only([](RiskLimits& limits) {
        limits.drawdown_max = Rate::from_units(model::kScale * 15 / 100);
    }));
    const auto entry = bench.place(bench.order("futures", Side::Buy, "0.1"));
    bench.fill_all(*entry, "60000");
    bench.tick(Duration::seconds(1), "70000");
    EXPECT_EQ(to_text(bench.account("futures").risk.equity_peak), "10999");
    auto body = bench.order("futures", Side::Buy, "0.01");
    body.marks = {quote(kFutures)};
    body.marks[0].bid = body.marks[0].ask = price("53500");  // 9,349: 15 % below the peak.
    EXPECT_FALSE(bench.place(body));
    EXPECT_EQ(bench.refusal(), RefusalReason::DrawdownLimit);
}

TEST(RiskLimits, LowMarginBlocksEntriesAndThenClosesPositions) {
    Bench bench(only([](RiskLimits& limits) {
        limits.margin_level_entry = Rate::from_units(model::kScale * 150 / 100);
        limits.margin_level_close = Rate::from_units(model::kScale * 110 / 100);
        limits.margin_level_safe = Rate::from_units(model::kScale * 120 / 100);
    }));
    bench.set_leverage(10);
    const auto entry = bench.place(bench.order("futures", Side::Buy, "1"));
    bench.fill_all(*entry, "60000");  // 6,000 of margin, 9,999 of equity.
    bench.tick(Duration::seconds(1), "60000");
    auto body = bench.order("futures", Side::Buy, "0.001");
    body.quantity = quantity("0.002");
    body.marks = {quote(kFutures)};
    body.marks[0].bid = body.marks[0].ask = price("58800");  // 8,799 for 5,880.
    EXPECT_FALSE(bench.place(body));
    EXPECT_EQ(bench.refusal(), RefusalReason::MarginLevelLow);
    EXPECT_TRUE(Bench::sent_by(bench.tick(Duration::seconds(1), "56200")).empty());
    const auto called = bench.tick(Duration::seconds(1), "56100");  // 6,099 for 5,610.
    EXPECT_EQ(Bench::reasons_in(called), std::vector{OrderReason::MarginCall});
    const auto exits = Bench::sent_by(called);
    ASSERT_EQ(exits.size(), 1U);
    EXPECT_EQ(exits[0].quantity, quantity("1"));
    EXPECT_TRUE(Bench::sent_by(bench.tick(Duration::seconds(1), "56000")).empty());
    bench.fill_all(exits[0], "56000");
    EXPECT_FALSE(bench.account("futures").risk.margin_call && !bench.position().quantity.is_zero());
}

// @spec:I9
TEST(RiskLimits, CancelsARestingExitToMakeRoomForAMarginCall) {
    Bench bench(only([](RiskLimits& limits) {
        limits.margin_level_close = Rate::from_units(model::kScale * 110 / 100);
        limits.margin_level_safe = Rate::from_units(model::kScale * 120 / 100);
    }));
    bench.set_leverage(10);
    bench.fill_all(*bench.place(bench.order("futures", Side::Buy, "1")), "60000");
    auto exit = bench.order("futures", Side::Sell, "1");
    exit.type = model::OrderType::Limit;
    exit.price = price("66000");
    exit.reduce_only = model::ReduceOnly::Yes;
    const auto resting = bench.place(exit);
    ASSERT_TRUE(resting);
    bench.apply(Bench::report(*resting, model::ReportKind::Open));
    const auto called = bench.tick(Duration::seconds(1), "56100");
    // @error:EndReason::GaveWayToExit
    EXPECT_THAT(Bench::reasons_in(called), ::testing::Contains(EndReason::GaveWayToExit));
    EXPECT_EQ(Bench::cancelled_by(called), std::vector{resting->id});
    ASSERT_EQ(Bench::sent_by(called).size(), 1U);
    EXPECT_EQ(Bench::sent_by(called)[0].quantity, quantity("1"));
}

TEST(RiskLimits, AMarginCallWaitsForTheNextTickWhenTheInputHasNoOrderRoom) {
    Bench bench(only([](RiskLimits& limits) {
        limits.margin_level_close = Rate::from_units(model::kScale * 130 / 100);
        limits.margin_level_safe = Rate::from_units(model::kScale * 140 / 100);
    }));
    for (int i = 0; i < 70; ++i) {  // 8,400 of margin in all.
        auto body = bench.order("futures", Side::Buy, "0.002");
        body.stop_loss = price("57000");
        body.trail_activation = model::parse_amount<Rate>("0.01").value();
        body.trail_distance = model::parse_amount<Rate>("0.005").value();
        const auto entry = bench.place(body);
        ASSERT_TRUE(entry);
        for (const auto& stop : Bench::sent_by(bench.fill_all(*entry, "60000")))
            bench.apply(Bench::report(stop, model::ReportKind::Open));
    }
    const auto moving = bench.tick(Duration::seconds(1), "61000");
    EXPECT_EQ(Bench::sent_by(moving).size(), model::kOrdersPerInputMax)
        << "All of them are moved stops.";
    EXPECT_TRUE(bench.account("futures").risk.margin_call);
    const auto next = Bench::sent_by(bench.tick(Duration::seconds(1), "61000"));
    ASSERT_EQ(next.size(), 70 - model::kOrdersPerInputMax + 1);
    EXPECT_EQ(next.back().type, model::OrderType::Market);
    EXPECT_EQ(next.back().quantity, quantity("0.14"));
}

TEST(RiskLimits, WithoutMarginInUseThereIsNoMarginLevel) {
    Bench bench{RiskLimits()};
    EXPECT_EQ(refusal_of_entry(bench), OrderReason::None);
}

TEST(RiskLimits, RefusesTheEleventhEntryOfASecond) {
    Bench bench(only([](RiskLimits& limits) { limits.orders_per_second_max = 10; }));
    bench.pass(Duration::milliseconds(1'000 - bench.time().in_milliseconds() % 1'000));
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(refusal_of_entry(bench, "0.002"), OrderReason::None);
    bench.last_reply.reset();
    const auto refused = bench.apply(bench.order("futures", Side::Buy, "0.002"));
    EXPECT_EQ(refused.verdict, Verdict::Refused)
        << "There is no record, so the key can be used again.";
    EXPECT_EQ(bench.refusal(), RefusalReason::OrderRateLimit);
    EXPECT_TRUE(model::is_transient(RefusalReason::OrderRateLimit));
    bench.pass(Duration::seconds(1));
    EXPECT_EQ(refusal_of_entry(bench, "0.002"), OrderReason::None);
}

TEST(RiskLimits, TransfersAreNeitherProfitNorLoss) {
    Bench bench;
    const auto entry = bench.place(bench.order("futures", Side::Buy, "0.01"));
    bench.fill_all(*entry, "60000");
    bench.tick(Duration::seconds(1), "60000");
    const Money peak = bench.account("futures").risk.equity_peak;
    bench.apply(model::TransferMoney{bench.origin(),
                                     model::AccountId("futures"),
                                     model::AccountId("spot"),
                                     kUsdt,
                                     money("1000"),
                                     {}});
    EXPECT_EQ(bench.account("futures").risk.equity_peak, peak - money("1000"));
}

/// A second futures account of the same owner.
void open_second(Bench& bench) {
    bench.apply(model::OpenAccount{
        bench.origin(), model::AccountId("second"), model::Market::Futures, kUsdt, money("10000")});
}

model::PlaceOrder second_order(Bench& bench, std::string_view size = "0.01") {
    auto body = bench.order("futures", Side::Buy, size);
    body.account = model::AccountId("second");
    return body;
}

TEST(RiskOfAnOwner, ACooldownAppliesToEveryAccount) {
    Bench bench(only([](RiskLimits& limits) {
        limits.losses_in_a_row_max = 2;
        limits.cooldown = Duration::seconds(60);
    }));
    open_second(bench);
    round_trip(bench, "59000");
    const auto entry = bench.place(second_order(bench));
    ASSERT_TRUE(entry);
    bench.fill_all(*entry, "60000");
    auto closing = second_order(bench);
    closing.side = Side::Sell;
    bench.fill_all(*bench.place(closing), "59000");
    EXPECT_EQ(refusal_of_entry(bench), RefusalReason::CooldownActive)
        << "Two losses, one in each account, are a streak of two.";
    EXPECT_FALSE(bench.place(second_order(bench)));
    bench.apply(model::SetAccountState{
        bench.origin(), model::AccountId("second"), model::AccountState::Active, "it was a drill"});
    EXPECT_TRUE(bench.place(second_order(bench))) << "An operator has ended the cool-down.";
}

TEST(RiskOfAnOwner, AWinInAnyAccountEndsTheStreak) {
    Bench bench(only([](RiskLimits& limits) {
        limits.losses_in_a_row_max = 2;
        limits.cooldown = Duration::seconds(60);
    }));
    open_second(bench);
    round_trip(bench, "59000");
    const auto entry = bench.place(second_order(bench));
    bench.fill_all(*entry, "60000");
    auto closing = second_order(bench);
    closing.side = Side::Sell;
    bench.fill_all(*bench.place(closing), "61000");
    round_trip(bench, "59000");
    EXPECT_EQ(refusal_of_entry(bench), OrderReason::None);
}

TEST(RiskOfAnOwner, LossesInOneAccountBlockEntriesInAnother) {
    Bench bench(only([](RiskLimits& limits) {
        limits.daily_loss_max = Rate::from_units(model::kScale * 4 / 100);
    }));
    open_second(bench);
    bench.set_leverage(10);
    const auto entry = bench.place(bench.order("futures", Side::Buy, "0.5"));
    bench.fill_all(*entry, "60000");
    bench.fill_all(*bench.place(bench.order("futures", Side::Sell, "0.5")), "58000");
    // 1,000 of 20,000 are 5 %.
    EXPECT_FALSE(bench.place(second_order(bench)));
    EXPECT_EQ(bench.refusal(), RefusalReason::DailyLossLimit);
    bench.apply(model::TransferMoney{bench.origin(),
                                     model::AccountId("futures"),
                                     model::AccountId("second"),
                                     kUsdt,
                                     money("5000"),
                                     {}});
    EXPECT_FALSE(bench.place(second_order(bench))) << "Transfers do not change the limit.";
    EXPECT_EQ(bench.refusal(), RefusalReason::DailyLossLimit);
}

TEST(RiskOfAnOwner, DrawdownExposureAndRateCountOverAllAccounts) {
    Bench bench(only(
        [](RiskLimits& limits) { limits.exposure_max = Rate::from_units(model::kScale / 10); }));
    open_second(bench);
    EXPECT_EQ(refusal_of_entry(bench, "0.016"), OrderReason::None);
    EXPECT_TRUE(bench.place(second_order(bench, "0.016")))
        << "The loss is 1,930 of 20,000 over all accounts.";
    EXPECT_FALSE(bench.place(second_order(bench, "0.002")));
    EXPECT_EQ(bench.refusal(), RefusalReason::ExposureLimit);

    Bench quick(only([](RiskLimits& limits) { limits.orders_per_second_max = 2; }));
    open_second(quick);
    EXPECT_EQ(refusal_of_entry(quick), OrderReason::None);
    EXPECT_TRUE(quick.place(second_order(quick)));
    EXPECT_FALSE(quick.place(second_order(quick)));
    EXPECT_EQ(quick.refusal(), RefusalReason::OrderRateLimit);

    Bench fallen(only([](RiskLimits& limits) {
        limits.drawdown_max = Rate::from_units(model::kScale * 15 / 100);
    }));
    open_second(fallen);
    fallen.set_leverage(10);
    fallen.fill_all(*fallen.place(fallen.order("futures", Side::Buy, "1")), "60000");
    fallen.tick(Duration::seconds(1), "60000");
    auto body = second_order(fallen);
    body.marks = {quote(kFutures)};
    body.marks[0].bid = body.marks[0].ask = price("56900");  // 3,100 of 19,999.
    EXPECT_FALSE(fallen.place(body));
    EXPECT_EQ(fallen.refusal(), RefusalReason::DrawdownLimit);
}

// @error:RefusalReason::TooManyAccounts
TEST(RiskOfAnOwner, LimitsTheNumberOfAccounts) {
    Bench bench;
    for (int i = 2; i < 20; ++i) {
        bench.apply(model::OpenAccount{bench.origin(),
                                       model::AccountId("more-" + std::to_string(i)),
                                       model::Market::Futures,
                                       kUsdt,
                                       money("1")});
        ASSERT_EQ(bench.refusal(), OrderReason::None);
    }
    open_second(bench);
    EXPECT_EQ(bench.refusal(), RefusalReason::TooManyAccounts);
}

TEST(Reset, EndsNeitherAnOperatorsFreezeNorACooldown) {
    Bench bench(only([](RiskLimits& limits) {
        limits.losses_in_a_row_max = 1;
        limits.cooldown = Duration::seconds(60);
    }));
    round_trip(bench, "59000");
    EXPECT_EQ(refusal_of_entry(bench), RefusalReason::CooldownActive);
    bench.apply(model::ResetAccount{bench.origin(), model::AccountId("futures"), {}});
    EXPECT_EQ(bench.refusal(), OrderReason::None);
    EXPECT_EQ(refusal_of_entry(bench), RefusalReason::CooldownActive)
        << "A reset does not end the cool-down.";
    bench.apply(model::SetAccountState{
        bench.origin(), model::AccountId("futures"), model::AccountState::Frozen, "looks odd"});
    bench.apply(model::ResetAccount{bench.origin(), model::AccountId("futures"), {}});
    EXPECT_EQ(bench.refusal(), RefusalReason::AccountFrozen);
    EXPECT_EQ(bench.account("futures").account.state, model::AccountState::Frozen);
    auto operators = bench.origin();
    operators.authority = model::Authority::All;
    bench.apply(model::ResetAccount{operators, model::AccountId("futures"), {}});
    EXPECT_EQ(bench.account("futures").account.state, model::AccountState::Active);
    EXPECT_EQ(refusal_of_entry(bench), OrderReason::None);
}

TEST(Tick, UsesEveryMarkSinceThePreviousTick) {
    Bench bench(only([](RiskLimits& limits) {
        limits.margin_level_close = Rate::from_units(model::kScale * 110 / 100);
        limits.margin_level_safe = Rate::from_units(model::kScale * 120 / 100);
    }));
    bench.set_leverage(10);
    bench.fill_all(*bench.place(bench.order("futures", Side::Buy, "1")), "60000");
    model::Quote seen = quote(kFutures);
    seen.bid = seen.ask = seen.last = price("60000");
    seen.marked = {price("59000"), price("61000")};
    bench.apply(model::Tick{model::AccountId("futures"), {seen}});
    EXPECT_EQ(to_text(bench.account("futures").risk.equity_peak), "10999");
    seen.marked = {price("56100"), price("60000")};
    const auto called = bench.apply(model::Tick{model::AccountId("futures"), {seen}});
    EXPECT_EQ(Bench::reasons_in(called), std::vector{OrderReason::MarginCall})
        << "The level was too low between two ticks.";
}

TEST(Tick, APositionWithoutAPriceCountsWithItsLastLossAndNoProfit) {
    const auto limits = only([](RiskLimits& limits) {
        limits.margin_level_close = Rate::from_units(model::kScale * 110 / 100);
        limits.margin_level_safe = Rate::from_units(model::kScale * 120 / 100);
    });
    const model::InstrumentId ether{model::Market::Futures, model::Symbol("ETHUSDT")};
    const auto called_with = [&](std::string_view stale_price, std::string_view fresh_price) {
        Bench bench(limits);
        bench.set_leverage(20);
        bench.apply(model::SetLeverage{
            bench.origin(), model::AccountId("futures"), ether, Rate::whole(20), {}});
        bench.fill_all(*bench.place(bench.order("futures", Side::Buy, "1")), "60000");
        auto other = bench.order("futures", Side::Buy, "20");
        other.instrument = ether;
        other.quote.instrument = ether;
        other.quote.bid = other.quote.ask = other.quote.last = other.quote.worst = price("3000");
        bench.fill_all(*bench.place(other), "3000");
        model::Quote fresh = quote(kFutures);
        fresh.bid = fresh.ask = fresh.last = price(fresh_price);
        model::Quote stale = other.quote;
        stale.age = Duration::seconds(60);
        stale.bid = stale.ask = price(stale_price);
        return Bench::sent_by(
            bench.apply(model::Tick{model::AccountId("futures"), {fresh, stale}}));
    };
    // 9,998 of equity for 6,000 of margin; 5,000 of loss are too much, whichever position has it.
    EXPECT_TRUE(called_with("3000", "60000").empty());
    EXPECT_TRUE(called_with("3300", "60000").empty());
    const auto exits = called_with("2800", "60000");
    ASSERT_EQ(exits.size(), 1U);
    EXPECT_EQ(exits[0].instrument, kFutures) << "Only a position with a price can be closed.";
    EXPECT_EQ(called_with("4000", "56000").size(), 1U)
        << "A profit at an old price does not count.";
}

}  // namespace
}  // namespace botcore::core
