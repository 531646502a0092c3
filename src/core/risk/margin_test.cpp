#include "core/risk/margin.hpp"

#include "core/core_bench_test.hpp"

namespace botcore::core {
namespace {

/// A limit order of the futures account.
model::PlaceOrder limit(Bench& bench, Side side, std::string_view size, std::string_view at) {
    auto body = bench.order("futures", side, size);
    body.type = model::OrderType::Limit;
    body.price = price(at);
    return body;
}

Money reserved(Bench& bench) {
    return bench.book("futures", kUsdt, Book::Reserved);
}

TEST(Reservation, OfQuotesOnBothSidesIsThatOfTheLargerOne) {
    Bench bench;
    bench.set_leverage(10);
    (void)bench.place(limit(bench, Side::Buy, "0.1", "59000"));
    // 590 of margin and 2.36 of fee.
    EXPECT_EQ(to_text(reserved(bench)), "592.36");
    (void)bench.place(limit(bench, Side::Sell, "0.1", "61000"));
    EXPECT_EQ(to_text(reserved(bench)), "612.44");
    EXPECT_EQ(bench.position().reserved, reserved(bench));
}

TEST(Reservation, OrdersThatReduceOrReverseToTheSameSizeNeedNothing) {
    Bench bench;
    bench.set_leverage(10);
    bench.fill(*bench.place(bench.order("futures", Side::Buy, "0.1")), "60000", 1);
    EXPECT_TRUE(reserved(bench).is_zero());
    const auto version = bench.position().version;
    ASSERT_TRUE(bench.place(limit(bench, Side::Sell, "0.1", "61000")));
    EXPECT_TRUE(reserved(bench).is_zero());
    ASSERT_TRUE(bench.place(limit(bench, Side::Sell, "0.09", "61000")));
    EXPECT_TRUE(reserved(bench).is_zero());
    // 0.29 x 61,000 - 6,000 is 11,690: 5,690 more than the position.
    ASSERT_TRUE(bench.place(limit(bench, Side::Sell, "0.1", "61000")));
    EXPECT_EQ(to_text(reserved(bench)), "571.276");
    EXPECT_EQ(bench.position().version, version) << "The position is unchanged.";
}

TEST(Reservation, AStopNeedsMoneyOnceItHasTriggered) {
    Bench bench;
    bench.set_leverage(10);
    auto body = bench.order("futures", Side::Buy, "0.1");
    body.type = model::OrderType::StopLimit;
    body.stop_price = price("61000");
    body.price = price("61100");
    const auto sent = bench.place(body);
    ASSERT_TRUE(sent);
    EXPECT_TRUE(reserved(bench).is_zero());
    auto report = Bench::report(*sent, ReportKind::Open);
    report.report.reason = OrderReason::StopTriggered;
    bench.apply(report);
    EXPECT_EQ(to_text(reserved(bench)), "613.444");
}

TEST(Reservation, IsReleasedWhenTheOrderEnds) {
    Bench bench;
    const auto sent = bench.place(limit(bench, Side::Buy, "0.1", "59000"));
    EXPECT_TRUE(reserved(bench).is_positive());
    bench.apply(Bench::report(*sent, ReportKind::Canceled));
    EXPECT_TRUE(reserved(bench).is_zero());
    EXPECT_TRUE(bench.position().reserved.is_zero());
}

TEST(Reservation, AnOrderMayUseOpenProfitButNeverMakesCashNegative) {
    Bench bench;
    bench.set_leverage(1);
    bench.fill(*bench.place(bench.order("futures", Side::Buy, "0.15")), "60000", 1);
    EXPECT_EQ(to_text(bench.book("futures", kUsdt, Book::Cash)), "999");
    auto more = limit(bench, Side::Buy, "0.02", "59000");
    model::Quote risen = quote(kFutures);
    risen.bid = risen.ask = risen.last = price("60000");
    more.marks = {risen};
    EXPECT_FALSE(bench.place(more));
    EXPECT_EQ(bench.refusal(), RefusalReason::InsufficientBalance);
    more = limit(bench, Side::Buy, "0.02", "70000");
    more.quote.bid = more.quote.ask = more.quote.last = price("80000");
    more.marks = {more.quote};
    // Equity 12,999, the position needs 12,000 at its mark and the order 1,400.
    EXPECT_FALSE(bench.place(more));
    more = limit(bench, Side::Buy, "0.01", "78000");
    more.quote.bid = more.quote.ask = more.quote.last = price("80000");
    more.marks = {more.quote};
    EXPECT_TRUE(bench.place(more)) << to_text(bench.book("futures", kUsdt, Book::Cash));
    EXPECT_FALSE(bench.book("futures", kUsdt, Book::Cash).is_negative());
}

TEST(Reservation, TheMarginOfOnePositionCoversTheLossOfAnother) {
    Bench bench;
    const model::InstrumentId ether{model::Market::Futures, model::Symbol("ETHUSDT")};
    bench.set_leverage(20);
    auto other = bench.order("futures", Side::Buy, "3");
    other.instrument = ether;
    other.quote.instrument = ether;
    other.quote.bid = other.quote.ask = other.quote.last = other.quote.worst = price("3000");
    bench.fill(*bench.place(other), "3000", 1);
    bench.fill(*bench.place(bench.order("futures", Side::Buy, "0.2")), "60000", 2);
    // 9,998 less margins of 9,000 and 600 leave 398; the loss is 2,000.
    const auto close = bench.apply(model::ClosePosition{
        bench.origin(), model::AccountId("futures"), kFutures, {}, quote(kFutures)});
    bench.fill(Bench::sent_by(close).front(), "50000", 3);
    EXPECT_EQ(bench.account("futures").account.state, model::AccountState::Active);
    EXPECT_TRUE(bench.book("futures", kUsdt, Book::Cash).is_zero());
    EXPECT_EQ(to_text(bench.book("futures", kUsdt, Book::Margin)), "7997");
    EXPECT_EQ(to_text(bench.account("futures").positions.at(ether).margin), "7997");
}

TEST(Reservation, OfOlderRecordsMovesFromTheOrdersToTheInstrument) {
    State state;
    state.instruments[kFutures] = model::builtin_instruments().front();
    for (const auto& instrument : model::builtin_instruments()) {
        state.instruments[instrument.id] = instrument;
    }
    AccountState& account = state.accounts[model::AccountId("futures")];
    account.account.id = model::AccountId("futures");
    account.account.market = model::Market::Futures;
    account.account.quote = kUsdt;
    account.balances[kUsdt] = {account.account.id, kUsdt, {}, 1};
    account.balances[kUsdt].of(Book::Cash) = money("4998");
    account.balances[kUsdt].of(Book::Reserved) = money("5002");
    LiveOrder& live = account.orders[1];
    live.order.number = 1;
    live.order.id = model::ClientOrderId("older");
    live.order.role = model::OrderRole::External;
    live.order.account = account.account.id;
    live.order.instrument = kFutures;
    live.order.type = model::OrderType::Limit;
    live.order.quantity = quantity("0.1");
    live.order.price = price("50000");
    live.order.reserved_asset = kUsdt;
    live.order.reserved = live.order.reserved_full = money("5002");
    Engine engine(std::move(state));
    model::OrderReport report;
    report.account = model::AccountId("futures");
    report.instrument = kFutures;
    report.id = model::ClientOrderId("older");
    report.kind = ReportKind::Open;
    model::Input input;
    input.body = model::ReportOrder{report, {}};
    (void)engine.apply(input, {});
    const auto& now = engine.state().accounts.at(model::AccountId("futures"));
    EXPECT_TRUE(now.orders.at(1).order.reserved.is_zero());
    EXPECT_EQ(to_text(now.positions.at(kFutures).reserved), "5002");
    EXPECT_EQ(to_text(now.balances.at(kUsdt).of(Book::Reserved)), "5002");
}

TEST(LiquidationPrice, IncludesMarginAndProfitOfOtherPositions) {
    Bench bench;
    const model::InstrumentId ether{model::Market::Futures, model::Symbol("ETHUSDT")};
    bench.set_leverage(20);
    bench.fill(*bench.place(bench.order("futures", Side::Buy, "1")), "60000", 1);
    const auto at = [&](const std::vector<model::Quote>& marks) {
        return core::liquidation_price(
            bench.engine().state(), bench.account("futures"), kFutures, marks);
    };
    const auto alone = at({});
    ASSERT_TRUE(alone);
    auto other = bench.order("futures", Side::Buy, "1");
    other.instrument = ether;
    other.quote.instrument = ether;
    other.quote.bid = other.quote.ask = other.quote.last = other.quote.worst = price("3000");
    bench.fill(*bench.place(other), "3000", 2);
    ASSERT_TRUE(at({}));
    EXPECT_GT(*at({}), *alone) << "The other position needs maintenance margin.";
    model::Quote risen = other.quote;
    risen.bid = risen.ask = price("4000");
    EXPECT_LT(*at({risen}), *alone) << "Its profit is worth more than its margin.";
    EXPECT_EQ(core::liquidation_price(bench.engine().state(), bench.account("futures"), ether, {})
                  .has_value(),
              false)
        << "Even at a price of zero the wallet suffices.";
}

TEST(Mark, IsTheMidPriceOrTheLastTrade) {
    model::Quote seen;
    EXPECT_EQ(mark_of(seen), std::nullopt);
    seen.last = price("99");
    EXPECT_EQ(mark_of(seen), price("99"));
    seen.bid = price("100");
    EXPECT_EQ(mark_of(seen), price("99"));
    seen.ask = price("101");
    EXPECT_EQ(mark_of(seen), price("100.5"));
}

TEST(UnrealizedProfit, IsZeroWhenTheValueOverflows) {
    model::Position position;
    position.quantity = quantity("900000000000000");
    position.cost = money("60000");
    auto seen = quote(kFutures);
    seen.bid = seen.ask = price("900000000000000");
    EXPECT_TRUE(unrealized_profit(position, seen).is_zero());
}

}  // namespace
}  // namespace botcore::core
