#include "venue/paper_venue_bench_test.hpp"

namespace botcore::venue {
namespace {

TEST_F(PaperVenueTest, MarketOrderTradesLevelByLevel) {
    const auto report = place(market("spot", "a", Side::Buy, "3"));
    EXPECT_EQ(report.kind, ReportKind::Filled);
    ASSERT_EQ(report.trades.size(), 2U);
    EXPECT_EQ(report.trades[0].price, price("60001"));
    EXPECT_EQ(report.trades[0].quantity, quantity("2"));
    EXPECT_EQ(report.trades[0].fee, money("0.002"));
    EXPECT_EQ(report.trades[0].fee_asset, kBtc);
    EXPECT_FALSE(report.trades[0].maker);
    EXPECT_EQ(report.trades[1].price, price("60010"));
    EXPECT_LT(report.trades[0].id, report.trades[1].id);
    EXPECT_GT(report.trades[0].id, 1'000U);
    EXPECT_EQ(free("spot", kUsdt), money("19988"));
    EXPECT_EQ(free("spot", kBtc), money("5.997"));
}

TEST_F(PaperVenueTest, MarketRemainderExpiresWhenLiquidityRunsOut) {
    set_level(Market::Spot, Side::Buy, "59990", "0");
    const auto report = place(market("spot", "a", Side::Sell, "3"));
    EXPECT_EQ(report.kind, ReportKind::Expired);
    EXPECT_EQ(report.reason, EndReason::NotFilledAtOnce);
    ASSERT_EQ(report.trades.size(), 1U);
    EXPECT_EQ(report.trades[0].quantity, quantity("2"));
}

TEST_F(PaperVenueTest, LimitOrderTakesThenRests) {
    const auto report = place(limit("spot", "a", Side::Buy, "3", "60001"));
    EXPECT_EQ(report.kind, ReportKind::Open);
    ASSERT_EQ(report.trades.size(), 1U);
    EXPECT_EQ(locked("spot", kUsdt), money("60001"));
    EXPECT_EQ(free("spot", kUsdt), money("19997"));
    reports.clear();
    hit(Market::Spot, Side::Sell, "60001", "0.4");
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].kind, ReportKind::Open);
    ASSERT_EQ(reports[0].trades.size(), 1U);  // Only the new trade.
    EXPECT_TRUE(reports[0].trades[0].maker);
    reports.clear();
    hit(Market::Spot, Side::Sell, "60000", "0.1");
    EXPECT_EQ(reports[0].kind, ReportKind::Filled);
    EXPECT_EQ(reports[0].trades[0].quantity, quantity("0.6"));
    EXPECT_EQ(reports[0].trades[0].price, price("60001"));
    EXPECT_EQ(query("spot", "a").trades.size(), 3U);
    EXPECT_EQ(locked("spot", kUsdt), Money());
    EXPECT_EQ(free("spot", kUsdt), money("19997"));
}

TEST_F(PaperVenueTest, ExecutionAtABetterPriceUnlocksTheDifference) {
    place(limit("spot", "a", Side::Buy, "1", "60010"));
    EXPECT_EQ(free("spot", kUsdt), money("139999"));
    EXPECT_EQ(locked("spot", kUsdt), Money());
}

TEST_F(PaperVenueTest, ImmediateOrCancelKeepsItsPartialFill) {
    auto order = limit("spot", "a", Side::Buy, "3", "60001");
    order.time_in_force = TimeInForce::ImmediateOrCancel;
    const auto report = place(order);
    EXPECT_EQ(report.kind, ReportKind::Expired);
    EXPECT_EQ(report.reason, EndReason::NotFilledAtOnce);
    ASSERT_EQ(report.trades.size(), 1U);
    EXPECT_EQ(report.trades[0].quantity, quantity("2"));
    EXPECT_EQ(locked("spot", kUsdt), Money());
}

TEST_F(PaperVenueTest, FillOrKillIsAllOrNothing) {
    auto order = limit("spot", "a", Side::Buy, "2.1", "60001");
    order.time_in_force = TimeInForce::FillOrKill;
    const auto expired = place(order);
    EXPECT_EQ(expired.kind, ReportKind::Expired);
    EXPECT_EQ(expired.reason, EndReason::NotFilledAtOnce);
    EXPECT_TRUE(expired.trades.empty());
    EXPECT_EQ(free("spot", kUsdt), money("200000"));
    order.quantity = quantity("2");
    EXPECT_EQ(place(order).kind, ReportKind::Filled);
    auto futures = limit("futures", "a", Side::Buy, "2.1", "60001");
    futures.time_in_force = TimeInForce::FillOrKill;
    expect_rejected(place(futures),
                    "-5021: Due to the order could not be filled immediately, the FOK order has "
                    "been rejected.");
}

TEST_F(PaperVenueTest, PostOnlyNeverTakes) {
    auto order = limit("spot", "a", Side::Buy, "1", "60001");
    order.time_in_force = TimeInForce::PostOnly;
    expect_rejected(place(order), "-2010: Order would immediately match and take.");
    EXPECT_EQ(reports[0].reason, RefusalReason::WouldTakeLiquidity);
    order.price = price("60000.99");
    EXPECT_EQ(place(order).kind, ReportKind::Open);
    auto futures = limit("futures", "a", Side::Sell, "1", "59999");
    futures.time_in_force = TimeInForce::PostOnly;
    expect_rejected(place(futures),
                    "-5022: Due to the order could not be executed as maker, the Post Only order "
                    "will be rejected.");
}

TEST_F(PaperVenueTest, ClientIdIsUniqueAmongOpenOrdersOnly) {
    const auto resting = limit("spot", "same", Side::Buy, "1", "59000");
    EXPECT_EQ(place(resting).kind, ReportKind::Open);
    expect_rejected(place(resting), "-2010: Duplicate order sent.");
    EXPECT_EQ(place(limit("spot-2", "same", Side::Buy, "1", "59000")).kind, ReportKind::Open);
    EXPECT_EQ(cancel("spot", "same").kind, ReportKind::Canceled);
    EXPECT_EQ(place(market("spot", "same", Side::Buy, "1")).kind, ReportKind::Filled);
    EXPECT_EQ(place(market("spot", "same", Side::Sell, "1")).kind, ReportKind::Filled);
    EXPECT_EQ(place(limit("futures", "same", Side::Buy, "1", "59000")).kind, ReportKind::Open);
    expect_rejected(place(limit("futures", "same", Side::Buy, "1", "59000")),
                    "-4116: clientOrderId is duplicated");
}

TEST_F(PaperVenueTest, CancelOfAnOrderThatIsNotOpenIsCancelNotOpen) {
    EXPECT_EQ(cancel("spot", "none").kind, ReportKind::CancelNotOpen);
    EXPECT_EQ(reports[0].reason_text, "-2011: Unknown order sent.");
    place(market("spot", "filled", Side::Buy, "1"));
    EXPECT_EQ(cancel("spot", "filled").kind, ReportKind::CancelNotOpen);
}

TEST_F(PaperVenueTest, RejectsLateAndEarlyRequests) {
    auto order = market("spot", "a", Side::Buy, "1");
    order.attempt.time = now - model::Duration::milliseconds(5'001);
    expect_rejected(place(order),
                    "-1021: Timestamp for this request is outside of the recvWindow.");
    order.attempt.time = now - model::Duration::milliseconds(5'000);
    EXPECT_EQ(place(order).kind, ReportKind::Filled);
    order.attempt.time = now + model::Duration::milliseconds(1'000);
    expect_rejected(place(order),
                    "-1021: Timestamp for this request was 1000ms ahead of the server's time.");
    order.attempt.time = now + model::Duration::milliseconds(999);
    EXPECT_EQ(place(order).kind, ReportKind::Filled);
}

TEST_F(PaperVenueTest, RejectsOrdersBeyondTheBalance) {
    const char* text = "-2010: Account has insufficient balance for requested action.";
    expect_rejected(place(limit("spot", "a", Side::Buy, "4", "59000")), text);
    expect_rejected(place(market("spot", "a", Side::Buy, "3.5")), text);
    expect_rejected(place(market("spot", "a", Side::Sell, "3.00001")), text);
    EXPECT_EQ(place(limit("spot", "a", Side::Sell, "3", "61000")).kind, ReportKind::Open);
    expect_rejected(place(market("spot", "b", Side::Sell, "0.001")), text);
    // With a leverage of 20, a wallet of 200,000 supports at most 4,000,000.
    expect_rejected(place(limit("futures", "a", Side::Buy, "67", "59900")),
                    "-2019: Margin is insufficient.");
    EXPECT_EQ(place(limit("futures", "a", Side::Buy, "66", "59900")).kind, ReportKind::Open);
}

TEST_F(PaperVenueTest, FiltersAreCheckedFirst) {
    expect_rejected(place(limit("spot", "a", Side::Buy, "0.000001", "59000")),
                    "-1013: Filter failure: LOT_SIZE");
    expect_rejected(place(limit("futures", "a", Side::Buy, "0.0015", "59000")),
                    "-1111: Precision is over the maximum defined for this asset.");
    auto unknown = market("spot", "a", Side::Buy, "1");
    unknown.instrument.symbol = model::Symbol("NONE");
    expect_rejected(place(unknown), "-1121: Invalid symbol.");
    auto wrong_market = market("spot", "a", Side::Buy, "1");
    wrong_market.instrument.market = Market::Futures;
    expect_rejected(place(wrong_market), "-1121: Invalid symbol.");
    auto halted = builtin(Market::Spot, "BTCUSDT");
    halted.status = model::InstrumentStatus::Halted;
    venue.define(halted);
    expect_rejected(place(market("spot", "a", Side::Buy, "1")), "-2010: Market is closed.");
}

TEST_F(PaperVenueTest, RejectsParametersThatDoNotBelongToTheOrder) {
    auto priced = market("spot", "a", Side::Buy, "1");
    priced.price = price("60000");
    expect_rejected(place(priced), "-1106: Parameter 'price' sent when not required.");
    auto reducing = market("spot", "a", Side::Sell, "1");
    reducing.reduce_only = ReduceOnly::Yes;
    expect_rejected(place(reducing), "-1106: Parameter 'reduceOnly' sent when not required.");
    EXPECT_EQ(free("spot", kUsdt), money("200000"));
    EXPECT_EQ(free("spot", kBtc), money("3"));
}

TEST_F(PaperVenueTest, InstrumentThatIsNotTradingAcceptsOnlyCancels) {
    const auto set_status = [&](Market market, model::InstrumentStatus status) {
        auto rules = builtin(market, "BTCUSDT");
        rules.status = status;
        venue.define(rules);
    };
    EXPECT_EQ(place(limit("futures", "a", Side::Buy, "1", "59000")).kind, ReportKind::Open);
    set_status(Market::Futures, model::InstrumentStatus::CancelOnly);
    expect_rejected(place(market("futures", "b", Side::Buy, "1")),
                    "-4140: Invalid symbol status for opening position");
    EXPECT_EQ(cancel("futures", "a").kind, ReportKind::Canceled);
    set_status(Market::Futures, model::InstrumentStatus::Halted);
    expect_rejected(place(market("futures", "b", Side::Buy, "1")), "-4141: Symbol is closed");
    set_status(Market::Spot, model::InstrumentStatus::CancelOnly);
    expect_rejected(place(market("spot", "b", Side::Buy, "1")), "-2010: Market is closed.");
}

TEST_F(PaperVenueTest, RejectsRequestsOfAnUnknownAccount) {
    const model::AccountId nobody("nobody");
    auto order = market("spot", "a", Side::Buy, "1");
    order.account = nobody;
    const char* text = "-2015: Invalid API-key, IP, or permissions for action.";
    expect_rejected(place(order), text);
    EXPECT_EQ(reports[0].reason, RefusalReason::RejectedByExchange);
    const auto refused = venue.set_leverage(nobody, id_of(Market::Futures), rate("2"));
    ASSERT_TRUE(refused.has_value());
    EXPECT_EQ(to_text(*refused), text);
}

TEST_F(PaperVenueTest, CancelOutsideItsReceiveWindowHasNoEffect) {
    place(limit("spot", "a", Side::Buy, "1", "59000"));
    const auto named = market("spot", "a", Side::Buy, "1");
    model::CancelInstruction late{named.account, named.id, named.instrument, named.attempt};
    late.attempt.time = now - model::Duration::milliseconds(5'001);
    late.attempt.number = 7;
    reports.clear();
    venue.cancel(late, now, reports);
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].kind, ReportKind::CancelNotSent);
    EXPECT_EQ(reports[0].attempt, 7U);
    EXPECT_EQ(reports[0].reason_text,
              "-1021: Timestamp for this request is outside of the recvWindow.");
    EXPECT_EQ(query("spot", "a").kind, ReportKind::Open);
    EXPECT_EQ(locked("spot", kUsdt), money("59000"));
}

TEST_F(PaperVenueTest, RejectedOrderLeavesNoState) {
    place(limit("spot", "a", Side::Buy, "4", "59000"));
    EXPECT_EQ(query("spot", "a").kind, ReportKind::NotFound);
    EXPECT_EQ(reports[0].reason_text, "-2013: Order does not exist.");
}

TEST_F(PaperVenueTest, FuturesPositionWalletAndFees) {
    place(market("futures", "a", Side::Buy, "1"));
    const model::AccountId account("futures");
    EXPECT_EQ(venue.holding(account, id_of(Market::Futures)),
              (Holding{quantity("1"), money("60001")}));
    EXPECT_EQ(venue.wallet(account, kUsdt), money("199975.9996"));
    const auto report = place(market("futures", "b", Side::Sell, "1"));
    EXPECT_EQ(report.trades[0].fee, money("23.9996"));
    EXPECT_EQ(report.trades[0].fee_asset, kUsdt);
    EXPECT_EQ(venue.wallet(account, kUsdt), money("199950"));
    EXPECT_EQ(venue.liquidation_price(account, id_of(Market::Futures)), std::nullopt);
}

TEST_F(PaperVenueTest, LeverageChangesTheMargin) {
    const model::AccountId account("futures");
    EXPECT_EQ(venue.set_leverage(account, id_of(Market::Futures), rate("10")), std::nullopt);
    EXPECT_EQ(venue.set_leverage(account, id_of(Market::Futures), rate("126"))->code, -4028);
    place(limit("futures", "a", Side::Buy, "1", "59000"));
    EXPECT_EQ(venue.margins(account, kUsdt).initial, money("5900"));
}

TEST_F(PaperVenueTest, LeverageLimitsThePositionSize) {
    const model::AccountId account("futures");
    EXPECT_EQ(venue.set_leverage(account, id_of(Market::Futures), rate("125")), std::nullopt);
    expect_rejected(place(limit("futures", "a", Side::Buy, "10", "59000")),
                    "-2027: Exceeded the maximum allowable position at current leverage.");
    EXPECT_EQ(venue.margins(account, kUsdt).initial, Money());
    const Rejection unknown{-1121, "Invalid symbol."};
    EXPECT_EQ(venue.set_leverage(account, id_of(Market::Spot), rate("10")), unknown);
    EXPECT_EQ(venue.set_leverage(account, {Market::Futures, model::Symbol("NONE")}, rate("10")),
              unknown);
}

TEST_F(PaperVenueTest, AccountsTradeWithEachOther) {
    EXPECT_EQ(place(limit("spot", "maker", Side::Sell, "1", "60000")).kind, ReportKind::Open);
    const auto taker = place(limit("spot-2", "taker", Side::Buy, "1", "60000"));
    EXPECT_EQ(taker.kind, ReportKind::Filled);
    ASSERT_EQ(reports.size(), 2U);
    EXPECT_EQ(reports[1].id.text(), "maker");
    EXPECT_EQ(reports[1].kind, ReportKind::Filled);
    EXPECT_TRUE(reports[1].trades[0].maker);
    EXPECT_EQ(reports[1].trades[0].id, taker.trades[0].id);
    EXPECT_EQ(free("spot", kUsdt), money("259940"));
    EXPECT_EQ(free("spot-2", kBtc), money("3.999"));
}

TEST_F(PaperVenueTest, OwnOrderExpiresInsteadOfTrading) {
    place(limit("futures", "mine", Side::Sell, "1", "60000"));
    const auto report = place(limit("futures", "taker", Side::Buy, "1", "60000"));
    EXPECT_EQ(report.kind, ReportKind::Open);
    EXPECT_TRUE(report.trades.empty());
    ASSERT_EQ(reports.size(), 2U);
    EXPECT_EQ(reports[1].id.text(), "mine");
    EXPECT_EQ(reports[1].kind, ReportKind::Expired);
    EXPECT_TRUE(reports[1].reason_text.starts_with("EXPIRED_IN_MATCH"));
}

TEST_F(PaperVenueTest, FeedLevelThatCrossesAnOrderFillsIt) {
    place(limit("spot", "a", Side::Buy, "1", "60000"));
    reports.clear();
    set_level(Market::Spot, Side::Sell, "59998", "0.4");
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].trades[0].price, price("60000"));
    EXPECT_EQ(reports[0].trades[0].quantity, quantity("0.4"));
    EXPECT_TRUE(reports[0].trades[0].maker);
}

TEST_F(PaperVenueTest, RestoresOpenOrdersAfterARestart) {
    AccountSnapshot snapshot = snapshot_of("spot-3", Market::Spot);
    model::Order row;
    row.id = model::ClientOrderId("kept");
    row.instrument = id_of(Market::Spot);
    row.side = Side::Buy;
    row.type = OrderType::Limit;
    row.quantity = quantity("1");
    row.filled = quantity("0.25");
    row.price = price("59999");
    row.state = model::OrderState::Open;
    row.venue_order_id = "77";
    snapshot.live_orders = {row};
    row.id = model::ClientOrderId("doubtful");
    row.state = model::OrderState::Unknown;
    snapshot.live_orders.push_back(row);
    row.id = model::ClientOrderId("crossing");
    row.state = model::OrderState::Open;
    row.price = price("60001");
    snapshot.live_orders.push_back(row);
    venue.restore_account(snapshot, now, reports);
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].id.text(), "crossing");
    EXPECT_EQ(reports[0].kind, ReportKind::Filled);
    EXPECT_EQ(reports[0].trades[0].quantity, quantity("0.75"));
    EXPECT_EQ(query("spot-3", "doubtful").kind, ReportKind::NotFound);
    EXPECT_EQ(query("spot-3", "kept").venue_order_id, "77");
    // The restored order is behind the public quantity of two at its level.
    reports.clear();
    hit(Market::Spot, Side::Sell, "59999", "2");
    EXPECT_TRUE(reports.empty());
    hit(Market::Spot, Side::Sell, "59999", "5");
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].kind, ReportKind::Filled);
    EXPECT_EQ(reports[0].trades[0].quantity, quantity("0.75"));
}

