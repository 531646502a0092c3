#include "venue/accounts.hpp"

#include "venue/testing.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace botcore::venue {
namespace {

using namespace testing;
using model::Asset;
using model::Market;
using model::Money;
using model::Side;

const Asset kBtc("BTC");
const Asset kUsdt("USDT");

AccountTrade trade(Side side, std::string_view at, std::string_view amount, std::string_view fee) {
    return {.side = side, .price = price(at), .quantity = quantity(amount), .fee_rate = rate(fee)};
}

model::ContractState contract(const model::Instrument& instrument,
                              std::string_view amount,
                              std::string_view cost,
                              std::string_view mark) {
    return {.instrument = &instrument,
            .quantity = quantity(amount),
            .cost = money(cost),
            .leverage = rate("20"),
            .mark = price(mark),
            .open_buys = Money(),
            .open_sells = Money()};
}

TEST(SpotBalances, DeductsTheCommissionFromTheAssetReceived) {
    const auto rules = builtin(Market::Spot, "BTCUSDT");
    SpotBalances balances;
    balances.set(kUsdt, money("60000"));
    balances.trade(rules, trade(Side::Buy, "60000", "0.5", "0.001"));
    EXPECT_EQ(balances.free(kUsdt), money("30000"));
    EXPECT_EQ(balances.free(kBtc), money("0.4995"));
    balances.trade(rules, trade(Side::Sell, "60000", "0.1", "0.001"));
    EXPECT_EQ(balances.free(kBtc), money("0.3995"));
    EXPECT_EQ(balances.free(kUsdt), money("35994"));
}

TEST(SpotBalances, LockedAmountIsNotFree) {
    SpotBalances balances;
    balances.set(kUsdt, money("10"));
    EXPECT_FALSE(balances.lock(kUsdt, money("10.00000001")));
    EXPECT_TRUE(balances.lock(kUsdt, money("7")));
    EXPECT_EQ(balances.free(kUsdt), money("3"));
    EXPECT_EQ(balances.locked(kUsdt), money("7"));
    balances.unlock(kUsdt, money("2"));
    EXPECT_EQ(balances.free(kUsdt), money("5"));
}

TEST(Fee, RoundsHalfToEven) {
    // 0.00000001 x 0.5 is between 0 and 1 unit, 0.00000003 x 0.5 between 1 and 2.
    EXPECT_EQ(fee_of(Market::Spot, trade(Side::Buy, "1", "0.00000001", "0.5")), Money());
    EXPECT_EQ(fee_of(Market::Spot, trade(Side::Buy, "1", "0.00000003", "0.5")),
              money("0.00000002"));
    EXPECT_EQ(fee_of(Market::Futures, trade(Side::Buy, "60000", "0.5", "0.0004")), money("12"));
}

TEST(Position, GrowsShrinksAndReverses) {
    Holding holding;
    EXPECT_EQ(apply_trade(holding, trade(Side::Buy, "100", "2", "0")), Money());
    EXPECT_EQ(apply_trade(holding, trade(Side::Buy, "110", "2", "0")), Money());
    EXPECT_EQ(holding, (Holding{quantity("4"), money("420")}));
    EXPECT_EQ(apply_trade(holding, trade(Side::Sell, "120", "1", "0")), money("15"));
    EXPECT_EQ(holding, (Holding{quantity("3"), money("315")}));
    EXPECT_EQ(apply_trade(holding, trade(Side::Sell, "100", "5", "0")), money("-15"));
    EXPECT_EQ(holding, (Holding{quantity("-2"), money("-200")}));
    EXPECT_EQ(apply_trade(holding, trade(Side::Buy, "90", "2", "0")), money("20"));
    EXPECT_EQ(holding, Holding());
}

TEST(Leverage, MayNotExceedTheBracketOfTheExposure) {
    const auto rules = builtin(Market::Futures, "BTCUSDT");
    auto state = contract(rules, "0", "0", "60000");
    state.leverage = rate("100");
    state.open_buys = money("600000");
    EXPECT_EQ(check_leverage(state), std::nullopt);
    state.open_buys = money("600000.1");
    EXPECT_EQ(check_leverage(state)->code, -2027);
    EXPECT_EQ(check_leverage_setting(rules, rate("125")), std::nullopt);
    EXPECT_EQ(check_leverage_setting(rules, rate("126"))->code, -4028);
    EXPECT_EQ(check_leverage_setting(rules, rate("1.5"))->code, -4028);
    EXPECT_EQ(check_leverage_setting(rules, rate("0"))->code, -4028);
}

}  // namespace
}  // namespace botcore::venue
