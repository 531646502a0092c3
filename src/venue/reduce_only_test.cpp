// How reduce-only orders change with the position (W4).

#include "venue/paper_venue_bench_test.hpp"

namespace botcore::venue {
namespace {

class ReduceOnlyTest : public PaperVenueTest {};

/// The row of a resting reduce-only limit order of "futures" at 61,000.
model::Order resting_exit(std::string_view amount) {
    model::Order row;
    row.id = model::ClientOrderId("limit");
    row.account = model::AccountId("futures");
    row.instrument = {Market::Futures, model::Symbol("BTCUSDT")};
    row.side = Side::Sell;
    row.type = OrderType::Limit;
    row.reduce_only = ReduceOnly::Yes;
    row.quantity = quantity(amount);
    row.price = price("61000");
    row.state = model::OrderState::Open;
    return row;
}

TEST_F(ReduceOnlyTest, IsRejectedWithoutAPositionToReduce) {
    auto order = market("futures", "r", Side::Sell, "1");
    order.reduce_only = ReduceOnly::Yes;
    expect_rejected(place(order), "-2022: ReduceOnly Order is rejected.");
    place(market("futures", "a", Side::Buy, "0.5"));
    const auto report = place(order);
    EXPECT_EQ(report.kind, ReportKind::Expired);  // The position covers only half of it.
    ASSERT_EQ(report.trades.size(), 1U);
    EXPECT_EQ(report.trades[0].quantity, quantity("0.5"));
    EXPECT_EQ(venue.holding(order.account, order.instrument), Holding());
}

TEST_F(ReduceOnlyTest, OrdersShrinkWithThePosition) {
    place(market("futures", "a", Side::Buy, "1"));
    auto order = limit("futures", "r1", Side::Sell, "0.6", "61000");
    order.reduce_only = ReduceOnly::Yes;
    EXPECT_EQ(place(order).kind, ReportKind::Open);
    order.id = model::ClientOrderId("r2");
    EXPECT_EQ(place(order).kind, ReportKind::Open);  // Holds 0.4 of its 0.6.
    order.id = model::ClientOrderId("r3");
    expect_rejected(place(order), "-2022: ReduceOnly Order is rejected.");
    EXPECT_EQ(place(market("futures", "b", Side::Sell, "0.5")).kind, ReportKind::Filled);
    ASSERT_EQ(reports.size(), 2U);
    EXPECT_EQ(reports[1].id.text(), "r2");
    EXPECT_EQ(reports[1].kind, ReportKind::Expired);
    reports.clear();
    hit(Market::Futures, Side::Buy, "61001", "1");
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].id.text(), "r1");
    EXPECT_EQ(reports[0].trades[0].quantity, quantity("0.5"));
    EXPECT_EQ(venue.holding(order.account, order.instrument), Holding());
}

TEST_F(ReduceOnlyTest, StopAndTakeProfitMayBothCoverTheWholePosition) {
    place(market("futures", "entry", Side::Buy, "1"));
    EXPECT_EQ(place(exit_at("stop", OrderType::StopMarket, "1", "59000")).kind, ReportKind::Open);
    EXPECT_EQ(place(exit_at("profit", OrderType::TakeProfitMarket, "1", "62000")).kind,
              ReportKind::Open);
    // Waiting orders hold nothing: a limit order may still reduce the whole position.
    auto limited = limit("futures", "limit", Side::Sell, "1", "61000");
    limited.reduce_only = ReduceOnly::Yes;
    EXPECT_EQ(place(limited).kind, ReportKind::Open);
    set_level(Market::Futures, Side::Buy, "59999", "0");
    reports.clear();
    hit(Market::Futures, Side::Sell, "59000", "0.001");
    // The triggered stop comes before the resting order.
    ASSERT_EQ(reports.size(), 2U);
    EXPECT_EQ(reports[0].id.text(), "limit");
    EXPECT_EQ(reports[0].kind, ReportKind::Expired);
    EXPECT_EQ(reports[0].reason, RefusalReason::ReduceOnlyRefused);
    EXPECT_EQ(reports[1].id.text(), "stop");
    EXPECT_EQ(reports[1].kind, ReportKind::Filled);
    EXPECT_EQ(venue.holding(limited.account, limited.instrument), Holding());
    // No position is left for the take profit.
    reports.clear();
    hit(Market::Futures, Side::Buy, "62000", "0.001");
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].id.text(), "profit");
    EXPECT_EQ(reports[0].kind, ReportKind::Expired);
    EXPECT_EQ(reports[0].reason, RefusalReason::ReduceOnlyRefused);
    EXPECT_TRUE(reports[0].trades.empty());
}