TEST_F(PaperVenueTest, RestoringAgainKeepsTradesMissingFromTheRows) {
    place(limit("spot", "a", Side::Buy, "3", "60001"));
    AccountSnapshot snapshot = snapshot_of("spot", Market::Spot);
    model::Order row;
    row.id = model::ClientOrderId("a");
    row.instrument = id_of(Market::Spot);
    row.side = Side::Buy;
    row.type = OrderType::Limit;
    row.quantity = quantity("3");
    row.price = price("60001");
    row.state = model::OrderState::Intended;
    snapshot.live_orders = {row};
    reports.clear();
    venue.restore_account(snapshot, now, reports);
    EXPECT_TRUE(reports.empty());
    EXPECT_EQ(free("spot", kUsdt), money("19997"));
    EXPECT_EQ(locked("spot", kUsdt), money("60001"));
    EXPECT_EQ(free("spot", kBtc), money("4.998"));
    snapshot.live_orders.clear();
    venue.restore_account(snapshot, now, reports);
    EXPECT_EQ(query("spot", "a").kind, ReportKind::NotFound);
    EXPECT_EQ(locked("spot", kUsdt), Money());
}

TEST_F(PaperVenueTest, ResetKeepsOrdersAndRemovesPublicLevels) {
    place(limit("spot", "a", Side::Buy, "1", "59000"));
    venue.on_depth_reset(id_of(Market::Spot));
    EXPECT_EQ(place(market("spot", "b", Side::Buy, "1")).kind, ReportKind::Expired);
    EXPECT_EQ(query("spot", "a").kind, ReportKind::Open);
}

