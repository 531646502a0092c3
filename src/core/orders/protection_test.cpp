#include "core/core_bench_test.hpp"
#include "core/sweep.hpp"

#include <gmock/gmock.h>

namespace botcore::core {
namespace {

using model::Duration;
using model::OrderRole;
using model::OrderType;

/// An account with an entry of 0.1 at 60,000, a stop at 57,000 and a target at 66,000.
class Protection : public ::testing::Test {
protected:
    Protection() {
        body_ = bench_.order("futures", Side::Buy, "0.1");
        body_.stop_loss = price("57000");
        body_.take_profit = price("66000");
    }

    void enter() {
        const auto sent = bench_.place(body_);
        ASSERT_TRUE(sent);
        entry_ = *sent;
        children_ = Bench::sent_by(bench_.fill_all(entry_, "60000"));
    }

    void confirm_all() {
        for (const auto& child : children_)
            bench_.apply(Bench::report(child, ReportKind::Open));
    }

    [[nodiscard]] const model::OrderInstruction& stop() const { return children_.at(0); }

    [[nodiscard]] const model::OrderInstruction& target() const { return children_.at(1); }

    Bench bench_;
    model::PlaceOrder body_;
    model::OrderInstruction entry_;
    std::vector<model::OrderInstruction> children_;
};

TEST_F(Protection, AttachesStopAndTargetToTheFilledEntry) {
    enter();
    ASSERT_EQ(children_.size(), 2U);
    EXPECT_EQ(stop().type, OrderType::StopMarket);
    EXPECT_EQ(stop().side, Side::Sell);
    EXPECT_EQ(stop().reduce_only, model::ReduceOnly::Yes);
    EXPECT_EQ(stop().quantity, quantity("0.1"));
    EXPECT_EQ(stop().stop_price, price("57000"));
    EXPECT_EQ(target().type, OrderType::TakeProfitMarket);
    EXPECT_EQ(target().stop_price, price("66000"));
    EXPECT_EQ(to_text(bench_.position().unprotected), "0.1");
    confirm_all();
    EXPECT_TRUE(bench_.position().unprotected.is_zero());
}

TEST_F(Protection, ProtectsEveryPartOfAnEntryThatFillsInParts) {
    body_.type = OrderType::Limit;
    body_.price = price("60000");
    const auto sent = bench_.place(body_);
    ASSERT_TRUE(sent);
    for (const std::uint64_t trade : {11U, 12U}) {
        const auto decision = bench_.apply(Bench::traded(
            *sent,
            ReportKind::Open,
            {bench_.trade(*sent, {.id = trade, .at = "60000", .quantity = quantity("0.05")})}));
        const auto children = Bench::sent_by(decision);
        ASSERT_EQ(children.size(), 2U);
        EXPECT_EQ(children[0].quantity, quantity("0.05"));
    }
    EXPECT_EQ(to_text(bench_.position().unprotected), "0.1");
}

TEST_F(Protection, StopsBeyondTheLimitOfOneInputMoveWithTheNextInputs) {
    constexpr std::size_t kEntries = 70;
    body_.quantity = quantity("0.002");
    body_.take_profit.reset();
    body_.trail_activation = model::parse_amount<model::Rate>("0.01").value();
    body_.trail_distance = model::parse_amount<model::Rate>("0.005").value();
    for (std::size_t i = 0; i < kEntries; ++i) {
        body_.origin = bench_.origin();
        enter();
        confirm_all();
    }
    const auto first = Bench::sent_by(bench_.tick(Duration::seconds(1), "63000"));
    EXPECT_EQ(first.size(), model::kOrdersPerInputMax);
    const auto second = Bench::sent_by(bench_.tick(Duration::seconds(1), "63000"));
    EXPECT_EQ(first.size() + second.size(), kEntries);
}

TEST(Sweeping, PositionsBeyondTheLimitOfOneInputAreClosedByTheNextTicks) {
    constexpr std::size_t kPositions = 140;
    Bench bench;
    model::Instrument rules = bench.engine().state().instruments.at(kFutures);
    rules.notional_min = {};
    for (std::size_t i = 0; i < kPositions; ++i) {
        rules.id.symbol = model::Symbol("COIN" + std::to_string(i) + "USDT");
        bench.apply(model::DefineInstrument{rules});
        auto body = bench.order("futures", Side::Buy, "0.001");
        body.instrument = body.quote.instrument = rules.id;
        const auto sent = bench.place(body);
        ASSERT_TRUE(sent);
        bench.fill_all(*sent, "60000");
    }
    const auto decision =
        bench.apply(model::Flatten{bench.origin(), model::AccountId("futures"), {}});
    const auto first = Bench::sent_by(decision);
    EXPECT_EQ(first.size(), model::kOrdersPerInputMax);
    // The reply names the positions that the flatten has not closed yet, also after a restart.
    const auto deferred = bench.engine().state().sweeps.begin()->second.deferred;
    EXPECT_EQ(deferred.size(), kPositions - model::kOrdersPerInputMax);
    model::Record record;
    record.input.body = model::Flatten{bench.origin(), model::AccountId("futures"), {}};
    record.input.monotonic_time = bench.engine().state().monotonic_time;
    record.outcome = decision.outcome;
    const auto found = touched_by(record);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->deferred, deferred);
    const auto second = Bench::sent_by(bench.tick(Duration::seconds(1), "60000"));
    EXPECT_EQ(second.size(), model::kOrdersPerInputMax);
    const auto third = Bench::sent_by(bench.tick(Duration::seconds(1), "60000"));
    EXPECT_EQ(first.size() + second.size() + third.size(), kPositions);
    EXPECT_TRUE(Bench::sent_by(bench.tick(Duration::seconds(60), "60000")).empty());
}

TEST_F(Protection, CancelsTheTargetOnceTheStopHasFilled) {
    enter();
    confirm_all();
    const auto decision = bench_.fill_all(stop(), "56990");
    EXPECT_TRUE(bench_.position().quantity.is_zero());
    EXPECT_EQ(Bench::cancelled_by(decision), std::vector{target().id});
    const auto gone = bench_.apply(Bench::report(target(), ReportKind::Canceled));
    EXPECT_EQ(Bench::reasons_in(gone), std::vector{order_reason(EndReason::NoLongerNeeded)});
    EXPECT_TRUE(bench_.account("futures").orders.empty());
}

TEST_F(Protection, CancelsBothOnceTheCallerClosesThePosition) {
    enter();
    confirm_all();
    bench_.last_reply.reset();
    const auto closing = Bench::sent_by(bench_.apply(model::ClosePosition{
        bench_.origin(), model::AccountId("futures"), kFutures, {}, quote(kFutures)}));
    ASSERT_EQ(closing.size(), 1U) << "Waiting stops do not count as exits of the position.";
    const auto decision = bench_.fill_all(closing.front(), "61000");
    EXPECT_EQ(Bench::cancelled_by(decision).size(), 2U);
}

TEST_F(Protection, ClosesWhatWasNotProtectedInTime) {
    enter();
    bench_.apply(Bench::report(target(), ReportKind::Open));
    auto refused = Bench::report(stop(), ReportKind::Rejected);
    refused.report.reason = order_reason(RefusalReason::RejectedByExchange);
    bench_.apply(refused);
    EXPECT_EQ(to_text(bench_.position().unprotected), "0.1");
    EXPECT_TRUE(Bench::sent_by(bench_.tick(Duration::seconds(9), "60000")).empty());
    const auto sold = bench_.tick(Duration::seconds(2), "60000");
    EXPECT_EQ(Bench::reasons_in(sold), std::vector{OrderReason::Unprotected});
    const auto exits = Bench::sent_by(sold);
    ASSERT_EQ(exits.size(), 1U);
    EXPECT_EQ(exits[0].type, OrderType::Market);
    EXPECT_EQ(exits[0].reduce_only, model::ReduceOnly::Yes);
    EXPECT_EQ(exits[0].quantity, quantity("0.1"));
    EXPECT_TRUE(Bench::sent_by(bench_.tick(Duration::seconds(60), "60000")).empty())
        << "An exit is in progress, so no second one is sent.";
    const auto decision = bench_.fill_all(exits[0], "60000");
    EXPECT_TRUE(bench_.position().quantity.is_zero());
    EXPECT_EQ(Bench::cancelled_by(decision), std::vector{target().id});
}

TEST_F(Protection, AStopWithoutAReplyDoesNotCountAsProtection) {
    enter();
    bench_.apply(Bench::report(stop(), ReportKind::NoAnswer));
    const auto exits = Bench::sent_by(bench_.tick(Duration::seconds(11), "60000"));
    ASSERT_EQ(exits.size(), 1U);
    // If the stop exists after all, it has nothing left to protect.
    EXPECT_EQ(Bench::cancelled_by(bench_.fill_all(exits[0], "60000")).size(), 2U);
    bench_.apply(Bench::report(stop(), ReportKind::Open));
    bench_.apply(Bench::report(stop(), ReportKind::Canceled));
    EXPECT_EQ(bench_.account("futures").orders.size(), 1U) << "The target's cancel is in progress.";
}

TEST_F(Protection, AnExitThatFailsIsTriedAgain) {
    enter();
    bench_.apply(Bench::report(stop(), ReportKind::Rejected));
    const auto first = Bench::sent_by(bench_.tick(Duration::seconds(11), "60000"));
    ASSERT_EQ(first.size(), 1U);
    bench_.apply(Bench::report(first[0], ReportKind::Expired));
    EXPECT_EQ(to_text(bench_.position().unprotected), "0.1");
    EXPECT_EQ(Bench::sent_by(bench_.tick(Duration::seconds(11), "60000")).size(), 1U);
}

TEST_F(Protection, ClosesAtOnceWhenTheMarketIsBeyondTheStop) {
    enter();
    auto refused = Bench::report(stop(), ReportKind::Rejected);
    refused.report.reason = order_reason(RefusalReason::StopWouldTrigger);
    const auto exits = Bench::sent_by(bench_.apply(refused));
    ASSERT_EQ(exits.size(), 1U);
    EXPECT_EQ(exits[0].quantity, quantity("0.1"));
}

TEST_F(Protection, AStopThatExpiresLeavesThePositionUnprotected) {
    enter();
    confirm_all();
    bench_.apply(Bench::report(stop(), ReportKind::Expired));
    EXPECT_EQ(to_text(bench_.position().unprotected), "0.1");
}

TEST_F(Protection, AStopCanceledByItsOwnerIsNotCountedAsUnprotected) {
    enter();
    confirm_all();
    bench_.apply(model::CancelOrder{bench_.origin(), model::AccountId("futures"), stop().id, {}});
    bench_.apply(Bench::report(stop(), ReportKind::Canceled));
    EXPECT_TRUE(bench_.position().unprotected.is_zero());
    EXPECT_EQ(bench_.replied_order().state, OrderState::Canceled);
}

TEST_F(Protection, TrailsThePriceAndNeverMovesBack) {
    body_.trail_activation = model::Rate::from_units(model::kScale / 50);
    body_.trail_distance = model::Rate::from_units(model::kScale * 15 / 1'000);
    enter();
    confirm_all();
    EXPECT_TRUE(Bench::sent_by(bench_.tick(Duration::seconds(1), "61100")).empty())
        << "The price is below 61,200, where trailing starts.";
    const auto moved = Bench::sent_by(bench_.tick(Duration::seconds(1), "62000"));
    ASSERT_EQ(moved.size(), 1U);
    EXPECT_EQ(moved[0].type, OrderType::StopMarket);
    EXPECT_EQ(to_text(*moved[0].stop_price), "61070");
    EXPECT_TRUE(Bench::sent_by(bench_.tick(Duration::seconds(1), "63000")).empty())
        << "A moved stop has not been confirmed yet.";
    // The moved stop is confirmed; only now is the old one canceled.
    const auto decision = bench_.apply(Bench::report(moved[0], ReportKind::Open));
    EXPECT_EQ(Bench::cancelled_by(decision), std::vector{stop().id});
    bench_.apply(Bench::report(stop(), ReportKind::Canceled));
    EXPECT_EQ(to_text(*Bench::sent_by(bench_.tick(Duration::seconds(1), "62500"))[0].stop_price),
              "62055")
        << "The price of 63,000 between the ticks counts.";
}

TEST_F(Protection, TrailsAPriceThatOccurredBetweenTwoTicks) {
    body_.trail_activation = model::Rate::from_units(model::kScale / 50);
    body_.trail_distance = model::Rate::from_units(model::kScale * 15 / 1'000);
    enter();
    confirm_all();
    model::Quote seen = quote(kFutures);
    seen.last = seen.bid = seen.ask = price("61000");
    seen.traded = {price("60900"), price("64000")};
    const auto moved =
        Bench::sent_by(bench_.apply(model::Tick{model::AccountId("futures"), {seen}}));
    ASSERT_EQ(moved.size(), 1U);
    EXPECT_EQ(to_text(*moved[0].stop_price), "63040");
    // The market is already below the moved stop: the position is closed and the older stop
    // canceled.
    auto rejected = Bench::report(moved[0], ReportKind::Rejected);
    rejected.report.reason = order_reason(RefusalReason::StopWouldTrigger);
    const auto decision = bench_.apply(rejected);
    const auto exits = Bench::sent_by(decision);
    ASSERT_EQ(exits.size(), 1U);
    EXPECT_EQ(exits[0].type, OrderType::Market);
    EXPECT_EQ(exits[0].quantity, moved[0].quantity);
    EXPECT_THAT(Bench::cancelled_by(decision), ::testing::Contains(stop().id));
}

TEST_F(Protection, AMovedStopDoesNotProtectAnotherEntry) {
    body_.trail_activation = model::Rate::from_units(model::kScale / 50);
    body_.trail_distance = model::Rate::from_units(model::kScale * 15 / 1'000);
    body_.quantity = quantity("0.05");
    enter();
    confirm_all();
    const auto moved = Bench::sent_by(bench_.tick(Duration::seconds(1), "62000"));
    ASSERT_EQ(moved.size(), 1U);
    body_.origin = bench_.origin();
    enter();
    bench_.apply(Bench::report(moved[0], ReportKind::Open));
    EXPECT_EQ(to_text(bench_.position().unprotected), "0.05") << "This is the second entry's stop.";
}

TEST_F(Protection, RechecksAQuantityThatAnotherExitWasClosing) {
    enter();
    const auto closing = Bench::sent_by(bench_.apply(model::ClosePosition{
        bench_.origin(), model::AccountId("futures"), kFutures, {}, quote(kFutures)}));
    ASSERT_EQ(closing.size(), 1U);
    EXPECT_TRUE(Bench::sent_by(bench_.tick(Duration::seconds(11), "60000")).empty());
    bench_.apply(Bench::report(closing[0], ReportKind::Rejected));
    EXPECT_EQ(Bench::sent_by(bench_.tick(Duration::seconds(11), "60000")).size(), 1U);
}

TEST_F(Protection, ClosingByTheCallerReducesTheUnprotectedQuantity) {
    body_.take_profit.reset();
    enter();
    bench_.apply(Bench::report(stop(), ReportKind::Rejected));
    const auto part = bench_.place(bench_.order("futures", Side::Sell, "0.04"));
    ASSERT_TRUE(part);
    bench_.fill_all(*part, "60000");
    EXPECT_EQ(to_text(bench_.position().unprotected), "0.06");
    const auto rest = bench_.place(bench_.order("futures", Side::Sell, "0.06"));
    ASSERT_TRUE(rest);
    bench_.fill_all(*rest, "60000");
    EXPECT_TRUE(bench_.position().unprotected.is_zero());
}

TEST_F(Protection, ReversingThePositionClearsTheUnprotectedQuantity) {
    body_.take_profit.reset();
    enter();
    bench_.apply(Bench::report(stop(), ReportKind::Rejected));
    const auto turn = bench_.place(bench_.order("futures", Side::Sell, "0.15"));
    ASSERT_TRUE(turn);
    bench_.fill_all(*turn, "60000");
    EXPECT_EQ(to_text(bench_.position().quantity), "-0.05");
    EXPECT_TRUE(Bench::sent_by(bench_.tick(Duration::seconds(11), "60000")).empty());
}

TEST_F(Protection, CancelsARestingExitToMakeRoomForASafetyExit) {
    enter();
    auto exit = bench_.order("futures", Side::Sell, "0.1");
    exit.type = OrderType::Limit;
    exit.price = price("61000");
    exit.reduce_only = model::ReduceOnly::Yes;
    const auto resting = bench_.place(exit);
    ASSERT_TRUE(resting);
    bench_.apply(Bench::report(*resting, ReportKind::Open));
    const auto decision = bench_.tick(Duration::seconds(11), "60000");
    EXPECT_EQ(Bench::cancelled_by(decision), std::vector{resting->id});
    EXPECT_EQ(Bench::sent_by(decision).size(), 1U);
}

// @spec:I9
TEST_F(Protection, CancelsARestingExitToMakeRoomForAMarketClose) {
    body_.stop_loss.reset();
    body_.take_profit.reset();
    enter();
    auto exit = bench_.order("futures", Side::Sell, "0.1");
    exit.type = OrderType::Limit;
    exit.price = price("66000");
    exit.reduce_only = model::ReduceOnly::Yes;
    const auto resting = bench_.place(exit);
    ASSERT_TRUE(resting);
    bench_.apply(Bench::report(*resting, ReportKind::Open));
    auto part = bench_.order("futures", Side::Sell, "0.04");
    part.reduce_only = model::ReduceOnly::Yes;
    const auto first = bench_.apply(part);
    EXPECT_EQ(Bench::cancelled_by(first), std::vector{resting->id});
    ASSERT_EQ(Bench::sent_by(first).size(), 1U);
    const auto rest = bench_.apply(model::ClosePosition{
        bench_.origin(), model::AccountId("futures"), kFutures, {}, quote(kFutures)});
    ASSERT_EQ(Bench::sent_by(rest).size(), 1U);
    EXPECT_EQ(to_text(Bench::sent_by(rest)[0].quantity), "0.06")
        << "The rest after the partial fill.";
    EXPECT_TRUE(Bench::cancelled_by(rest).empty()) << "The cancel is in progress.";
}

TEST_F(Protection, AFailedFlattenIsTriedAgain) {
    enter();
    confirm_all();
    const auto exits = Bench::sent_by(
        bench_.apply(model::Flatten{bench_.origin(), model::AccountId("futures"), {}}));
    ASSERT_EQ(exits.size(), 1U);
    bench_.apply(Bench::report(exits[0], ReportKind::Rejected));
    EXPECT_EQ(Bench::sent_by(bench_.tick(Duration::seconds(11), "60000")).size(), 1U);
}

TEST_F(Protection, TrailsAShortPositionDownwards) {
    body_.side = Side::Sell;
    body_.stop_loss = price("63000");
    body_.take_profit.reset();
    body_.trail_activation = model::Rate::from_units(model::kScale / 50);
    body_.trail_distance = model::Rate::from_units(model::kScale * 15 / 1'000);
    enter();
    confirm_all();
    const auto moved = Bench::sent_by(bench_.tick(Duration::seconds(1), "58000"));
    ASSERT_EQ(moved.size(), 1U);
    EXPECT_EQ(moved[0].side, Side::Buy);
    EXPECT_EQ(to_text(*moved[0].stop_price), "58870");
}

TEST_F(Protection, DoesNotTrailWhileTheClockIsUncertain) {
    body_.trail_activation = model::Rate::from_units(model::kScale / 50);
    body_.trail_distance = model::Rate::from_units(model::kScale * 15 / 1'000);
    enter();
    confirm_all();
    bench_.clock = model::ClockState::Uncertain;
    EXPECT_TRUE(Bench::sent_by(bench_.tick(Duration::seconds(1), "62000")).empty());
}

TEST_F(Protection, AStalePriceDoesNotBlockTrailingOfOtherSymbols) {
    body_.trail_activation = model::Rate::from_units(model::kScale / 50);
    body_.trail_distance = model::Rate::from_units(model::kScale * 15 / 1'000);
    enter();
    confirm_all();
    model::Instrument other = bench_.engine().state().instruments.at(kFutures);
    other.id.symbol = model::Symbol("OTHERUSDT");
    bench_.apply(model::DefineInstrument{other});
    auto body = bench_.order("futures", Side::Buy, "0.002");
    body.instrument = body.quote.instrument = other.id;
    const auto sent = bench_.place(body);
    ASSERT_TRUE(sent);
    bench_.fill_all(*sent, "60000");
    auto stale = quote(other.id);
    stale.age = bench_.engine().state().policy.price_age_max + Duration::seconds(1);
    auto fresh = quote(kFutures);
    fresh.last = fresh.bid = fresh.ask = price("62000");
    const auto decision = bench_.apply(model::Tick{model::AccountId("futures"), {stale, fresh}});
    EXPECT_EQ(Bench::sent_by(decision).size(), 1U);
}

TEST_F(Protection, RefusesStopsThatProtectNothing) {
    const auto reason_of = [&](const model::PlaceOrder& body) {
        auto asked = body;
        asked.origin = bench_.origin();
        EXPECT_FALSE(bench_.place(asked));
        return bench_.refusal();
    };
    auto body = body_;
    body.stop_loss = price("60000");
    EXPECT_EQ(reason_of(body), RefusalReason::StopOnWrongSide);
    body = body_;
    body.take_profit = price("59000");
    EXPECT_EQ(reason_of(body), RefusalReason::StopOnWrongSide);
    body = body_;
    body.stop_loss = price("57000.05");
    EXPECT_EQ(reason_of(body), RefusalReason::PriceOffTick);
    body = bench_.order("spot", Side::Buy, "0.01");
    body.stop_loss = price("57000");
    EXPECT_EQ(reason_of(body), RefusalReason::NotSupportedOnMarket);
    body = bench_.order("futures", Side::Buy, "0.1");
    body.type = OrderType::StopMarket;
    EXPECT_EQ(reason_of(body), RefusalReason::StopPriceMissing);
}

/// Reports CancelNotSent for every attempt to cancel `sent`.
std::vector<Decision> no_cancel_leaves(Bench& bench, const model::OrderInstruction& sent) {
    std::vector<Decision> decisions;
    const std::uint32_t attempts = bench.engine().state().policy.attempts_max;
    for (std::uint32_t number = 1; number <= attempts; ++number) {
        auto report = Bench::report(sent, ReportKind::CancelNotSent);
        report.report.attempt = number;
        decisions.push_back(bench.apply(report));
    }
    return decisions;
}

/// The earliest time of the order query in the decision; nothing if there is none.
std::optional<model::Timestamp> asked_at(const Decision& decision) {
    for (const auto& effect : decision.effects) {
        if (const auto* query = std::get_if<QueryOrder>(&effect)) return query->not_before;
    }
    return std::nullopt;
}

TEST_F(Protection, ACancelByTheCoreThatCouldNotBeSentIsSentAgainLater) {
    body_.take_profit.reset();
    enter();
    confirm_all();
    const auto sold = bench_.place(bench_.order("futures", Side::Sell, "0.1"));
    ASSERT_TRUE(sold);
    EXPECT_EQ(Bench::cancelled_by(bench_.fill_all(*sold, "61000")), std::vector{stop().id});
    const auto decisions = no_cancel_leaves(bench_, stop());
    EXPECT_EQ(asked_at(decisions.back()), bench_.time() + Duration::seconds(5));
    EXPECT_EQ(Bench::cancelled_by(bench_.apply(Bench::report(stop(), ReportKind::Open))),
              std::vector{stop().id});
}

TEST_F(Protection, AFailedCancelOfTheTraderDoesNotEndTheCoresCancel) {
    body_.take_profit.reset();
    enter();
    confirm_all();
    bench_.apply(model::CancelOrder{bench_.origin(), model::AccountId("futures"), stop().id, {}});
    const auto sold = bench_.place(bench_.order("futures", Side::Sell, "0.1"));
    ASSERT_TRUE(sold);
    EXPECT_TRUE(Bench::cancelled_by(bench_.fill_all(*sold, "61000")).empty())
        << "The trader's cancel is in progress.";
    bench_.last_reply.reset();
    no_cancel_leaves(bench_, stop());
    EXPECT_EQ(bench_.refusal(), RefusalReason::NotSent);
    EXPECT_EQ(Bench::cancelled_by(bench_.apply(Bench::report(stop(), ReportKind::Open))),
              std::vector{stop().id});
    const auto gone = bench_.apply(Bench::report(stop(), ReportKind::Canceled));
    EXPECT_EQ(Bench::reasons_in(gone), std::vector{order_reason(EndReason::NoLongerNeeded)});
}

TEST_F(Protection, ACancelAllThatCouldNotBeSentIsSentAgainLater) {
    auto body = bench_.order("futures", Side::Buy, "0.1");
    body.type = OrderType::Limit;
    body.price = price("59000");
    const auto sent = bench_.place(body);
    ASSERT_TRUE(sent);
    bench_.apply(Bench::report(*sent, ReportKind::Open));
    bench_.apply(model::CancelAll{bench_.origin(), model::AccountId("futures"), {}, false});
    EXPECT_TRUE(asked_at(no_cancel_leaves(bench_, *sent).back()));
    EXPECT_EQ(Bench::cancelled_by(bench_.apply(Bench::report(*sent, ReportKind::Open))),
              std::vector{sent->id});
}

TEST_F(Protection, AStopCanceledByCancelAllKeepsTheUsersReason) {
    body_.take_profit.reset();
    enter();
    confirm_all();
    bench_.apply(model::CancelAll{bench_.origin(), model::AccountId("futures"), {}, true});
    auto report = Bench::report(stop(), ReportKind::Canceled);
    report.report.reason = order_reason(EndReason::CanceledByUser);
    EXPECT_EQ(Bench::reasons_in(bench_.apply(report)),
              std::vector{order_reason(EndReason::CanceledByUser)});
}

/// A position of 0.05, and reduce-only orders that the caller placed.
class ManualStops : public ::testing::Test {
protected:
    ManualStops() { trade(Side::Buy, "0.05"); }

    Decision trade(Side side, std::string_view size) {
        const auto sent = bench_.place(bench_.order("futures", side, size));
        if (!sent) {
            ADD_FAILURE() << "refused: " << to_text(bench_.refusal());
            return {};
        }
        return bench_.fill_all(*sent, "60000");
    }

    model::OrderInstruction place(OrderType type, model::ReduceOnly reduce_only) {
        auto body = bench_.order("futures", Side::Sell, "0.05");
        body.type = type;
        body.reduce_only = reduce_only;
        body.stop_price = price(model::is_stop(type) ? "57000" : "66000");
        if (model::has_limit(type)) body.price = body.stop_price;
        const auto sent = bench_.place(body);
        if (!sent) {
            ADD_FAILURE() << "refused: " << to_text(bench_.refusal());
            return {};
        }
        bench_.apply(Bench::report(*sent, ReportKind::Open));
        return *sent;
    }

    Bench bench_;
};

TEST_F(ManualStops, StopsAreCanceledOnceThePositionIsClosed) {
    const auto stop = place(OrderType::StopMarket, model::ReduceOnly::Yes);
    const auto target = place(OrderType::TakeProfitLimit, model::ReduceOnly::Yes);
    (void)place(OrderType::StopMarket, model::ReduceOnly::No);  // This one would open a position.
    EXPECT_TRUE(Bench::cancelled_by(trade(Side::Sell, "0.02")).empty());
    const std::vector expected{stop.id, target.id};
    EXPECT_EQ(Bench::cancelled_by(trade(Side::Sell, "0.03")), expected);
    for (const auto& order : {stop, target}) {
        auto report = Bench::report(order, ReportKind::Canceled);
        report.report.reason =
            order_reason(EndReason::CanceledByUser);  // The only reason that the exchange knows.
        EXPECT_EQ(Bench::reasons_in(bench_.apply(report)),
                  std::vector{order_reason(EndReason::NoLongerNeeded)});
    }
}

TEST_F(ManualStops, AStopOfAReversedPositionIsCanceled) {
    const auto stop = place(OrderType::StopMarket, model::ReduceOnly::Yes);
    EXPECT_EQ(Bench::cancelled_by(trade(Side::Sell, "0.08")), std::vector{stop.id});
}

TEST_F(ManualStops, AStopConfirmedAfterThePositionClosedIsCanceled) {
    auto body = bench_.order("futures", Side::Sell, "0.05");
    body.type = OrderType::StopMarket;
    body.reduce_only = model::ReduceOnly::Yes;
    body.stop_price = price("57000");
    const auto stop = bench_.place(body);
    ASSERT_TRUE(stop);
    EXPECT_EQ(Bench::cancelled_by(trade(Side::Sell, "0.05")), std::vector{stop->id});
    bench_.apply(Bench::report(*stop, ReportKind::CancelNotOpen));
    EXPECT_EQ(Bench::cancelled_by(bench_.apply(Bench::report(*stop, ReportKind::Open))),
              std::vector{stop->id});
}

TEST_F(ManualStops, ATriggeredStopLimitIsLeftToTheExchange) {
    const auto stop = place(OrderType::StopLimit, model::ReduceOnly::Yes);
    auto report = Bench::report(stop, ReportKind::Open);
    report.report.reason = OrderReason::StopTriggered;
    bench_.apply(report);
    EXPECT_TRUE(Bench::cancelled_by(trade(Side::Sell, "0.05")).empty());
}

TEST_F(ManualStops, ATriggerDuringTheCancelIsRecorded) {
    const auto stop = place(OrderType::StopLimit, model::ReduceOnly::Yes);
    EXPECT_EQ(Bench::cancelled_by(trade(Side::Sell, "0.05")), std::vector{stop.id});
    auto report = Bench::report(stop, ReportKind::Open);
    report.report.reason = OrderReason::StopTriggered;
    EXPECT_EQ(Bench::reasons_in(bench_.apply(report)), std::vector{OrderReason::StopTriggered});
}

TEST_F(ManualStops, StopsOfAPositionThatAdoptionRemovesAreCanceled) {
    const auto stop = place(OrderType::StopMarket, model::ReduceOnly::Yes);
    model::AdoptBooks adopt;
    adopt.origin = bench_.origin();
    adopt.account = model::AccountId("futures");
    adopt.instrument = kFutures;
    adopt.quantity_seen = quantity("0.05");
    EXPECT_EQ(Bench::cancelled_by(bench_.apply(adopt)), std::vector{stop.id});
}

// A store of an earlier version contains stops that rest without a position and were never
// canceled.
TEST_F(ManualStops, AStopWithoutAPositionIsCanceledWhenATermBegins) {
    const auto stop = place(OrderType::StopMarket, model::ReduceOnly::Yes);
    State state = bench_.engine().state();
    state.accounts.at(stop.account).positions.clear();
    state.accounts.at(stop.account).reconciled = false;
    Engine engine(std::move(state));
    model::Input input{.time = bench_.time(),
                       .clock = bench_.clock,
                       .storage = bench_.storage,
                       .body = model::ReportReconciled{stop.account, {}},
                       .exchange_time = bench_.time(),
                       .monotonic_time = bench_.time()};
    EXPECT_EQ(Bench::cancelled_by(engine.apply(input, {})), std::vector{stop.id});
    EXPECT_TRUE(Bench::cancelled_by(engine.apply(input, {})).empty()) << "It is in progress.";
}

TEST_F(ManualStops, AStopOfAnotherClientIsNotCanceled) {
    model::VenueOrder found;
    found.report.account = model::AccountId("futures");
    found.report.instrument = kFutures;
    found.report.id = model::ClientOrderId("somebody-else");
    found.report.kind = ReportKind::Open;
    found.side = Side::Sell;
    found.type = OrderType::StopMarket;
    found.reduce_only = model::ReduceOnly::Yes;
    found.quantity = quantity("0.05");
    found.stop_price = price("57000");
    bench_.apply(model::ReportFoundOrder{found});
    EXPECT_EQ(bench_.account("futures").orders.size(), 1U);
    EXPECT_TRUE(Bench::cancelled_by(trade(Side::Sell, "0.05")).empty());
}

TEST(Conditional, ReservesNothingBeforeItTriggersAndSendsItsStopPrice) {
    Bench bench;
    auto body = bench.order("futures", Side::Buy, "0.1");
    body.type = OrderType::StopMarket;
    body.stop_price = price("62000");
    const auto sent = bench.place(body);
    ASSERT_TRUE(sent);
    EXPECT_EQ(sent->stop_price, price("62000"));
    EXPECT_TRUE(bench.book("futures", kUsdt, Book::Reserved).is_zero());
    auto triggered = Bench::report(*sent, ReportKind::Open);
    triggered.report.reason = OrderReason::StopTriggered;
    bench.apply(triggered);
    // 6,200 and half a percent of slippage, and the fee.
    EXPECT_EQ(to_text(bench.book("futures", kUsdt, Book::Reserved)), "6233.4924");
}

}  // namespace
}  // namespace botcore::core
