// Simulated worlds with one fault each; the test names say what each one shows.

#include "sim/world/world.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <deque>

namespace botcore::sim {

namespace {

using model::Duration;
using model::OrderState;

std::string texts(const checkers::Violations& violations) {
    std::string all;
    for (const auto& violation : violations.list()) {
        all += violation.invariant + ": " + violation.text + "\n";
    }
    return all;
}

/// A world without faults in which alice has two accounts.
class Scenario : public ::testing::Test {
protected:
    void begin(const Plan& plan, Parts parts = {}) {
        world_ = std::make_unique<World>(plan, false, std::move(parts));
        world_->boot();
        world_->run_for(Duration::seconds(1));
        open(Clients::kAliceSpot, model::Market::Spot);
        open(Clients::kAliceFutures, model::Market::Futures);
        world_->run_for(Duration::seconds(1));
    }

    void begin(VenueMode mode = VenueMode::Exchange) { begin(calm_plan(mode)); }

    void open(const model::AccountId& account, model::Market market) {
        (void)world_->clients().call(model::OpenAccount{.origin = origin(),
                                                        .account = account,
                                                        .market = market,
                                                        .quote = model::Asset("USDT"),
                                                        .deposit = model::Money::whole(100'000)});
    }

    static model::Origin origin() { return {Clients::kAlice, {}, {}}; }

    /// An order on futures: a market order, or a limit order far enough from the market to rest.
    [[nodiscard]] static model::PlaceOrder order(model::OrderType type,
                                                 model::Side side = model::Side::Buy) {
        model::PlaceOrder place;
        place.origin = origin();
        place.account = Clients::kAliceFutures;
        place.instrument = {model::Market::Futures, model::Symbol("BTCUSDT")};
        place.side = side;
        place.type = type;
        place.quantity = model::Quantity::from_units(1'000'000);
        if (type == model::OrderType::Limit) place.price = model::Price::whole(58'500);
        return place;
    }

    std::size_t place(model::OrderType type = model::OrderType::Market) {
        return world_->clients().call(order(type));
    }

    /// The order that call `number` created.
    [[nodiscard]] const model::Order& order_of(std::size_t number) const {
        const auto& projection = world_->context().checker.projection();
        const auto* key = projection.find(world_->clients().at(number).key);
        EXPECT_NE(key, nullptr);
        const auto* made = projection.find(key->order);
        EXPECT_NE(made, nullptr);
        return *made;
    }

    /// Whether the last reply to call `number` was a refusal with this code.
    [[nodiscard]] bool refused(std::size_t number, const std::string& code) const {
        const auto& replies = world_->clients().at(number).replies;
        return !replies.empty() && replies.back().status == 503 &&
               replies.back().body.find('"' + code + '"') != std::string::npos;
    }

    /// Buys with a stop that lies `distance` units of the quote asset below the market.
    std::size_t enter(std::int64_t distance) {
        model::PlaceOrder entry = order(model::OrderType::Market);
        const auto quote = world_->market().quote(entry.instrument, entry.side, entry.quantity);
        entry.stop_loss = quote.bid - model::Price::whole(distance);
        entry.stop_loss = rounded_down_to(*entry.stop_loss, model::Price::from_units(10'000'000));
        return world_->clients().call(entry);
    }

    void close() {
        model::ClosePosition close;
        close.origin = origin();
        close.account = Clients::kAliceFutures;
        close.instrument = order(model::OrderType::Market).instrument;
        (void)world_->clients().call(close);
    }

    /// The newest order of that role; `nullptr` when there is none.
    [[nodiscard]] const model::Order* newest(model::OrderRole role) const {
        const model::Order* found = nullptr;
        for (const auto& [number, each] : world_->context().checker.projection().orders) {
            if (each.role == role) found = &each;
        }
        return found;
    }

    [[nodiscard]] const model::Position& position() const {
        const auto& positions = world_->context().checker.projection().positions;
        return positions.at(
            {Clients::kAliceFutures, {model::Market::Futures, model::Symbol("BTCUSDT")}});
    }

    [[nodiscard]] std::size_t order_count() const {
        return world_->context().checker.projection().orders.size();
    }

    void run(Duration length) { world_->run_for(length); }

    void end_well() {
        world_->quiet();
        EXPECT_EQ(world_->violations().count(), 0U) << texts(world_->violations());
    }

    std::unique_ptr<World> world_;
};

/// Loses every stop on its way to the exchange.
class StopLosingLink final : public Link {
public:
    using Link::Link;

    void place(const model::OrderInstruction& instruction) override {
        if (!instruction.stop_price) Link::place(instruction);
    }
};

/// Loses the first exit on its way to the exchange.
class FirstExitLosingLink final : public Link {
public:
    FirstExitLosingLink(Context& context,
                        VenueServer& server,
                        std::shared_ptr<Process> process,
                        bool& is_lost)
        : Link(context, server, std::move(process)),
          is_lost_(is_lost) {}

    void place(const model::OrderInstruction& instruction) override {
        const bool exits = instruction.reduce_only == model::ReduceOnly::Yes &&
                           instruction.type == model::OrderType::Market;
        if (is_lost_ || !exits) return Link::place(instruction);
        is_lost_ = true;
    }

private:
    bool& is_lost_;
};

/// What happens to successive cancels; the cancels after the end of the list arrive.
enum class CancelFate : std::uint8_t { Lost, NotSent };
using CancelFates = std::deque<CancelFate>;

class CancelFailingLink final : public Link {
public:
    CancelFailingLink(Context& context,
                      VenueServer& server,
                      std::shared_ptr<Process> process,
                      CancelFates& fates)
        : Link(context, server, std::move(process)),
          fates_(fates) {}

    void cancel(const model::CancelInstruction& instruction) override {
        if (fates_.empty()) return Link::cancel(instruction);
        const CancelFate fate = fates_.front();
        fates_.pop_front();
        if (fate == CancelFate::Lost) return;
        model::OrderReport report;
        report.account = instruction.account;
        report.instrument = instruction.instrument;
        report.id = instruction.id;
        report.kind = model::ReportKind::CancelNotSent;
        report.attempt = instruction.attempt.number;
        process()->sink->on_report(std::move(report));
        process()->wake();
    }

private:
    CancelFates& fates_;
};

Parts with_cancels(CancelFates& fates) {
    Parts parts;
    parts.link = [&fates](Context& context, VenueServer& server, std::shared_ptr<Process> process) {
        return std::make_unique<CancelFailingLink>(context, server, std::move(process), fates);
    };
    return parts;
}

}  // namespace

TEST_F(Scenario, RepliesTheSameUnderTheKeyOfAFilledOrder) {
    begin();
    const auto number = place();
    run(Duration::seconds(1));
    EXPECT_EQ(order_of(number).state, OrderState::Filled);
    world_->clients().send(number);
    run(Duration::seconds(1));
    const auto& replies = world_->clients().at(number).replies;
    ASSERT_EQ(replies.size(), 2U);
    EXPECT_TRUE(replies[1].replayed);
    EXPECT_EQ(replies[0].body, replies[1].body);
    end_well();
}

// @spec:I1
// @spec:TC-REL-010
TEST_F(Scenario, CrashBetweenCommitAndSendEndsAbsentWithoutSending) {
    begin();
    world_->faults().force(Fault::CrashBeforeSend);
    const auto number = place();
    run(Duration::seconds(30));
    EXPECT_EQ(order_of(number).state, OrderState::Absent);
    EXPECT_TRUE(world_->clients().at(number).done);
    end_well();
}

// @spec:I3
// @spec:TC-REL-010
TEST_F(Scenario, CrashBetweenSendAndReplyFindsTheFill) {
    begin();
    world_->faults().force(Fault::CrashAfterSend);
    const auto number = place();
    run(Duration::seconds(30));
    EXPECT_EQ(order_of(number).state, OrderState::Filled);
    EXPECT_EQ(order_count(), 1U);
    end_well();
}

// @spec:I10
TEST_F(Scenario, CrashInADurableCommitLosesNothing) {
    begin();
    world_->faults().force(Fault::CrashCommitKept);
    const auto number = place();
    run(Duration::seconds(30));
    EXPECT_EQ(order_count(), 1U);
    // The batch is durable, but the order was never sent.
    EXPECT_EQ(order_of(number).state, OrderState::Absent);
    end_well();
}

// @spec:I10
TEST_F(Scenario, CrashInALostCommitLetsTheCallerRetry) {
    begin();
    world_->faults().force(Fault::CrashCommitLost);
    const auto number = place();
    run(Duration::seconds(30));
    EXPECT_EQ(order_count(), 1U);
    EXPECT_EQ(order_of(number).state, OrderState::Filled);
    end_well();
}

// @spec:I3
TEST_F(Scenario, LostReplyIsFoundByTheQuery) {
    begin();
    world_->faults().force(Fault::ReplyLost);
    world_->faults().force(Fault::StreamLost, 2);
    const auto number = place(model::OrderType::Limit);
    run(Duration::seconds(3));
    EXPECT_EQ(order_of(number).state, OrderState::Intended);
    run(Duration::seconds(3));
    EXPECT_EQ(order_of(number).state, OrderState::Open);
    end_well();
}

// @spec:I3
TEST_F(Scenario, LostRequestIsAbsentOnlyAfterTheFence) {
    begin();
    world_->faults().force(Fault::RequestLost);
    const auto number = place();
    run(Duration::seconds(5));
    EXPECT_EQ(order_of(number).state, OrderState::Unknown);
    // The order cannot become Absent before 8 s: 3 s after the attempt its receive window and the
    // fence margin (M in docs/proof.md) have passed, and the view lags by up to 5 s more.
    run(Duration::seconds(2));
    EXPECT_EQ(order_of(number).state, OrderState::Unknown);
    run(Duration::seconds(10));
    EXPECT_EQ(order_of(number).state, OrderState::Absent);
    EXPECT_EQ(order_of(number).reason, model::RefusalReason::ProvenAbsent);
    EXPECT_TRUE(order_of(number).reserved.is_zero());
    end_well();
}

// @spec:I4
TEST_F(Scenario, DuplicateAndReorderedReportsCountOnce) {
    begin();
    world_->faults().force(Fault::ReportDoubled, 20);
    world_->faults().force(Fault::ReportReordered, 20);
    for (int i = 0; i < 5; ++i)
        (void)place();
    run(Duration::seconds(10));
    EXPECT_EQ(order_count(), 5U);
    end_well();
}

// @spec:I6
TEST_F(Scenario, CommitUnavailableWithEffectIsNotExecutedTwice) {
    begin();
    world_->faults().force(Fault::UnavailableKept);
    const auto number = place();
    run(Duration::seconds(30));
    EXPECT_EQ(order_count(), 1U);
    EXPECT_EQ(order_of(number).state, OrderState::Absent);
    const auto& replies = world_->clients().at(number).replies;
    ASSERT_FALSE(replies.empty());
    EXPECT_NE(replies.front().body.find("OUTCOME_UNKNOWN"), std::string::npos);
    end_well();
}

// @spec:I6
TEST_F(Scenario, CommitUnavailableWithoutEffectIsRecordedOnceOnRetry) {
    begin();
    world_->faults().force(Fault::UnavailableLost);
    const auto number = place();
    run(Duration::milliseconds(200));
    EXPECT_EQ(order_count(), 0U);
    run(Duration::seconds(30));
    // The order may also be a refused one, if the retry arrived while accounts were being compared.
    EXPECT_EQ(order_count(), 1U);
    const auto& replies = world_->clients().at(number).replies;
    ASSERT_GE(replies.size(), 2U);
    EXPECT_NE(replies.front().body.find("OUTCOME_UNKNOWN"), std::string::npos);
    EXPECT_TRUE(world_->clients().at(number).done);
    end_well();
}

// @spec:I7
TEST_F(Scenario, OldWriterIsFencedByItsNextCommit) {
    begin();
    Node& old = world_->node();
    world_->take_over();
    run(Duration::seconds(8));
    ASSERT_NE(&world_->node(), &old);
    // Some of these orders reach the old process, which must not write.
    for (int i = 0; i < 8; ++i)
        (void)place();
    run(Duration::seconds(30));
    EXPECT_TRUE(old.process->dead);
    EXPECT_FALSE(world_->node().process->dead);
    EXPECT_EQ(order_count(), 8U);
    end_well();
}

// @spec:I8
// @spec:TC-REL-011
TEST_F(Scenario, SameKeyInParallelMakesOneOrderAndOneReply) {
    begin();
    const auto number = place();
    for (int i = 1; i < 100; ++i)
        world_->clients().send(number);
    run(Duration::seconds(2));
    const auto& replies = world_->clients().at(number).replies;
    ASSERT_EQ(replies.size(), 100U);
    for (const auto& reply : replies)
        EXPECT_EQ(reply.body, replies.front().body);
    EXPECT_EQ(order_count(), 1U);
    end_well();
}

// @spec:I8
// @spec:TC-REL-011
TEST_F(Scenario, SameKeyWithAnotherBodyIsRefused) {
    begin();
    auto body = order(model::OrderType::Market);
    (void)world_->clients().call(body, "twice");
    run(Duration::seconds(1));
    body.quantity += body.quantity;
    const auto other = world_->clients().call(body, "twice");
    run(Duration::seconds(1));
    ASSERT_EQ(world_->clients().at(other).replies.size(), 1U);
    EXPECT_EQ(world_->clients().at(other).replies.front().status, 422);
    EXPECT_EQ(order_count(), 1U);
    end_well();
}

// @spec:I8
// @spec:TC-REL-011
TEST_F(Scenario, SameKeyAfterACrashGivesTheSameBytes) {
    begin();
    const auto number = place();
    run(Duration::seconds(1));
    world_->crash();
    run(Duration::seconds(15));
    world_->clients().send(number);
    run(Duration::seconds(1));
    const auto& replies = world_->clients().at(number).replies;
    ASSERT_EQ(replies.size(), 2U);
    EXPECT_EQ(replies[0].body, replies[1].body);
    end_well();
}

// @spec:I13
TEST_F(Scenario, LateFactAfterAbsentFreezesTheAccountAndTheOrderCanBeCanceled) {
    Plan plan = calm_plan(VenueMode::Exchange);
    plan.breaks = Breaks::ViewLag;
    begin(plan);
    // The exchange breaks its assumptions: the reply is lost and queries do not show the order for
    // too long.
    world_->faults().force(Fault::ReplyLost);
    world_->faults().force(Fault::StreamLost, 2);
    const auto number = place(model::OrderType::Limit);
    run(Duration::milliseconds(200));
    const model::Order sent = order_of(number);
    auto& node = world_->node();
    const auto say = [&](model::ReportKind kind, Duration after_attempt) {
        model::OrderReport report;
        report.account = sent.account;
        report.instrument = sent.instrument;
        report.id = sent.id;
        report.kind = kind;
        report.attempt = sent.attempt.number;
        report.venue_time = sent.attempt.time + after_attempt;
        node.runtime->on_report(report);
        node.process->wake();
        run(Duration::milliseconds(10));
    };
    say(model::ReportKind::NoAnswer, {});
    say(model::ReportKind::NotFound, Duration::seconds(4));
    say(model::ReportKind::NotFound, Duration::seconds(9));
    ASSERT_EQ(order_of(number).state, OrderState::Absent);
    run(Duration::seconds(15));  // The order is read again after the gap in the stream.
    EXPECT_EQ(order_of(number).state, OrderState::Open);
    const auto* account = world_->context().checker.projection().find(Clients::kAliceFutures);
    EXPECT_EQ(account->state, model::AccountState::Frozen);
    EXPECT_EQ(account->frozen_reason, model::FreezeReason::LateFact);
    (void)world_->clients().call(model::CancelOrder{
        .origin = origin(), .account = sent.account, .order = sent.id, .version = {}});
    run(Duration::seconds(2));
    EXPECT_EQ(order_of(number).state, OrderState::Canceled);
    end_well();
}

// A report names the attempt that it is about, so that a duplicate NotSent of the first attempt
// does not cause a third attempt while the second is in flight.
// @spec:I13
TEST_F(Scenario, DuplicateNotSentDoesNotSendTwice) {
    begin();
    world_->faults().force(Fault::NotSent);
    const auto number = place();
    run(Duration::milliseconds(5));
    for (int i = 0; i < 100 && order_of(number).attempt.number < 2; ++i) {
        run(Duration::milliseconds(1));
    }
    model::OrderReport doubled;
    doubled.account = order_of(number).account;
    doubled.instrument = order_of(number).instrument;
    doubled.id = order_of(number).id;
    doubled.kind = model::ReportKind::NotSent;
    doubled.attempt = 1;
    world_->node().runtime->on_report(doubled);
    world_->node().process->wake();
    run(Duration::seconds(2));
    end_well();
}

// @spec:I9
TEST_F(Scenario, StorageReserveRefusesEntriesAndAcceptsCancelsAndExits) {
    begin();
    const auto resting = place(model::OrderType::Limit);
    (void)place();
    run(Duration::seconds(1));
    world_->store().set_storage(model::StorageState::Reserve);
    const auto entry = place();
    (void)world_->clients().call(model::CancelOrder{.origin = origin(),
                                                    .account = Clients::kAliceFutures,
                                                    .order = order_of(resting).id,
                                                    .version = {}});
    model::ClosePosition close;
    close.origin = origin();
    close.account = Clients::kAliceFutures;
    close.instrument = order(model::OrderType::Market).instrument;
    (void)world_->clients().call(close);
    run(Duration::seconds(2));
    EXPECT_TRUE(refused(entry, "DISK_FULL"));
    EXPECT_EQ(order_of(resting).state, OrderState::Canceled);
    const auto& positions = world_->store().table<model::Position>();
    EXPECT_TRUE(positions.begin()->second.quantity.is_zero());
    end_well();
}

// @spec:I11
// @spec:I14
TEST_F(Scenario, NoEntryWhileUnreconciledOrOnAStalePrice) {
    begin();
    world_->crash();
    run(Duration::milliseconds(4'100));
    const auto early = place();
    run(Duration::seconds(1));
    EXPECT_TRUE(refused(early, "ACCOUNT_UNRECONCILED"));
    run(Duration::seconds(10));
    world_->market().freeze(Duration::seconds(10));
    run(Duration::seconds(4));
    const auto stale = place();
    run(Duration::seconds(1));
    EXPECT_TRUE(refused(stale, "PRICE_STALE"));
    end_well();
}

// @spec:I10
TEST_F(Scenario, PaperVenueIsRestoredAfterACrash) {
    begin(VenueMode::Paper);
    const auto resting = place(model::OrderType::Limit);
    run(Duration::seconds(1));
    world_->crash();
    run(Duration::seconds(15));
    EXPECT_EQ(order_of(resting).state, OrderState::Open);
    world_->faults().force(Fault::CrashAfterSend);
    const auto unseated = place();
    run(Duration::seconds(15));
    EXPECT_EQ(order_of(unseated).state, OrderState::Refused);
    end_well();
}

// @spec:I10
// Seed 9175: the audit compared the fills since the restart with all fills of the order.
TEST_F(Scenario, PartlyFilledOrderKeepsItsFillsAfterACrash) {
    begin(VenueMode::Paper);
    model::PlaceOrder large = order(model::OrderType::Limit);
    const auto ask = world_->market().book(large.instrument)->best(model::Side::Sell);
    large.price = ask->price;
    large.quantity = ask->quantity + model::Quantity::whole(1);
    const auto number = world_->clients().call(large);
    world_->run_for(Duration::milliseconds(100));
    const model::Quantity filled = order_of(number).filled;
    ASSERT_TRUE(filled.is_positive());
    world_->crash();
    const auto reconciled = [this] {
        const Node& node = world_->node();
        return !node.process->dead && node.runtime->reconciled();
    };
    ASSERT_TRUE(world_->run_until(reconciled, Duration::seconds(10)));
    ASSERT_EQ(order_of(number).state, OrderState::Open);
    EXPECT_GE(order_of(number).filled, filled);
    world_->context().checker.audit_quiet(world_->server().truth());
    EXPECT_EQ(world_->violations().count(), 0U) << texts(world_->violations());
}

TEST_F(Scenario, TriggeredStopLimitStillRestsAfterACrash) {
    begin(VenueMode::Paper);
    model::PlaceOrder body = order(model::OrderType::StopLimit);
    const auto quote = world_->market().quote(body.instrument, body.side, body.quantity);
    body.stop_price = quote.ask + model::Price::whole(10);
    body.stop_price = rounded_down_to(*body.stop_price, model::Price::from_units(10'000'000));
    body.price = *body.stop_price - model::Price::whole(2'500);
    const auto number = world_->clients().call(body);
    run(Duration::seconds(1));
    ASSERT_EQ(order_of(number).state, OrderState::Open);
    ASSERT_EQ(order_of(number).reason, model::OrderReason::None);
    ASSERT_TRUE(world_->run_until(
        [&] { return order_of(number).reason == model::OrderReason::StopTriggered; },
        Duration::seconds(3'600)));
    world_->crash();
    run(Duration::seconds(15));
    EXPECT_EQ(order_of(number).state, OrderState::Open);
    EXPECT_TRUE(model::is_triggered(order_of(number)));
    end_well();  // The checker compares the open orders at the venue with the rows.
}

TEST_F(Scenario, StopOfAnEntryStaysOpenUntilThePositionIsClosed) {
    begin();
    const auto entry = enter(300);
    run(Duration::seconds(2));
    EXPECT_EQ(order_of(entry).state, OrderState::Filled);
    const auto* stop = newest(model::OrderRole::StopLoss);
    ASSERT_NE(stop, nullptr);
    EXPECT_EQ(stop->state, OrderState::Open);
    EXPECT_EQ(stop->parent, order_of(entry).number);
    EXPECT_TRUE(position().unprotected.is_zero());
    close();
    run(Duration::seconds(3));
    EXPECT_TRUE(position().quantity.is_zero());
    EXPECT_EQ(newest(model::OrderRole::StopLoss)->state, OrderState::Canceled);
    EXPECT_EQ(newest(model::OrderRole::StopLoss)->reason, model::EndReason::NoLongerNeeded);
    end_well();
}

// Seed 269: one cancel of the stop was lost and the next two could not be sent. The core gave up
// after these three attempts, and the stop stayed open unnoticed.
TEST_F(Scenario, CancelOfAStopThatCouldNotBeSentIsSentAgain) {
    CancelFates fates;
    begin(calm_plan(VenueMode::Exchange), with_cancels(fates));
    (void)enter(300);
    run(Duration::seconds(2));
    fates = {CancelFate::Lost, CancelFate::NotSent, CancelFate::NotSent};
    close();
    const auto tried = [&] { return newest(model::OrderRole::StopLoss)->cancel_attempt.number; };
    ASSERT_TRUE(world_->run_until([&] { return tried() == 3; }, Duration::seconds(20)));
    run(Duration::seconds(1));
    EXPECT_TRUE(position().quantity.is_zero());
    EXPECT_EQ(newest(model::OrderRole::StopLoss)->state, OrderState::Open);
    run(Duration::seconds(10));
    EXPECT_EQ(newest(model::OrderRole::StopLoss)->state, OrderState::Canceled);
    EXPECT_EQ(newest(model::OrderRole::StopLoss)->reason, model::EndReason::NoLongerNeeded);
    end_well();
}

// Seed 1676: the process died while the stop's cancel was in flight. The exchange rejected the
// cancels of the next process by their window, including the trader's own; each caller got the
// error, and the stop stayed open.
TEST_F(Scenario, TradersFailedCancelDoesNotEndTheCancelOfTheCore) {
    CancelFates fates;
    begin(calm_plan(VenueMode::Paper), with_cancels(fates));
    (void)enter(300);
    run(Duration::seconds(2));
    fates = {CancelFate::Lost, CancelFate::NotSent, CancelFate::NotSent, CancelFate::NotSent};
    close();
    const auto stop = [&] { return *newest(model::OrderRole::StopLoss); };
    ASSERT_TRUE(world_->run_until([&] { return stop().cancel != model::CancelState::None; },
                                  Duration::seconds(5)));
    world_->crash();
    ASSERT_TRUE(world_->run_until([&] { return fates.size() == 1; }, Duration::seconds(20)));
    run(Duration::milliseconds(50));
    const auto asked = world_->clients().call(model::CancelOrder{
        .origin = origin(), .account = stop().account, .order = stop().id, .version = {}});
    run(Duration::seconds(20));
    const auto& replies = world_->clients().at(asked).replies;
    ASSERT_FALSE(replies.empty());
    EXPECT_NE(replies.back().body.find("NOT_SENT"), std::string::npos) << replies.back().body;
    EXPECT_EQ(stop().state, OrderState::Canceled);
    EXPECT_EQ(stop().reason, model::EndReason::NoLongerNeeded);
    end_well();
}

// The exchange keeps a stop without a position until its trigger, so the core cancels it; a resting
// reduce-only limit order is ended by the exchange.
TEST_F(Scenario, ManualReduceOnlyOrdersEndWithThePosition) {
    begin();
    (void)place();
    run(Duration::seconds(2));
    const auto bid = world_->market().quote(position().instrument, model::Side::Sell, {}).bid;
    const auto by_hand = [&](model::OrderType type, std::int64_t distance) {
        const model::Price tick = model::Price::from_units(10'000'000);
        const model::Price at = rounded_down_to(bid + model::Price::whole(distance), tick);
        model::PlaceOrder exit = order(type, model::Side::Sell);
        exit.reduce_only = model::ReduceOnly::Yes;
        exit.price.reset();
        if (has_limit(type)) exit.price = at;
        if (is_conditional(type)) exit.stop_price = at;
        return world_->clients().call(exit);
    };
    const auto stop = by_hand(model::OrderType::StopMarket, -600);
    const auto target = by_hand(model::OrderType::TakeProfitLimit, 600);
    const auto limit = by_hand(model::OrderType::Limit, 900);
    run(Duration::seconds(1));
    for (const auto number : {stop, target, limit}) {
        ASSERT_EQ(order_of(number).state, OrderState::Open);
    }
    // Not reduce-only: unlike a close, it does not cancel resting orders.
    (void)world_->clients().call(order(model::OrderType::Market, model::Side::Sell));
    run(Duration::seconds(3));
    EXPECT_TRUE(position().quantity.is_zero());
    for (const auto number : {stop, target}) {
        EXPECT_EQ(order_of(number).state, OrderState::Canceled);
        EXPECT_EQ(order_of(number).reason, model::EndReason::NoLongerNeeded);
    }
    EXPECT_EQ(order_of(limit).state, OrderState::Expired);
    EXPECT_EQ(order_of(limit).reason, model::RefusalReason::ReduceOnlyRefused);
    end_well();
}

TEST_F(Scenario, StopIsOpenAgainAfterTheVenueDiedWithTheProcess) {
    begin(VenueMode::Paper);
    (void)enter(300);
    run(Duration::seconds(2));
    world_->crash();
    run(Duration::seconds(15));
    const auto* stop = newest(model::OrderRole::StopLoss);
    ASSERT_NE(stop, nullptr);
    EXPECT_EQ(stop->state, OrderState::Open);
    EXPECT_FALSE(position().quantity.is_zero());
    end_well();
}

TEST_F(Scenario, PositionWhoseStopIsLostIsClosed) {
    Parts parts;
    parts.link = [](Context& context, VenueServer& server, std::shared_ptr<Process> process) {
        return std::make_unique<StopLosingLink>(context, server, std::move(process));
    };
    begin(calm_plan(VenueMode::Exchange), std::move(parts));
    (void)enter(300);
    run(Duration::seconds(2));
    EXPECT_FALSE(position().unprotected.is_zero());
    run(Duration::seconds(10));
    const auto* exit = newest(model::OrderRole::SafetyExit);
    ASSERT_NE(exit, nullptr);
    EXPECT_EQ(exit->state, OrderState::Filled);
    EXPECT_TRUE(position().quantity.is_zero());
    run(Duration::seconds(15));
    EXPECT_EQ(newest(model::OrderRole::StopLoss)->state, OrderState::Absent);
    end_well();
}

TEST_F(Scenario, FlattenClosesEvenWhileAnExitRests) {
    begin();
    (void)enter(300);
    run(Duration::seconds(2));
    model::PlaceOrder exit = order(model::OrderType::Limit, model::Side::Sell);
    exit.price = model::Price::whole(61'500);
    exit.reduce_only = model::ReduceOnly::Yes;
    const auto resting = world_->clients().call(exit);
    run(Duration::seconds(1));
    EXPECT_EQ(order_of(resting).state, OrderState::Open);
    model::Flatten flatten;
    flatten.origin = origin();
    flatten.account = Clients::kAliceFutures;
    (void)world_->clients().call(flatten);
    run(Duration::seconds(20));
    EXPECT_TRUE(position().quantity.is_zero());
    EXPECT_NE(order_of(resting).state, OrderState::Open);
    end_well();
}

// When the process crashes, one exit of the "flatten" has ended, and the other exit is lost on its
// way. The reply after the restart is the same as without the crash.
TEST_F(Scenario, FlattenGetsItsReplyAfterACrash) {
    bool is_lost = false;
    Parts parts;
    parts.link = [&](Context& context, VenueServer& server, std::shared_ptr<Process> process) {
        return std::make_unique<FirstExitLosingLink>(context, server, std::move(process), is_lost);
    };
    begin(calm_plan(VenueMode::Exchange), std::move(parts));
    (void)enter(300);
    run(Duration::seconds(2));
    model::PlaceOrder exit = order(model::OrderType::Market, model::Side::Sell);
    exit.reduce_only = model::ReduceOnly::Yes;
    exit.quantity = model::Quantity::from_units(400'000);
    const auto lost = world_->clients().call(exit);
    run(Duration::milliseconds(500));
    model::Flatten flatten;
    flatten.origin = origin();
    flatten.account = Clients::kAliceFutures;
    const auto call = world_->clients().call(flatten);
    run(Duration::milliseconds(5'500));
    const auto& replies = world_->clients().at(call).replies;
    ASSERT_EQ(replies.size(), 1U);
    ASSERT_EQ(replies[0].status, 202) << replies[0].body;
    const auto before = boost::json::parse(replies[0].body).at("data").as_object();
    EXPECT_EQ(before.at("exits").as_array().size(), 2U);
    EXPECT_EQ(before.at("pending").as_array(), boost::json::array{order_of(lost).id.text()});
    world_->crash();
    run(Duration::seconds(60));
    ASSERT_EQ(replies.back().status, 200) << replies.back().body;
    const auto after = boost::json::parse(replies.back().body).at("data").as_object();
    EXPECT_EQ(after.at("exits"), before.at("exits"));
    EXPECT_EQ(after.at("cancels"), before.at("cancels"));
    const auto& failed = after.at("failed").as_array();
    ASSERT_EQ(failed.size(), 1U);
    EXPECT_EQ(failed[0].at("order_id").as_string(), order_of(lost).id.text());
    EXPECT_EQ(failed[0].at("state"), "ABSENT");
    EXPECT_EQ(position().quantity, exit.quantity)
        << "The lost order is reported and not sent again.";
    end_well();
}

TEST_F(Scenario, UnprotectedFillIsClosedEvenWhileAnExitRests) {
    Parts parts;
    parts.link = [](Context& context, VenueServer& server, std::shared_ptr<Process> process) {
        return std::make_unique<StopLosingLink>(context, server, std::move(process));
    };
    begin(calm_plan(VenueMode::Exchange), std::move(parts));
    (void)enter(300);
    run(Duration::seconds(1));
    model::PlaceOrder exit = order(model::OrderType::Limit, model::Side::Sell);
    exit.price = model::Price::whole(61'500);
    exit.reduce_only = model::ReduceOnly::Yes;
    (void)world_->clients().call(exit);
    run(Duration::seconds(40));
    EXPECT_TRUE(position().quantity.is_zero());
    end_well();
}

// @spec:I9
TEST_F(Scenario, HaltRefusesEntriesAndAcceptsExits) {
    begin();
    (void)enter(300);
    run(Duration::seconds(2));
    model::SetMode halt;
    halt.origin.owner = model::Owner("operator");
    halt.mode = model::OperatingMode::Halted;
    (void)world_->clients().call(halt);
    run(Duration::seconds(1));
    const auto entry = place();
    close();
    run(Duration::seconds(2));
    EXPECT_TRUE(refused(entry, "TRADING_HALTED"));
    EXPECT_TRUE(position().quantity.is_zero());
    end_well();
}

// @spec:R1-MAINT-09 R1-AC-11
TEST_F(Scenario, CloseDuringMaintenanceWaitsForItsEnd) {
    begin();
    (void)place();
    run(Duration::seconds(2));
    model::SetMode mode;
    mode.origin.owner = model::Owner("operator");
    mode.mode = model::OperatingMode::Maintenance;
    (void)world_->clients().call(mode);
    run(Duration::seconds(1));
    model::ClosePosition close;
    close.origin = origin();
    close.account = Clients::kAliceFutures;
    close.instrument = order(model::OrderType::Market).instrument;
    close.queue_limit = model::Price::whole(58'500);
    close.queue_until = world_->context().now() + Duration::seconds(60);
    const auto queued = world_->clients().call(close);
    run(Duration::seconds(5));
    EXPECT_EQ(order_of(queued).state, OrderState::Queued);
    EXPECT_FALSE(position().quantity.is_zero());
    mode.mode = model::OperatingMode::Normal;
    (void)world_->clients().call(mode);
    run(Duration::seconds(5));
    EXPECT_EQ(order_of(queued).state, OrderState::Filled);
    EXPECT_TRUE(position().quantity.is_zero());
    end_well();
}

}  // namespace botcore::sim