TEST_F(PaperVenueTest, StopWaitsForItsPriceThenTakes) {
    hit(Market::Futures, Side::Buy, "60001", "0.001");
    EXPECT_EQ(place(stop("futures", "s", Side::Buy, "1", "60005")).kind, ReportKind::Open);
    EXPECT_TRUE(reports[0].trades.empty());
    EXPECT_EQ(query("futures", "s").kind, ReportKind::Open);
    reports.clear();
    hit(Market::Futures, Side::Buy, "60004.9", "0.001");
    EXPECT_TRUE(reports.empty());
    hit(Market::Futures, Side::Buy, "60005", "0.001");
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].id.text(), "s");
    EXPECT_EQ(reports[0].kind, ReportKind::Filled);
    EXPECT_EQ(reports[0].trades[0].quantity, quantity("1"));
    EXPECT_FALSE(reports[0].trades[0].maker);
    EXPECT_EQ(query("futures", "s").kind, ReportKind::Filled);
}

TEST_F(PaperVenueTest, EachConditionalTypeTriggersInItsDirection) {
    struct Case {
        OrderType type;
        Side side;
        const char* misses;
        const char* reaches;
    };

    for (const Case& each : {Case{OrderType::StopMarket, Side::Buy, "59000", "60500"},
                             Case{OrderType::StopMarket, Side::Sell, "61000", "59500"},
                             Case{OrderType::TakeProfitMarket, Side::Buy, "61000", "59500"},
                             Case{OrderType::TakeProfitMarket, Side::Sell, "59000", "60500"}}) {
        hit(Market::Futures, Side::Buy, "60000", "0.001");
        auto order = stop("futures", "c", each.side, "0.01", each.reaches);
        order.type = each.type;
        EXPECT_EQ(place(order).kind, ReportKind::Open);
        reports.clear();
        hit(Market::Futures, Side::Buy, each.misses, "0.001");
        EXPECT_TRUE(reports.empty());
        hit(Market::Futures, Side::Buy, each.reaches, "0.001");
        ASSERT_EQ(reports.size(), 1U);
        EXPECT_EQ(reports[0].kind, ReportKind::Filled);
    }
}

