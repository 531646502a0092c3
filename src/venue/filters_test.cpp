#include "venue/filters.hpp"

#include "venue/testing.hpp"

#include <gtest/gtest.h>

namespace botcore::venue {
namespace {

using namespace testing;
using model::Market;
using model::OrderType;
using model::Side;

/// The values of the examples on the spot filters page.
model::Instrument documented_spot() {
    model::Instrument instrument;
    instrument.id = {Market::Spot, model::Symbol("ETHBTC")};
    instrument.price_filter = {price("0.000001"), price("100000"), price("0.000001")};
    instrument.lot_filter = {quantity("0.001"), quantity("100000"), quantity("0.001")};
    instrument.market_lot_filter = {quantity("0.001"), quantity("500"), quantity("0.001")};
    instrument.notional_min = money("10");
    instrument.notional_max = money("10000");
    instrument.price_percent_up = rate("1.3");
    instrument.price_percent_down = rate("0.7");
    instrument.open_orders_max = 25;
    return instrument;
}

FilterInput limit(Side side, std::string_view amount, std::string_view at) {
    FilterInput input;
    input.side = side;
    input.quantity = quantity(amount);
    input.price = price(at);
    return input;
}

FilterInput market(std::string_view amount) {
    FilterInput input;
    input.type = OrderType::Market;
    input.quantity = quantity(amount);
    return input;
}

const Rejection kLotFailure{-1013, "Filter failure: LOT_SIZE"};
const Rejection kPriceFailure{-1013, "Filter failure: PRICE_FILTER"};
const Rejection kNotionalFailure{-1013, "Filter failure: NOTIONAL"};

TEST(SpotFilters, PriceMustBeInRangeAndOnTheTick) {
    const auto rules = documented_spot();
    EXPECT_EQ(check_price(rules, price("0.000001")), std::nullopt);
    EXPECT_EQ(check_price(rules, price("100000")), std::nullopt);
    EXPECT_EQ(check_price(rules, price("100000.000001")), kPriceFailure);
    EXPECT_EQ(check_price(rules, price("0.0000015")), kPriceFailure);
    EXPECT_EQ(check_price(rules, price("0.0000001")), kPriceFailure);
}

TEST(SpotFilters, ZeroDisablesAPartOfThePriceFilter) {
    auto rules = documented_spot();
    rules.price_filter = {};
    EXPECT_EQ(check_price(rules, price("123456789.12345678")), std::nullopt);
}

TEST(SpotFilters, QuantityMustBeInRangeAndOnTheStep) {
    const auto rules = documented_spot();
    EXPECT_EQ(check_lot(rules, limit(Side::Buy, "0.001", "1")), std::nullopt);
    EXPECT_EQ(check_lot(rules, limit(Side::Buy, "0.0005", "1")), kLotFailure);
    EXPECT_EQ(check_lot(rules, limit(Side::Buy, "0.0015", "1")), kLotFailure);
    EXPECT_EQ(check_lot(rules, limit(Side::Buy, "100000.001", "1")), kLotFailure);
}

TEST(SpotFilters, MarketOrdersMustPassTheMarketLotFilterToo) {
    const auto rules = documented_spot();
    EXPECT_EQ(check_lot(rules, market("500")), std::nullopt);
    EXPECT_EQ(check_lot(rules, market("500.001")),
              (Rejection{-1013, "Filter failure: MARKET_LOT_SIZE"}));
    EXPECT_EQ(check_lot(rules, market("0.0001")), kLotFailure);
}

TEST(SpotFilters, NotionalIsComparedExactly) {
    const auto rules = documented_spot();
    EXPECT_EQ(check_notional(rules, limit(Side::Buy, "2.5", "4")), std::nullopt);
    // 9.99999999999 is less than ten, although rounding could make it ten.
    EXPECT_EQ(check_notional(rules, limit(Side::Buy, "0.99999999", "9.99999999")),
              kNotionalFailure);
    EXPECT_EQ(check_notional(rules, limit(Side::Buy, "100", "100")), std::nullopt);
    EXPECT_EQ(check_notional(rules, limit(Side::Buy, "100", "100.000001")), kNotionalFailure);
}

TEST(SpotFilters, NotionalOfMarketOrdersUsesTheReferencePrice) {
    const auto rules = documented_spot();
    auto order = market("2");
    EXPECT_EQ(check_notional(rules, order), std::nullopt);
    order.reference = price("4.9");
    EXPECT_EQ(check_notional(rules, order), kNotionalFailure);
    order.reference = price("50000");
    EXPECT_EQ(check_notional(rules, order), std::nullopt);  // No maximum for market orders.
}

TEST(SpotFilters, PriceMustBeWithinThePercentBandOfTheReference) {
    const auto rules = documented_spot();
    const Rejection far{-1013, "Filter failure: PERCENT_PRICE_BY_SIDE"};
    for (const Side side : {Side::Buy, Side::Sell}) {
        auto order = limit(side, "1", "130");
        order.reference = price("100");
        EXPECT_EQ(check_percent_price(rules, order), std::nullopt);
        order.price = price("130.000001");
        EXPECT_EQ(check_percent_price(rules, order), far);
        order.price = price("70");
        EXPECT_EQ(check_percent_price(rules, order), std::nullopt);
        order.price = price("69.999999");
        EXPECT_EQ(check_percent_price(rules, order), far);
    }
}

TEST(SpotFilters, RejectsOneOrderOverTheMaximum) {
    const auto rules = documented_spot();
    auto order = limit(Side::Buy, "1", "20");
    order.open_orders_count = 24;
    EXPECT_EQ(check_filters(rules, order), std::nullopt);
    order.open_orders_count = 25;
    EXPECT_EQ(check_filters(rules, order), (Rejection{-1013, "Filter failure: MAX_NUM_ORDERS"}));
}

TEST(FuturesFilters, PriceCodesIdentifyTheCause) {
    const auto rules = builtin(Market::Futures, "BTCUSDT");
    EXPECT_EQ(check_price(rules, price("61800.1")), std::nullopt);
    EXPECT_EQ(check_price(rules, price("61800.15")),
              (Rejection{-4014, "Price not increased by tick size."}));
    EXPECT_EQ(check_price(rules, price("200")), (Rejection{-4013, "Price less than min price."}));
    EXPECT_EQ(check_price(rules, price("809484.1")),
              (Rejection{-4002, "Price greater than max price."}));
    EXPECT_EQ(check_price(rules, price("0")), (Rejection{-4001, "Price less than 0."}));
}

TEST(FuturesFilters, TheGridStartsAtTheMinimum) {
    auto rules = builtin(Market::Futures, "BTCUSDT");
    rules.price_filter = {price("0.05"), price("1000"), price("0.1")};
    EXPECT_EQ(check_price(rules, price("0.15")), std::nullopt);
    EXPECT_TRUE(check_price(rules, price("0.2")).has_value());
}

TEST(FuturesFilters, QuantityCodesIdentifyTheCause) {
    auto rules = builtin(Market::Futures, "BTCUSDT");
    const auto code = [&rules](std::string_view amount) {
        const auto refused = check_lot(rules, limit(Side::Buy, amount, "60000"));
        return refused ? refused->code : 0;
    };
    EXPECT_EQ(code("0.001"), 0);
    EXPECT_EQ(code("0"), -4003);
    EXPECT_EQ(code("0.0005"), -4004);
    EXPECT_EQ(code("1000.001"), -4005);
    EXPECT_EQ(code("0.0015"), -1111);
    rules.lot_filter = {quantity("5"), quantity("1000"), quantity("5")};
    EXPECT_EQ(code("7"), -4023);
}

TEST(FuturesFilters, MinimumNotionalExemptsReduceOnlyOrders) {
    const auto rules = builtin(Market::Futures, "BTCUSDT");
    auto order = limit(Side::Buy, "0.001", "60000");
    EXPECT_EQ(check_notional(rules, order),
              (Rejection{-4164,
                         "Order's notional must be no smaller than 100 (unless you choose reduce "
                         "only)"}));
    order.reduce_only = model::ReduceOnly::Yes;
    EXPECT_EQ(check_notional(rules, order), std::nullopt);
    auto at_market = market("0.001");
    at_market.reference = price("100000");
    EXPECT_EQ(check_notional(rules, at_market), std::nullopt);
    at_market.reference = price("99999.9");
    EXPECT_EQ(check_notional(rules, at_market)->code, -4164);
}

TEST(FuturesFilters, BuysHaveACapAndSellsAFloor) {
    const auto rules = builtin(Market::Futures, "BTCUSDT");
    const auto code = [&rules](Side side, std::string_view at) {
        auto order = limit(side, "1", at);
        order.reference = price("60000");
        const auto refused = check_percent_price(rules, order);
        return refused ? refused->code : 0;
    };
    EXPECT_EQ(code(Side::Buy, "63000"), 0);
    EXPECT_EQ(code(Side::Buy, "63000.1"), -4016);
    EXPECT_EQ(code(Side::Buy, "1000"), 0);
    EXPECT_EQ(code(Side::Sell, "57000"), 0);
    EXPECT_EQ(code(Side::Sell, "56999.9"), -4024);
    EXPECT_EQ(code(Side::Sell, "100000"), 0);
}

TEST(FuturesFilters, MarketOrdersAreCheckedWithTheBestOppositePrice) {
    const auto rules = builtin(Market::Futures, "BTCUSDT");
    auto order = market("1");
    order.reference = price("60000");
    order.best_opposite = price("63000.1");
    EXPECT_EQ(check_filters(rules, order)->code, -4131);
    order.best_opposite = price("60000.1");
    EXPECT_EQ(check_filters(rules, order), std::nullopt);
}

TEST(FuturesFilters, RejectsOneOrderOverTheMaximum) {
    auto rules = builtin(Market::Futures, "BTCUSDT");
    rules.open_orders_max = 200;
    auto order = limit(Side::Buy, "1", "60000");
    order.open_orders_count = 199;
    EXPECT_EQ(check_filters(rules, order), std::nullopt);
    order.open_orders_count = 200;
    EXPECT_EQ(check_filters(rules, order), (Rejection{-2025, "Reach max open order limit."}));
    auto at_market = market("1");
    at_market.open_orders_count = 200;
    EXPECT_EQ(check_filters(rules, at_market), std::nullopt) << "It cannot rest.";
}

TEST(FuturesFilters, ComparesTheLimitOfAWaitingOrderWithItsStopPrice) {
    const auto rules = builtin(Market::Futures, "BTCUSDT");
    const auto code = [&rules](OrderType type, Side side, std::string_view stop) {
        auto order = limit(side, "1", "66000");
        order.type = type;
        order.stop_price = price(stop);
        order.reference = price("60000");
        const auto refused = check_filters(rules, order);
        return refused ? refused->code : 0;
    };
    EXPECT_EQ(code(OrderType::StopLimit, Side::Buy, "66000"), 0);
    EXPECT_EQ(code(OrderType::StopLimit, Side::Buy, "62000"), -4016);
    EXPECT_EQ(code(OrderType::TakeProfitLimit, Side::Sell, "66000"), 0);
    EXPECT_EQ(code(OrderType::TakeProfitLimit, Side::Sell, "70000"), -4024);
}

TEST(SpotFilters, ComparesTheLimitOfAWaitingOrderWithItsStopPrice) {
    const auto rules = documented_spot();
    auto order = limit(Side::Sell, "1", "60");
    order.type = OrderType::StopLimit;
    order.stop_price = price("80");
    order.reference = price("100");
    EXPECT_EQ(check_percent_price(rules, order), std::nullopt);
    order.stop_price = price("90");
    EXPECT_EQ(check_percent_price(rules, order),
              (Rejection{-1013, "Filter failure: PERCENT_PRICE_BY_SIDE"}));
}

TEST(Rejection, ParsesItsOwnText) {
    const Rejection rejection{-2010, "Duplicate order sent."};
    EXPECT_EQ(to_text(rejection), "-2010: Duplicate order sent.");
    EXPECT_EQ(parse_rejection(to_text(rejection)), rejection);
    EXPECT_EQ(parse_rejection("no code"), std::nullopt);
    EXPECT_EQ(parse_rejection("12x: text"), std::nullopt);
}

}  // namespace
}  // namespace botcore::venue