// A stand-alone reduce-only stop stays open when the position is closed, until it triggers. A
// resting reduce-only limit order expires when the position is closed.
TEST_F(ReduceOnlyTest, StopOutlivesThePositionAndLimitOrderEndsWithIt) {
    place(market("futures", "entry", Side::Buy, "1"));
    place(exit_at("stop", OrderType::StopMarket, "1", "59000"));
    place(exit_at("profit", OrderType::TakeProfitMarket, "1", "62000"));
    auto limited = limit("futures", "limit", Side::Sell, "0.6", "61000");
    limited.reduce_only = ReduceOnly::Yes;
    place(limited);
    EXPECT_EQ(place(market("futures", "close", Side::Sell, "1")).kind, ReportKind::Filled);
    ASSERT_EQ(reports.size(), 2U);
    EXPECT_EQ(reports[1].id.text(), "limit");
    EXPECT_EQ(reports[1].kind, ReportKind::Expired);
    EXPECT_EQ(reports[1].reason, RefusalReason::ReduceOnlyRefused);
    EXPECT_EQ(query("futures", "stop").kind, ReportKind::Open);
    EXPECT_EQ(query("futures", "profit").kind, ReportKind::Open);
    reports.clear();
    set_level(Market::Futures, Side::Buy, "59999", "0");
    hit(Market::Futures, Side::Sell, "59000", "0.001");
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].id.text(), "stop");
    EXPECT_EQ(reports[0].kind, ReportKind::Expired);
    EXPECT_EQ(reports[0].reason, RefusalReason::ReduceOnlyRefused);
    EXPECT_TRUE(reports[0].trades.empty());
    EXPECT_EQ(query("futures", "profit").kind, ReportKind::Open);
}

TEST_F(ReduceOnlyTest, StopLeftFromAnEarlierPositionReducesTheNextOne) {
    place(market("futures", "entry", Side::Buy, "1"));
    place(exit_at("stop", OrderType::StopMarket, "1", "59000"));
    place(market("futures", "close", Side::Sell, "1"));
    place(market("futures", "again", Side::Buy, "0.4"));
    reports.clear();
    hit(Market::Futures, Side::Sell, "59000", "0.001");
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].kind, ReportKind::Expired);
    ASSERT_EQ(reports[0].trades.size(), 1U);
    EXPECT_EQ(reports[0].trades[0].quantity, quantity("0.4"));
}

TEST_F(ReduceOnlyTest, StopWithoutAPositionIsAcceptedAndExpiresAtItsTrigger) {
    EXPECT_EQ(place(exit_at("stop", OrderType::StopMarket, "1", "59000")).kind, ReportKind::Open);
    reports.clear();
    hit(Market::Futures, Side::Sell, "59000", "0.001");
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].kind, ReportKind::Expired);
    EXPECT_EQ(reports[0].reason, RefusalReason::ReduceOnlyRefused);
}

TEST_F(ReduceOnlyTest, LimitOrderExpiresWhenTheRestoredAccountHasNoPosition) {
    place(market("futures", "entry", Side::Buy, "1"));
    auto limited = limit("futures", "limit", Side::Sell, "0.6", "61000");
    limited.reduce_only = ReduceOnly::Yes;
    place(limited);
    reports.clear();
    AccountSnapshot snapshot = snapshot_of("futures", Market::Futures);
    snapshot.live_orders = {resting_exit("0.6")};
    venue.restore_account(snapshot, now, reports);  // Without a position.
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].id.text(), "limit");
    EXPECT_EQ(reports[0].kind, ReportKind::Expired);
    EXPECT_EQ(reports[0].reason, RefusalReason::ReduceOnlyRefused);
}

TEST_F(ReduceOnlyTest, RestoredLimitOrderIsLimitedToThePosition) {
    AccountSnapshot snapshot = snapshot_of("futures", Market::Futures);
    snapshot.live_orders = {resting_exit("0.6")};
    set_level(Market::Futures, Side::Buy, "61001", "2");  // The restored order would trade at once.
    venue.restore_account(snapshot, now, reports);
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].kind, ReportKind::Expired);
    EXPECT_EQ(reports[0].reason, RefusalReason::ReduceOnlyRefused);
    EXPECT_TRUE(reports[0].trades.empty());
    EXPECT_EQ(query("futures", "limit").kind, ReportKind::Expired);
    EXPECT_EQ(venue.holding(snapshot.account.id, id_of(Market::Futures)), Holding());

    model::Position position;
    position.instrument = id_of(Market::Futures);
    position.quantity = quantity("0.4");
    position.cost = money("24000");
    snapshot.positions = {position};
    snapshot.live_orders[0].id = model::ClientOrderId("second");
    reports.clear();
    venue.restore_account(snapshot, now, reports);
    ASSERT_EQ(reports.size(), 1U);
    ASSERT_EQ(reports[0].trades.size(), 1U);
    EXPECT_EQ(reports[0].trades[0].quantity, quantity("0.4"));
    EXPECT_EQ(venue.holding(snapshot.account.id, id_of(Market::Futures)), Holding());
}

TEST_F(ReduceOnlyTest, TriggeredExitIsLimitedToThePosition) {
    place(market("futures", "entry", Side::Buy, "1"));
    place(exit_at("stop", OrderType::StopMarket, "1.5", "59000"));
    place(market("futures", "part", Side::Sell, "0.4"));
    reports.clear();
    hit(Market::Futures, Side::Sell, "59000", "0.001");
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].kind, ReportKind::Expired);
    ASSERT_EQ(reports[0].trades.size(), 1U);
    EXPECT_EQ(reports[0].trades[0].quantity, quantity("0.6"));
    EXPECT_EQ(venue.holding(model::AccountId("futures"), id_of(Market::Futures)), Holding());
}

}  // namespace
}  // namespace botcore::venue