TEST_F(PaperVenueTest, StopBeyondTheMarketIsRejected) {
    // Before the first trade, no stop price is beyond the market.
    EXPECT_EQ(place(stop("futures", "early", Side::Buy, "1", "50000")).kind, ReportKind::Open);
    hit(Market::Spot, Side::Buy, "60000", "0.001");
    for (const char* at : {"60000", "59999"}) {
        expect_rejected(place(stop("spot", "s", Side::Buy, "1", at)),
                        "-2021: Order would immediately trigger.");
        EXPECT_EQ(reports[0].reason, RefusalReason::StopWouldTrigger);
    }
    auto profit = stop("spot", "p", Side::Sell, "1", "60000");
    profit.type = OrderType::TakeProfitMarket;
    expect_rejected(place(profit), "-2021: Order would immediately trigger.");
    EXPECT_EQ(query("spot", "s").kind, ReportKind::NotFound);
    reports.clear();
    hit(Market::Futures, Side::Buy, "60000", "0.001");
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].id.text(), "early");
}

TEST_F(PaperVenueTest, ConditionalOrderMustBeWellFormed) {
    auto order = stop("futures", "s", Side::Buy, "1", "61000");
    order.stop_price.reset();
    expect_rejected(place(order),
                    "-1102: Mandatory parameter 'stopPrice' was not sent, was empty/null, or "
                    "malformed.");
    EXPECT_EQ(reports[0].reason, RefusalReason::StopPriceMissing);
    auto plain = market("futures", "m", Side::Buy, "1");
    plain.stop_price = price("61000");
    expect_rejected(place(plain), "-1106: Parameter 'stopPrice' sent when not required.");
    order.stop_price = price("61000");
    order.type = OrderType::StopLimit;
    expect_rejected(place(order),
                    "-1102: Mandatory parameter 'price' was not sent, was empty/null, or "
                    "malformed.");
    expect_rejected(place(stop("futures", "s", Side::Buy, "1", "61000.05")),
                    "-4014: Price not increased by tick size.");
    expect_rejected(place(stop("spot", "s", Side::Buy, "0.00001", "61000")),
                    "-1013: Filter failure: NOTIONAL");
    EXPECT_EQ(place(stop("futures", "s", Side::Buy, "1", "61000")).kind, ReportKind::Open);
    expect_rejected(place(stop("futures", "s", Side::Buy, "1", "61000")),
                    "-4116: clientOrderId is duplicated");
}

