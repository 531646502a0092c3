#include "core/core_bench_test.hpp"

namespace botcore::core {
namespace {

TEST(Engine, ReservesTheWorstCaseBeforeSending) {
    Bench bench;
    auto body = bench.order("futures", Side::Buy, "0.1");
    body.type = model::OrderType::Limit;
    body.price = price("50000");
    body.quote.last = price("51000");
    const auto sent = bench.place(body);
    ASSERT_TRUE(sent);
    // 5,000 at leverage 1 and 0.04 % taker fee.
    EXPECT_EQ(to_text(bench.book("futures", kUsdt, Book::Reserved)), "5002");
    EXPECT_EQ(sent->attempt.number, 1U);
    EXPECT_EQ(sent->attempt.time, bench.time());
    EXPECT_FALSE(bench.last_reply) << "There is no reply before the exchange's report.";
}

// @spec:R3-TX-05 R3-TX-06 R3-TX-07
TEST(Engine, BooksAFuturesRoundTripExactly) {
    Bench bench;
    bench.apply(model::SetLeverage{
        bench.origin(), model::AccountId("futures"), kFutures, model::Rate::whole(10), {}});
    const auto entry = bench.place(bench.order("futures", Side::Buy, "0.1"));
    bench.fill(*entry, "60000", 1);
    EXPECT_EQ(bench.replied_order().state, OrderState::Filled);
    EXPECT_EQ(to_text(bench.book("futures", kUsdt, Book::Margin)), "600");
    EXPECT_EQ(to_text(bench.book("futures", kUsdt, Book::Cash)), "9399");
    const auto exit = bench.apply(model::ClosePosition{
        bench.origin(), model::AccountId("futures"), kFutures, {}, quote(kFutures)});
    const auto& sent = std::get<SendOrder>(exit.effects.front()).instruction;
    EXPECT_EQ(sent.reduce_only, model::ReduceOnly::Yes);
    EXPECT_EQ(sent.side, Side::Sell);
    bench.fill(sent, "61000.5", 2);
    EXPECT_EQ(to_text(bench.book("futures", kUsdt, Book::Cash)), "10098.05");
    EXPECT_EQ(to_text(bench.book("futures", kUsdt, Book::RealizedProfit)), "-100.05");
    EXPECT_EQ(to_text(bench.book("futures", kUsdt, Book::Fees)), "2");
    EXPECT_TRUE(bench.book("futures", kUsdt, Book::Margin).is_zero());
    EXPECT_TRUE(bench.book("futures", kUsdt, Book::Reserved).is_zero());
    const auto& position = bench.account("futures").positions.at(kFutures);
    EXPECT_TRUE(position.quantity.is_zero());
    EXPECT_EQ(to_text(position.realized_profit), "100.05");
}

TEST(Engine, ReversesAPositionThroughZero) {
    Bench bench;
    bench.fill(*bench.place(bench.order("futures", Side::Sell, "0.05")), "60000", 1);
    EXPECT_EQ(to_text(bench.account("futures").positions.at(kFutures).cost), "-3000");
    bench.fill(*bench.place(bench.order("futures", Side::Buy, "0.08")), "59000", 2);
    const auto& position = bench.account("futures").positions.at(kFutures);
    EXPECT_EQ(to_text(position.quantity), "0.03");
    EXPECT_EQ(to_text(position.cost), "1770");
    EXPECT_EQ(to_text(position.margin), "1770");
    EXPECT_EQ(to_text(position.realized_profit), "50");
}

TEST(Engine, BooksASpotPurchaseWithItsFeeInTheBoughtAsset) {
    Bench bench;
    const auto sent = bench.place(bench.order("spot", Side::Buy, "0.1"));
    bench.fill(*sent, {.at = "60000", .fee = "0.0001", .fee_asset = kBtc});
    EXPECT_EQ(to_text(bench.book("spot", kUsdt, Book::Cash)), "4000");
    EXPECT_EQ(to_text(bench.book("spot", kUsdt, Book::Exchanged)), "6000");
    EXPECT_EQ(to_text(bench.book("spot", kBtc, Book::Cash)), "0.0999");
    EXPECT_EQ(to_text(bench.book("spot", kBtc, Book::Exchanged)), "-0.1");
    EXPECT_TRUE(bench.book("spot", kUsdt, Book::Reserved).is_zero());
}

// @spec:I4
TEST(Engine, CountsATradeOnceHoweverOftenItIsReported) {
    Bench bench;
    auto body = bench.order("futures", Side::Buy, "0.1");
    body.type = model::OrderType::Limit;
    body.price = price("60000");
    const auto sent = bench.place(body);
    const auto trade = bench.trade(*sent, {.id = 9, .at = "60000", .quantity = quantity("0.04")});
    for (int i = 0; i < 3; ++i)
        bench.apply(Bench::traded(*sent, ReportKind::Open, {trade}));
    const auto& order = bench.account("futures").orders.begin()->second.order;
    EXPECT_EQ(to_text(order.filled), "0.04");
    EXPECT_EQ(to_text(bench.book("futures", kUsdt, Book::Fees)), "1");
    EXPECT_EQ(to_text(bench.position().reserved), "3601.44");
}

// @spec:I3
TEST(Engine, UnknownEndsOnlyAfterTheFenceAndTheViewLag) {
    Bench bench;
    const auto sent = bench.place(bench.order("futures", Side::Buy, "0.1"));
    bench.apply(Bench::report(*sent, ReportKind::NoAnswer));
    const auto state = [&] { return bench.account("futures").orders.begin()->second.order.state; };
    EXPECT_EQ(state(), OrderState::Unknown);
    EXPECT_FALSE(bench.book("futures", kUsdt, Book::Reserved).is_zero());
    const auto fence = sent->attempt.time + sent->attempt.window + model::Duration::seconds(1);
    const auto not_found = [&](model::Timestamp at) {
        auto body = Bench::report(*sent, ReportKind::NotFound);
        body.report.venue_time = at;
        return bench.apply(body);
    };
    // A time equal to the fence is not after it, however often it is reported.
    for (int i = 0; i < 5; ++i)
        (void)not_found(fence);
    EXPECT_EQ(state(), OrderState::Unknown);
    const auto first = not_found(fence + model::Duration::milliseconds(1));
    EXPECT_EQ(state(), OrderState::Unknown);
    EXPECT_TRUE(std::holds_alternative<QueryOrder>(first.effects.front()));
    (void)not_found(fence + model::Duration::milliseconds(60'001));
    EXPECT_TRUE(bench.account("futures").orders.empty());
    EXPECT_EQ(bench.refusal(), RefusalReason::ProvenAbsent);
    EXPECT_TRUE(bench.book("futures", kUsdt, Book::Reserved).is_zero());
}

// @spec:I3
TEST(Engine, ALateTradeAfterAbsenceIsBookedAndFreezesTheAccount) {
    Bench bench;
    const auto sent = bench.place(bench.order("futures", Side::Buy, "0.1"));
    bench.apply(Bench::report(*sent, ReportKind::NoAnswer));
    const auto live = bench.account("futures").orders.begin()->second;
    for (const int seconds : {100, 200}) {
        auto body = Bench::report(*sent, ReportKind::NotFound);
        body.report.venue_time = bench.time() + model::Duration::seconds(seconds);
        bench.apply(body);
    }
    ASSERT_TRUE(bench.account("futures").orders.empty());
    LiveOrder closed = live;
    closed.order.state = OrderState::Absent;
    closed.order.reserved = {};
    bench.apply(Bench::traded(*sent, ReportKind::Filled, {bench.trade(*sent, {.at = "60000"})}),
                {.key = std::nullopt, .order = closed});
    EXPECT_EQ(to_text(bench.account("futures").positions.at(kFutures).quantity), "0.1");
    EXPECT_EQ(bench.account("futures").account.state, model::AccountState::Frozen);
    (void)bench.place(bench.order("futures", Side::Buy, "0.01"));
    EXPECT_EQ(bench.refusal(), RefusalReason::AccountFrozen);
    EXPECT_TRUE(bench.place(bench.order("futures", Side::Sell, "0.01")))
        << "Exits are accepted (I9).";
}

// @spec:I13
TEST(Engine, AnInvalidTradeIsNotBookedAndFreezesTheAccount) {
    Bench bench;
    const auto sent = bench.place(bench.order("futures", Side::Buy, "0.1"));
    const auto trade = [&](std::uint64_t id, std::string_view at, std::string_view size) {
        return bench.trade(*sent, {.id = id, .at = at, .quantity = quantity(size)});
    };
    bench.apply(Bench::traded(*sent,
                              ReportKind::Open,
                              {trade(1, "0", "0.04"),
                               trade(2, "60000", "0"),
                               trade(3, "900000000000000", "900000000000000"),
                               trade(4, "60000", "0.04")}));
    EXPECT_EQ(bench.account("futures").account.state, model::AccountState::Frozen);
    EXPECT_EQ(bench.account("futures").account.frozen_reason, FreezeReason::LateFact);
    EXPECT_EQ(to_text(bench.position().quantity), "0.04") << "Only the valid trade is booked.";
    EXPECT_EQ(to_text(bench.book("futures", kUsdt, Book::Fees)), "1");
}

// @spec:I13
TEST(Engine, AFactThatMakesCashNegativeIsBookedAndFreezesTheAccount) {
    Bench bench;
    const auto sent = bench.place(bench.order("futures", Side::Buy, "0.1"));
    bench.fill(*sent, {.at = "60000", .fee = "20000"});
    EXPECT_EQ(to_text(bench.book("futures", kUsdt, Book::Fees)), "20000");
    EXPECT_TRUE(bench.book("futures", kUsdt, Book::Cash).is_negative());
    EXPECT_EQ(bench.account("futures").account.state, model::AccountState::Frozen);
    EXPECT_EQ(bench.account("futures").account.frozen_reason, FreezeReason::InsufficientBalance);
}

TEST(Engine, ReportsOfForeignOrdersOrUnknownAccountsChangeNothing) {
    Bench bench;
    const auto sent = bench.place(bench.order("futures", Side::Buy, "0.1"));
    const auto before = bench.engine().state().sequence;
    auto foreign = Bench::report(*sent, ReportKind::Filled);
    foreign.report.id = model::ClientOrderId("web_0123456789abcdef");
    EXPECT_EQ(bench.apply(foreign).verdict, Verdict::Nothing);
    auto elsewhere = Bench::report(*sent, ReportKind::Filled);
    elsewhere.report.account = model::AccountId("nobody");
    EXPECT_EQ(bench.apply(elsewhere).verdict, Verdict::Nothing);
    EXPECT_EQ(bench.engine().state().sequence, before);
    EXPECT_EQ(bench.account("futures").account.state, model::AccountState::Active);
}

// @spec:R4-FAIL-03
TEST(Engine, RetriesOnlyWhatWasProvablyNeverSent) {
    Bench bench;
    auto sent = bench.place(bench.order("futures", Side::Buy, "0.1"));
    auto not_sent = Bench::report(*sent, ReportKind::NotSent);
    not_sent.quote = quote(kFutures);
    for (std::uint32_t attempt = 2; attempt <= 3; ++attempt) {
        const auto decision = bench.apply(not_sent);
        const auto& again = std::get<SendOrder>(decision.effects.front()).instruction;
        EXPECT_EQ(again.id, sent->id);
        EXPECT_EQ(again.attempt.number, attempt);
        EXPECT_EQ(again.attempt.time, bench.time());
        // A second copy of the same report says nothing about the attempt that is now in flight.
        EXPECT_EQ(bench.apply(not_sent).verdict, Verdict::Nothing);
        not_sent.report.attempt = attempt;
    }
    bench.apply(not_sent);
    EXPECT_EQ(bench.refusal(), RefusalReason::NotSent);
    EXPECT_EQ(to_text(bench.book("futures", kUsdt, Book::Cash)), "10000");
}

// @spec:I9 I14 I11
TEST(Engine, EntryChecksRefuseEntriesButNeverExits) {
    Bench bench;
    bench.fill(*bench.place(bench.order("futures", Side::Buy, "0.1")), "60000", 1);
    const auto entry_refused_with = [&](RefusalReason reason, const model::Quote& seen) {
        auto body = bench.order("futures", Side::Buy, "0.01");
        body.quote = seen;
        EXPECT_FALSE(bench.place(body));
        EXPECT_EQ(bench.refusal(), reason);
        auto exit = bench.order("futures", Side::Sell, "0.01");
        exit.quote = seen;
        EXPECT_TRUE(bench.place(exit)) << to_text(reason);
    };
    auto seen = quote(kFutures);
    seen.age = model::Duration::milliseconds(2'001);
    entry_refused_with(RefusalReason::PriceStale, seen);
    model::Quote nothing;
    nothing.instrument = kFutures;
    entry_refused_with(RefusalReason::PriceMissing, nothing);
    bench.clock = model::ClockState::Uncertain;
    entry_refused_with(RefusalReason::ClockUncertain, quote(kFutures));
    bench.clock = model::ClockState::Certain;
    bench.storage = model::StorageState::Reserve;
    entry_refused_with(RefusalReason::DiskFull, quote(kFutures));
    bench.storage = model::StorageState::Normal;
    model::StartEpoch start;
    start.epoch = 2;
    start.policy.risk = model::RiskLimits::none();
    bench.apply(start);
    entry_refused_with(RefusalReason::AccountUnreconciled, quote(kFutures));
    bench.apply(model::ReportReconciled{model::AccountId("futures")});
    EXPECT_TRUE(bench.place(bench.order("futures", Side::Buy, "0.01")));
}

// @spec:I8
TEST(Engine, ATransientRefusalDoesNotBindTheKey) {
    Bench bench;
    auto body = bench.order("futures", Side::Buy, "0.01");
    body.quote.age = model::Duration::seconds(3);
    const auto before = bench.engine().state().sequence;
    EXPECT_FALSE(bench.place(body));
    EXPECT_EQ(bench.refusal(), RefusalReason::PriceStale);
    EXPECT_EQ(bench.engine().state().sequence, before) << "Nothing was done: there is no record.";
    body.quote.age = {};
    EXPECT_TRUE(bench.place(body)) << "The same key works once the price is current.";
}

// @spec:R3-VAL-06 I13
TEST(Engine, RefusesOrdersThatTheAccountCannotPayFor) {
    Bench bench;
    EXPECT_FALSE(bench.place(bench.order("futures", Side::Buy, "0.2")));
    EXPECT_EQ(bench.refusal(), RefusalReason::InsufficientBalance);
    EXPECT_EQ(to_text(bench.book("futures", kUsdt, Book::Cash)), "10000");
    EXPECT_FALSE(bench.place(bench.order("spot", Side::Sell, "0.1")));
    EXPECT_EQ(bench.refusal(), RefusalReason::InsufficientBalance);
}

TEST(Engine, UnrealizedLossesReduceAvailableMoney) {
    Bench bench;
    bench.fill(*bench.place(bench.order("futures", Side::Buy, "0.1")), "60000", 1);
    auto body = bench.order("futures", Side::Buy, "0.05");
    auto mark = quote(kFutures);
    mark.bid = mark.ask = price("40000");
    body.marks = {mark};
    EXPECT_FALSE(bench.place(body));
    EXPECT_EQ(bench.refusal(), RefusalReason::InsufficientBalance);
}

// @spec:R3-VAL-09 R3-AC-05
TEST(Engine, ReportsOneReasonForEachBrokenRule) {
    Bench bench;
    const auto refused = [&](std::string_view size, std::optional<std::string_view> limit) {
        auto body = bench.order("futures", Side::Buy, size);
        if (limit) {
            body.type = model::OrderType::Limit;
            body.price = price(*limit);
        }
        EXPECT_FALSE(bench.place(body));
        return bench.refusal();
    };
    EXPECT_EQ(refused("0.0001", {}), RefusalReason::QuantityTooSmall);
    EXPECT_EQ(refused("1001", {}), RefusalReason::QuantityTooLarge);
    EXPECT_EQ(refused("0.0015", {}), RefusalReason::QuantityOffStep);
    EXPECT_EQ(refused("0.001", {}), RefusalReason::NotionalTooSmall);
    EXPECT_EQ(refused("0.01", "60000.05"), RefusalReason::PriceOffTick);
    EXPECT_EQ(refused("0.01", "100"), RefusalReason::PriceOutOfRange);
    EXPECT_EQ(refused("0.01", "70000"), RefusalReason::PriceTooFarFromMarket);
}

/// The same bounds as in the tests FuturesFilters and SpotFilters.
TEST(Engine, AppliesPriceDistanceLimitsToTheSameSidesAsTheExchange) {
    Bench bench;
    const auto placed = [&](const char* account, Side side, std::string_view limit) {
        auto body = bench.order(account, side, "0.002");
        body.type = model::OrderType::Limit;
        body.price = price(limit);
        const bool sent = bench.place(body).has_value();
        if (!sent) EXPECT_EQ(bench.refusal(), RefusalReason::PriceTooFarFromMarket) << limit;
        return sent;
    };
    EXPECT_TRUE(placed("futures", Side::Buy, "63000"));
    EXPECT_FALSE(placed("futures", Side::Buy, "63000.1"));
    EXPECT_TRUE(placed("futures", Side::Buy, "50000"));
    EXPECT_TRUE(placed("futures", Side::Sell, "57000"));
    EXPECT_FALSE(placed("futures", Side::Sell, "56999.9"));
    EXPECT_TRUE(placed("futures", Side::Sell, "70000"));
}

TEST(Engine, RemembersThatAStopWasTriggered) {
    Bench bench;
    auto body = bench.order("futures", Side::Buy, "0.01");
    body.type = model::OrderType::StopLimit;
    body.stop_price = price("61000");
    body.price = price("60900");
    const auto sent = bench.place(body);
    ASSERT_TRUE(sent);
    bench.apply(Bench::report(*sent, ReportKind::Open));
    const auto& order = [&]() -> const model::Order& {
        return bench.account("futures").orders.begin()->second.order;
    };
    EXPECT_FALSE(model::is_triggered(order()));
    auto triggered = Bench::report(*sent, ReportKind::Open);
    triggered.report.reason = OrderReason::StopTriggered;
    EXPECT_EQ(bench.apply(triggered).verdict, Verdict::Recorded);
    EXPECT_EQ(order().reason, OrderReason::StopTriggered);
    bench.apply(Bench::report(*sent, ReportKind::Open));
    EXPECT_TRUE(model::is_triggered(order()))
        << "A later report without the trigger changes nothing.";
    bench.fill(*sent, "60900", 1);
    EXPECT_TRUE(bench.account("futures").orders.empty());
}

TEST(Engine, ReduceOnlyOrdersNeverOpenAndDoNotShareThePosition) {
    Bench bench;
    bench.fill(*bench.place(bench.order("futures", Side::Buy, "0.1")), "60000", 1);
    auto body = bench.order("futures", Side::Sell, "0.06");
    body.reduce_only = model::ReduceOnly::Yes;
    EXPECT_TRUE(bench.place(body));
    body.origin = bench.origin();
    EXPECT_FALSE(bench.place(body)) << "Only 0.04 of the position remains.";
    EXPECT_EQ(bench.refusal(), RefusalReason::ReduceOnlyRefused);
    body.origin = bench.origin();
    body.side = Side::Buy;
    EXPECT_FALSE(bench.place(body));
    EXPECT_EQ(bench.refusal(), RefusalReason::ReduceOnlyRefused);
}

// @spec:I8
TEST(Engine, AKeyCreatesOneOrder) {
    Bench bench;
    const auto body = bench.order("futures", Side::Buy, "0.1");
    const auto sent = bench.place(body);
    ASSERT_TRUE(sent);
    EXPECT_EQ(bench.apply(body).verdict, Verdict::KeyPending);
    auto other = body;
    other.origin.request_hash = "other";
    EXPECT_EQ(bench.apply(other).verdict, Verdict::KeyMismatch);
    bench.fill(*sent, "60000", 1);
    const model::KeyEntry done{.owner = body.origin.owner,
                               .key = body.origin.key,
                               .request_hash = "hash",
                               .state = model::KeyState::Done,
                               .status = 200,
                               .order = sent->id,
                               .sequence = 1};
    EXPECT_EQ(bench.apply(body, {.key = done, .order = {}}).verdict, Verdict::KeyDone);
}

TEST(Engine, ACancelGetsItsReplyWhenTheOrderEnds) {
    Bench bench;
    auto body = bench.order("futures", Side::Buy, "0.1");
    body.type = model::OrderType::Limit;
    body.price = price("59000");
    const auto sent = bench.place(body);
    bench.apply(Bench::report(*sent, ReportKind::Open));
    EXPECT_EQ(bench.replied_order().state, OrderState::Open);
    const auto decision = bench.apply(
        model::CancelOrder{bench.origin(), model::AccountId("futures"), sent->id, std::nullopt});
    ASSERT_TRUE(std::holds_alternative<SendCancel>(decision.effects.front()));
    bench.apply(model::CancelOrder{bench.origin(), model::AccountId("futures"), sent->id, {}});
    EXPECT_EQ(bench.refusal(), RefusalReason::CancelPending);
    // "Not open" proves nothing, because the order may have filled. It is queried, and it had
    // filled.
    const auto asked = bench.apply(Bench::report(*sent, ReportKind::CancelNotOpen));
    EXPECT_TRUE(std::holds_alternative<QueryOrder>(asked.effects.front()));
    bench.fill(*sent, "59000", 5);
    EXPECT_EQ(bench.refusal(), RefusalReason::OrderNotOpen);
}

TEST(Engine, ACancelOfAnEndedOrderReportsHowItEnded) {
    Bench bench;
    const auto sent = bench.place(bench.order("futures", Side::Buy, "0.1"));
    LiveOrder closed = bench.account("futures").orders.begin()->second;
    bench.fill(*sent, "60000", 1);
    ASSERT_TRUE(bench.account("futures").orders.empty());
    const auto cancel_in = [&](OrderState state) {
        closed.order.state = state;
        const auto decision = bench.apply(
            model::CancelOrder{bench.origin(), model::AccountId("futures"), sent->id, {}},
            {.key = std::nullopt, .order = closed});
        EXPECT_TRUE(Bench::cancelled_by(decision).empty());
        EXPECT_TRUE(bench.account("futures").orders.empty());
    };
    for (const OrderState ended : {OrderState::Filled, OrderState::Expired, OrderState::Rejected}) {
        cancel_in(ended);
        EXPECT_EQ(bench.refusal(), RefusalReason::OrderNotOpen);
        EXPECT_EQ(std::get<model::Refusal>(*bench.last_reply).order, sent->id);
    }
    cancel_in(OrderState::Canceled);
    EXPECT_EQ(bench.replied_order().state, OrderState::Canceled)
        << "The order has the requested state.";
}

TEST(Engine, ACancelWithoutAReplyIsSentAgainOnlyWhileTheOrderIsOpen) {
    Bench bench;
    auto body = bench.order("futures", Side::Buy, "0.1");
    body.type = model::OrderType::Limit;
    body.price = price("59000");
    const auto sent = bench.place(body);
    bench.apply(Bench::report(*sent, ReportKind::Open));
    bench.apply(model::CancelOrder{bench.origin(), model::AccountId("futures"), sent->id, {}});
    bench.apply(Bench::report(*sent, ReportKind::CancelNoAnswer));
    const auto again = bench.apply(Bench::report(*sent, ReportKind::Open));
    const auto& cancel = std::get<SendCancel>(again.effects.front()).instruction;
    EXPECT_EQ(cancel.attempt.number, 2U);
    bench.apply(Bench::report(*sent, ReportKind::Canceled));
    EXPECT_EQ(bench.replied_order().state, OrderState::Canceled);
    EXPECT_TRUE(bench.book("futures", kUsdt, Book::Reserved).is_zero());
}

// @spec:R3-LOCK-03
TEST(Engine, RefusesAChangeBasedOnAnOldVersion) {
    Bench bench;
    bench.fill(*bench.place(bench.order("futures", Side::Buy, "0.1")), "60000", 1);
    const auto current = bench.account("futures").positions.at(kFutures).version;
    bench.apply(model::ClosePosition{
        bench.origin(), model::AccountId("futures"), kFutures, current + 1, quote(kFutures)});
    EXPECT_EQ(bench.refusal(), RefusalReason::VersionConflict);
    EXPECT_EQ(std::get<model::Refusal>(*bench.last_reply).version, current);
}

// @spec:R3-LOCK-03 R3-LOCK-01
TEST(Engine, RefusesLeverageAndResetBasedOnAnOldVersion) {
    Bench bench;
    const model::AccountId id("futures");
    const auto expect_conflict = [&](std::uint64_t current) {
        EXPECT_EQ(bench.refusal(), RefusalReason::VersionConflict);
        EXPECT_EQ(std::get<model::Refusal>(*bench.last_reply).version, current);
    };
    bench.apply(model::SetLeverage{bench.origin(), id, kFutures, model::Rate::whole(5), {}});
    const auto seen = bench.position().version;
    bench.apply(model::SetLeverage{bench.origin(), id, kFutures, model::Rate::whole(7), seen + 1});
    expect_conflict(seen);
    EXPECT_EQ(bench.position().leverage, model::Rate::whole(5));
    bench.fill(*bench.place(bench.order("futures", Side::Buy, "0.1")), "60000", 1);
    const auto current = bench.account("futures").account.version;
    bench.apply(model::ResetAccount{bench.origin(), id, current + 1});
    expect_conflict(current);
    EXPECT_EQ(to_text(bench.position().quantity), "0.1");
}

// @spec:R3-TX-08
TEST(Engine, ATransferConservesTheTotal) {
    Bench bench;
    const auto transfer = [&](std::string_view amount) {
        bench.apply(model::TransferMoney{bench.origin(),
                                         model::AccountId("futures"),
                                         model::AccountId("spot"),
                                         kUsdt,
                                         money(amount),
                                         {}});
        return bench.refusal();
    };
    EXPECT_EQ(transfer("2500.5"), OrderReason::None);
    EXPECT_EQ(to_text(bench.book("futures", kUsdt, Book::Cash)), "7499.5");
    EXPECT_EQ(to_text(bench.book("spot", kUsdt, Book::Cash)), "12500.5");
    EXPECT_EQ(transfer("7499.50000001"), RefusalReason::InsufficientBalance);
}

TEST(Engine, RefusesInvalidTransfers) {
    Bench bench;
    const auto transfer = [&](const char* to, const model::Asset& asset, std::string_view amount) {
        bench.apply(model::TransferMoney{bench.origin(),
                                         model::AccountId("futures"),
                                         model::AccountId(to),
                                         asset,
                                         money(amount),
                                         {}});
        return bench.refusal();
    };
    EXPECT_EQ(transfer("futures", kUsdt, "1"), RefusalReason::AccountExists);
    EXPECT_EQ(transfer("spot", kUsdt, "0"), RefusalReason::QuantityTooSmall);
    EXPECT_EQ(transfer("spot", model::Asset("DOGE"), "1"), RefusalReason::AssetUnknown);
    EXPECT_EQ(transfer("nobody", kUsdt, "1"), RefusalReason::AccountUnknown);
    bench.apply(model::OpenAccount{
        bench.origin(), model::AccountId("spot"), model::Market::Spot, kUsdt, money("10000")});
    EXPECT_EQ(bench.refusal(), RefusalReason::AccountExists);
    EXPECT_EQ(to_text(bench.book("futures", kUsdt, Book::Cash)), "10000");
    EXPECT_EQ(to_text(bench.book("spot", kUsdt, Book::Cash)), "10000");
}

// @spec:I13
TEST(Engine, MoneyMayEnterAFrozenAccountButNotLeaveIt) {
    Bench bench;
    const auto sent = bench.place(bench.order("futures", Side::Buy, "0.01"));
    bench.fill(*sent, "60000", 1);
    bench.apply(Bench::report(*sent, ReportKind::Open));
    ASSERT_EQ(bench.account("futures").account.state, model::AccountState::Frozen);
    const Money cash = bench.book("futures", kUsdt, Book::Cash);
    const auto transfer = [&](const char* from, const char* to) {
        bench.apply(model::TransferMoney{
            bench.origin(), model::AccountId(from), model::AccountId(to), kUsdt, money("1"), {}});
        return bench.refusal();
    };
    EXPECT_EQ(transfer("futures", "spot"), RefusalReason::AccountFrozen);
    EXPECT_EQ(bench.book("futures", kUsdt, Book::Cash), cash);
    EXPECT_EQ(to_text(bench.book("spot", kUsdt, Book::Cash)), "10000");
    EXPECT_EQ(transfer("spot", "futures"), OrderReason::None);
    EXPECT_EQ(bench.book("futures", kUsdt, Book::Cash), cash + money("1"));
}

TEST(Engine, RefusesToCancelAnUnknownOrderOrCloseAnEmptyPosition) {
    Bench bench;
    const auto cancel = [&](const model::ClientOrderId& order) {
        bench.apply(model::CancelOrder{bench.origin(), model::AccountId("futures"), order, {}});
        return bench.refusal();
    };
    const auto close = [&] {
        bench.apply(model::ClosePosition{
            bench.origin(), model::AccountId("futures"), kFutures, {}, quote(kFutures)});
        return bench.refusal();
    };
    EXPECT_EQ(cancel(model::ClientOrderId("no id of ours")), RefusalReason::OrderUnknown);
    EXPECT_EQ(close(), RefusalReason::PositionNotOpen);
    bench.fill(*bench.place(bench.order("futures", Side::Buy, "0.1")), "60000", 1);
    auto exit = bench.order("futures", Side::Sell, "0.1");
    exit.reduce_only = model::ReduceOnly::Yes;
    ASSERT_TRUE(bench.place(exit));
    EXPECT_EQ(close(), RefusalReason::ReduceOnlyRefused)
        << "an open exit closes the whole position";
}

TEST(Engine, ACancelThatCannotBeSentIsRefusedAfterItsLastAttempt) {
    Bench bench;
    auto body = bench.order("futures", Side::Buy, "0.1");
    body.type = model::OrderType::Limit;
    body.price = price("59000");
    const auto sent = bench.place(body);
    bench.apply(Bench::report(*sent, ReportKind::Open));
    bench.apply(model::CancelOrder{bench.origin(), model::AccountId("futures"), sent->id, {}});
    const std::uint32_t attempts = bench.engine().state().policy.attempts_max;
    bench.last_reply.reset();
    for (std::uint32_t number = 1; number <= attempts; ++number) {
        EXPECT_EQ(bench.refusal(), OrderReason::None) << number;
        auto report = Bench::report(*sent, ReportKind::CancelNotSent);
        report.report.attempt = number;
        bench.apply(report);
    }
    EXPECT_EQ(bench.refusal(), RefusalReason::NotSent);
    EXPECT_EQ(bench.account("futures").orders.begin()->second.order.state, OrderState::Open);
}

TEST(Engine, AnotherOwnersAccountIsReportedAsUnknown) {
    Bench bench;
    auto body = bench.order("futures", Side::Buy, "0.1");
    const auto sent = bench.place(body);
    model::CancelOrder cancel{bench.origin(), model::AccountId("futures"), sent->id, {}};
    cancel.origin.owner = model::Owner("mallory");
    EXPECT_TRUE(Bench::cancelled_by(bench.apply(cancel)).empty());
    EXPECT_EQ(bench.refusal(), RefusalReason::AccountUnknown);
    body.origin = bench.origin();
    body.origin.owner = model::Owner("mallory");
    EXPECT_FALSE(bench.place(body));
    EXPECT_EQ(bench.refusal(), RefusalReason::AccountUnknown);
}

// @spec:R3-TX-09
TEST(Engine, AResetRestoresTheDepositAndRequiresNoOpenOrders) {
    Bench bench;
    bench.fill(*bench.place(bench.order("futures", Side::Buy, "0.1")), "60000", 1);
    auto body = bench.order("futures", Side::Buy, "0.01");
    body.type = model::OrderType::Limit;
    body.price = price("59000");
    const auto resting = bench.place(body);
    const auto reset = [&] {
        bench.apply(model::ResetAccount{bench.origin(), model::AccountId("futures"), {}});
        return bench.refusal();
    };
    EXPECT_EQ(reset(), RefusalReason::OpenOrdersExist);
    bench.apply(Bench::report(*resting, ReportKind::Canceled));
    EXPECT_EQ(reset(), OrderReason::None);
    EXPECT_EQ(to_text(bench.book("futures", kUsdt, Book::Cash)), "10000");
    EXPECT_TRUE(bench.book("futures", kUsdt, Book::Margin).is_zero());
    EXPECT_TRUE(bench.account("futures").positions.at(kFutures).quantity.is_zero());
}

TEST(Engine, LeverageCannotChangeWhileAnythingIsOpen) {
    Bench bench;
    const auto set = [&](std::int64_t leverage) {
        bench.apply(model::SetLeverage{bench.origin(),
                                       model::AccountId("futures"),
                                       kFutures,
                                       model::Rate::whole(leverage),
                                       {}});
        return bench.refusal();
    };
    EXPECT_EQ(set(125), OrderReason::None);
    EXPECT_EQ(set(126), RefusalReason::LeverageTooHigh);
    EXPECT_EQ(set(0), RefusalReason::LeverageTooHigh);
    auto body = bench.order("futures", Side::Buy, "2");
    EXPECT_FALSE(bench.place(body)) << "An exposure of 120,000 allows a leverage of at most 100.";
    EXPECT_EQ(bench.refusal(), RefusalReason::LeverageTooHigh);
    const auto sent = bench.place(bench.order("futures", Side::Buy, "0.1"));
    EXPECT_EQ(set(10), RefusalReason::OpenOrdersExist);
    bench.fill(*sent, "60000", 1);
    EXPECT_EQ(set(10), RefusalReason::PositionOpen);
}

// @spec:I11
TEST(Engine, TheStartOfATermMakesSentOrdersUnknownAndReconcilesTheAccount) {
    Bench bench;
    const auto sent = bench.place(bench.order("futures", Side::Buy, "0.1"));
    model::StartEpoch start;
    start.epoch = 2;
    start.incarnation = 8;
    const auto decision = bench.apply(start);
    EXPECT_EQ(bench.account("futures").orders.begin()->second.order.state, OrderState::Unknown);
    // The instruments are announced first: an exchange in this process cannot restore an order of
    // an instrument that it does not know.
    EXPECT_TRUE(std::holds_alternative<AnnounceInstrument>(decision.effects.front()));
    EXPECT_TRUE(std::holds_alternative<ReconcileAccount>(decision.effects.back()));
    bench.apply(Bench::report(*sent, ReportKind::NotSent));
    EXPECT_EQ(bench.refusal(), RefusalReason::NotSent)
        << "The order is not sent again without a request.";
}

// @spec:I2
TEST(Engine, AWellFormedIdWithoutARecordFreezesTheAccount) {
    Bench bench;
    const auto sent = bench.place(bench.order("futures", Side::Buy, "0.1"));
    bench.fill(*sent, "60000", 1);
    bench.apply(Bench::report(*sent, ReportKind::Open));  // Its row was not fetched, so the order
                                                          // is unknown here.
    EXPECT_EQ(bench.account("futures").account.state, model::AccountState::Frozen);
}

}  // namespace
}  // namespace botcore::core