TEST_F(PaperVenueTest, WaitingOrderCanBeCanceled) {
    place(stop("spot", "s", Side::Buy, "1", "61000"));
    EXPECT_EQ(locked("spot", kUsdt), money("61000"));
    EXPECT_EQ(cancel("spot", "s").kind, ReportKind::Canceled);
    EXPECT_EQ(locked("spot", kUsdt), Money());
    reports.clear();
    hit(Market::Spot, Side::Buy, "61000", "1");
    EXPECT_TRUE(reports.empty());
}

TEST_F(PaperVenueTest, TriggeredLimitKeepsItsLimitAndTimeInForce) {
    auto order = stop("spot", "gtc", Side::Buy, "3", "60000.5");
    order.type = OrderType::StopLimit;
    order.price = price("60001");
    EXPECT_EQ(place(order).kind, ReportKind::Open);
    EXPECT_EQ(locked("spot", kUsdt), money("180003"));
    auto immediate = order;
    immediate.account = model::AccountId("spot-2");
    immediate.id = model::ClientOrderId("ioc");
    immediate.price = price("60000");  // Below the stop price, which determines the locked amount.
    immediate.time_in_force = TimeInForce::ImmediateOrCancel;
    EXPECT_EQ(place(immediate).kind, ReportKind::Open);
    EXPECT_EQ(locked("spot-2", kUsdt), money("180001.5"));
    reports.clear();
    hit(Market::Spot, Side::Buy, "60000.5", "0.001");
    ASSERT_EQ(reports.size(), 2U);
    EXPECT_EQ(reports[0].id.text(), "gtc");
    EXPECT_EQ(reports[0].kind, ReportKind::Open);
    ASSERT_EQ(reports[0].trades.size(), 1U);
    EXPECT_EQ(reports[0].trades[0].quantity, quantity("2"));
    EXPECT_EQ(locked("spot", kUsdt), money("60001"));
    EXPECT_EQ(reports[1].id.text(), "ioc");
    EXPECT_EQ(reports[1].kind, ReportKind::Expired);
    EXPECT_EQ(free("spot-2", kUsdt), money("200000"));
}

TEST_F(PaperVenueTest, TriggeredPostOnlyAndFillOrKillMayExpire) {
    auto order = stop("futures", "gtx", Side::Buy, "1", "60000.5");
    order.type = OrderType::StopLimit;
    order.price = price("60001");
    order.time_in_force = TimeInForce::PostOnly;
    place(order);
    order.id = model::ClientOrderId("fok");
    order.quantity = quantity("2.1");
    order.time_in_force = TimeInForce::FillOrKill;
    place(order);
    reports.clear();
    hit(Market::Futures, Side::Buy, "60000.5", "0.001");
    ASSERT_EQ(reports.size(), 2U);
    EXPECT_EQ(reports[0].kind, ReportKind::Expired);
    EXPECT_EQ(reports[0].reason, RefusalReason::WouldTakeLiquidity);
    EXPECT_EQ(reports[1].kind, ReportKind::Expired);
    EXPECT_EQ(reports[1].reason, EndReason::NotFilledAtOnce);
    EXPECT_TRUE(reports[1].trades.empty());
}

TEST_F(PaperVenueTest, TriggeredMarketOrderWithoutLiquidityExpires) {
    set_level(Market::Spot, Side::Sell, "60001", "0");
    set_level(Market::Spot, Side::Sell, "60010", "0.4");
    place(stop("spot", "s", Side::Buy, "1", "60005"));
    reports.clear();
    hit(Market::Spot, Side::Sell, "60005", "0.001");
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].kind, ReportKind::Expired);
    EXPECT_EQ(reports[0].trades[0].quantity, quantity("0.4"));
    EXPECT_EQ(locked("spot", kUsdt), Money());
}

TEST_F(PaperVenueTest, SpotStopThatSlipsBeyondTheBalanceExpires) {
    set_level(Market::Spot, Side::Sell, "60001", "0");
    set_level(Market::Spot, Side::Sell, "60010", "0");
    set_level(Market::Spot, Side::Sell, "70000", "10");
    EXPECT_EQ(place(stop("spot", "s", Side::Buy, "3", "60100")).kind, ReportKind::Open);
    reports.clear();
    hit(Market::Spot, Side::Buy, "60100", "0.001");
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].kind, ReportKind::Expired);
    EXPECT_EQ(reports[0].reason_text,
              "-2010: Account has insufficient balance for requested action.");
    EXPECT_EQ(free("spot", kUsdt), money("200000"));
}

TEST_F(PaperVenueTest, TriggeredOrderFarFromTheMarketExpires) {
    EXPECT_EQ(place(stop("futures", "market", Side::Buy, "0.1", "60500")).kind, ReportKind::Open);
    auto limited = stop("futures", "limit", Side::Buy, "0.1", "62000");
    limited.type = OrderType::StopLimit;
    limited.price = price("65000");
    EXPECT_EQ(place(limited).kind, ReportKind::Open);
    set_level(Market::Futures, Side::Sell, "60001", "0");
    set_level(Market::Futures, Side::Sell, "60010", "0");
    set_level(Market::Futures, Side::Sell, "67000", "10");
    reports.clear();
    // 63,499.5 is the middle of the book, 66,674.4 the cap.
    hit(Market::Futures, Side::Buy, "60500", "0.001");
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].kind, ReportKind::Expired);
    EXPECT_TRUE(reports[0].reason_text.starts_with("-4131"));
    set_level(Market::Futures, Side::Sell, "60001", "1");
    reports.clear();
    hit(Market::Futures, Side::Buy, "62000", "0.001");
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].id.text(), "limit");
    EXPECT_EQ(reports[0].kind, ReportKind::Expired);
    EXPECT_TRUE(reports[0].reason_text.starts_with("-4016"));
}

TEST_F(PaperVenueTest, TriggeredLimitThatRestsIsReportedAndRestsAfterARestart) {
    auto order = stop("spot", "s", Side::Buy, "1", "60000.5");
    order.type = OrderType::StopLimit;
    order.price = price("59995");
    place(order);
    reports.clear();
    hit(Market::Spot, Side::Buy, "60000.5", "0.001");
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].kind, ReportKind::Open);
    EXPECT_TRUE(reports[0].trades.empty());
    EXPECT_EQ(reports[0].reason, OrderReason::StopTriggered);
    EXPECT_EQ(query("spot", "s").reason, OrderReason::StopTriggered);

    AccountSnapshot snapshot = snapshot_of("spot-3", Market::Spot);
    model::Order row;
    row.id = model::ClientOrderId("s");
    row.instrument = id_of(Market::Spot);
    row.side = Side::Buy;
    row.type = OrderType::StopLimit;
    row.quantity = quantity("1");
    row.price = price("59995");
    row.stop_price = price("60000.5");
    row.state = model::OrderState::Open;
    row.reason = OrderReason::StopTriggered;
    snapshot.live_orders = {row};
    hit(Market::Spot, Side::Sell, "60000", "0.001");
    reports.clear();
    venue.restore_account(snapshot, now, reports);
    EXPECT_TRUE(reports.empty());
    EXPECT_EQ(locked("spot-3", kUsdt), money("59995"));
    EXPECT_EQ(query("spot-3", "s").reason, OrderReason::StopTriggered);
    // The market reaches the limit but not the stop price again.
    set_level(Market::Spot, Side::Buy, "59999", "0");
    reports.clear();
    hit(Market::Spot, Side::Sell, "59990", "0.5");
    EXPECT_FALSE(reports.empty());
    for (const auto& report : reports) {
        EXPECT_FALSE(report.trades.empty()) << "It rests at its limit.";
    }
    EXPECT_EQ(query("spot-3", "s").trades.size(), 1U);
}

TEST_F(PaperVenueTest, FuturesMarginIsCheckedAtTheTrigger) {
    EXPECT_EQ(place(stop("futures", "s", Side::Sell, "90", "59995")).kind, ReportKind::Open);
    EXPECT_EQ(venue.margins(model::AccountId("futures"), kUsdt).initial, Money());
    auto limited = stop("futures", "l", Side::Buy, "90", "60005");
    limited.type = OrderType::StopLimit;
    limited.price = price("60005");
    EXPECT_EQ(place(limited).kind, ReportKind::Open);
    set_level(Market::Futures, Side::Buy, "59990", "100");
    reports.clear();
    hit(Market::Futures, Side::Sell, "59995", "0.001");
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].kind, ReportKind::Expired);
    EXPECT_EQ(reports[0].reason_text, "-2019: Margin is insufficient.");
    reports.clear();
    hit(Market::Futures, Side::Buy, "60005", "0.001");
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].id.text(), "l");
    EXPECT_EQ(reports[0].reason_text, "-2019: Margin is insufficient.");
    EXPECT_EQ(venue.holding(model::AccountId("futures"), id_of(Market::Futures)), Holding());
}

TEST_F(PaperVenueTest, TriggeredOrdersTriggerFurtherOrders) {
    hit(Market::Futures, Side::Buy, "60000", "0.001");
    place(stop("futures", "second", Side::Sell, "1", "59995"));
    place(stop("futures-2", "first", Side::Sell, "3", "59998"));
    place(stop("futures", "third", Side::Sell, "0.5", "59992"));
    place(stop("futures", "never", Side::Sell, "0.5", "59989"));
    reports.clear();
    // The first one consumes the level at 59,999 and trades at 59,990, which is beyond the stop
    // prices of the others.
    hit(Market::Futures, Side::Sell, "59998", "0.001");
    ASSERT_EQ(reports.size(), 3U);
    EXPECT_EQ(reports[0].id.text(), "first");
    EXPECT_EQ(reports[1].id.text(), "second");
    EXPECT_EQ(reports[2].id.text(), "third");
    for (const auto& report : reports) {
        EXPECT_EQ(report.kind, ReportKind::Filled);
    }
    EXPECT_EQ(query("futures", "never").kind, ReportKind::Open);
}

TEST_F(PaperVenueTest, PricePassedDuringAMatchTriggersStops) {
    hit(Market::Futures, Side::Buy, "60000", "0.001");
    place(limit("futures-2", "maker", Side::Sell, "0.1", "60000.5"));
    place(stop("futures", "s", Side::Buy, "0.1", "60000.5"));
    reports.clear();
    // The trade fills the maker at 60,000.5 and ends at 60,001.
    hit(Market::Futures, Side::Buy, "60001", "1");
    ASSERT_EQ(reports.size(), 2U);
    EXPECT_EQ(reports[1].id.text(), "s");
    // The last price is that of the public trade, not that of the maker.
    expect_rejected(place(stop("futures", "t", Side::Buy, "0.1", "60001")),
                    "-2021: Order would immediately trigger.");
}

TEST_F(PaperVenueTest, RestoresWaitingOrdersAfterARestart) {
    AccountSnapshot snapshot = snapshot_of("futures-3", Market::Futures);
    model::Position position;
    position.instrument = id_of(Market::Futures);
    position.quantity = quantity("1");
    position.cost = money("60000");
    snapshot.positions = {position};
    model::Order row;
    row.id = model::ClientOrderId("passed");
    row.instrument = id_of(Market::Futures);
    row.side = Side::Sell;
    row.type = OrderType::StopMarket;
    row.reduce_only = ReduceOnly::Yes;
    row.quantity = quantity("1");
    row.stop_price = price("59500");
    row.state = model::OrderState::Open;
    snapshot.live_orders = {row};
    row.id = model::ClientOrderId("waits");
    row.type = OrderType::TakeProfitLimit;
    row.stop_price = price("62000");
    row.price = price("61900");
    snapshot.live_orders.push_back(row);
    row.id = model::ClientOrderId("triggered");  // It has triggered and rests since then.
    row.filled = quantity("0.5");
    snapshot.live_orders.push_back(row);
    hit(Market::Futures, Side::Sell, "59400", "0.001");
    reports.clear();
    venue.restore_account(snapshot, now, reports);
    ASSERT_EQ(reports.size(), 2U);
    EXPECT_EQ(reports[0].id.text(), "triggered");  // The stop comes first.
    EXPECT_EQ(reports[0].kind, ReportKind::Expired);
    EXPECT_EQ(reports[1].id.text(), "passed");
    EXPECT_EQ(reports[1].kind, ReportKind::Filled);
    EXPECT_EQ(query("futures-3", "waits").kind, ReportKind::Open);
    venue.restore_account(snapshot_of("futures-3", Market::Futures), now, reports);
    EXPECT_EQ(query("futures-3", "waits").kind, ReportKind::NotFound);
}

TEST_F(PaperVenueTest, RestoredOrdersWaitUntilTheFirstTrade) {
    AccountSnapshot snapshot = snapshot_of("spot-3", Market::Spot);
    model::Order row;
    row.id = model::ClientOrderId("s");
    row.instrument = id_of(Market::Spot);
    row.side = Side::Sell;
    row.type = OrderType::StopMarket;
    row.quantity = quantity("1");
    row.stop_price = price("59500");
    row.state = model::OrderState::Open;
    snapshot.live_orders = {row};
    venue.restore_account(snapshot, now, reports);
    EXPECT_TRUE(reports.empty());
    EXPECT_EQ(locked("spot-3", kBtc), money("1"));
    hit(Market::Spot, Side::Sell, "59500", "0.001");
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].kind, ReportKind::Filled);
    EXPECT_EQ(free("spot-3", kBtc), money("2"));
}

TEST(OrderHistory, DropsTheOldestFirst) {
    OrderHistory history(2);
    const auto name = [](const char* id) {
        return OrderName{model::AccountId("a"), {}, model::ClientOrderId(id)};
    };
    for (const char* id : {"x", "y", "x", "z"}) {
        OrderRecord record;
        record.name = name(id);
        history.add(std::move(record));
    }
    EXPECT_EQ(history.size(), 2U);
    EXPECT_EQ(history.find(name("y")), nullptr);
    EXPECT_NE(history.find(name("x")), nullptr);
    EXPECT_NE(history.find(name("z")), nullptr);
}

}  // namespace
}  // namespace botcore::venue
