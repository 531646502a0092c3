#include "venue/accounts.hpp"

#include "venue/testing.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

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

ContractState contract(const model::Instrument& instrument,
                       std::string_view amount,
                       std::string_view cost,
                       std::string_view mark) {
    return {.instrument = &instrument,
            .holding = {quantity(amount), money(cost)},
            .leverage = rate("20"),
            .mark = price(mark),
            .open_buys = Money(),
            .open_sells = Money()};
}

TEST(SpotBalances, CommissionComesOutOfWhatIsReceived) {
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

TEST(SpotBalances, LockedMoneyIsNotFree) {
    SpotBalances balances;
    balances.set(kUsdt, money("10"));
    EXPECT_FALSE(balances.lock(kUsdt, money("10.00000001")));
    EXPECT_TRUE(balances.lock(kUsdt, money("7")));
    EXPECT_EQ(balances.free(kUsdt), money("3"));
    EXPECT_EQ(balances.locked(kUsdt), money("7"));
    balances.unlock(kUsdt, money("2"));
    EXPECT_EQ(balances.free(kUsdt), money("5"));
}

TEST(Fee, IsRoundedHalfToEven) {
    // 0.00000001 x 0.5 lies between 0 and 1 unit, 0.00000003 x 0.5 between 1 and 2.
    EXPECT_EQ(fee_of(Market::Spot, trade(Side::Buy, "1", "0.00000001", "0.5")), Money());
    EXPECT_EQ(fee_of(Market::Spot, trade(Side::Buy, "1", "0.00000003", "0.5")),
              money("0.00000002"));
    EXPECT_EQ(fee_of(Market::Futures, trade(Side::Buy, "60000", "0.5", "0.0004")), money("12"));
}

TEST(Position, GrowsShrinksAndFlips) {
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

TEST(Margin, CountsTheLargerOfTheTwoExposures) {
    const auto rules = builtin(Market::Futures, "BTCUSDT");
    auto state = contract(rules, "1", "59000", "60000");
    EXPECT_EQ(unrealized_profit(state), money("1000"));
    EXPECT_EQ(initial_margin(state), money("3000"));
    state.open_sells = money("60000");
    EXPECT_EQ(initial_margin(state), money("3000"));
    state.open_sells = money("180000");
    EXPECT_EQ(initial_margin(state), money("6000"));
    state.open_buys = money("100000");
    EXPECT_EQ(initial_margin(state), money("8000"));
    const std::array states = {state};
    EXPECT_EQ(margin_figures(money("10000"), states).available, money("3000"));
}

TEST(Margin, MaintenanceFollowsTheBrackets) {
    const auto rules = builtin(Market::Futures, "BTCUSDT");
    // 50,000 at 0.4 %; 60,000 at 0.5 % less 50; 1,200,000 at 0.65 % less 950.
    EXPECT_EQ(maintenance_margin(contract(rules, "1", "50000", "50000")), money("200"));
    EXPECT_EQ(maintenance_margin(contract(rules, "1", "60000", "60000")), money("250"));
    EXPECT_EQ(maintenance_margin(contract(rules, "-20", "-1200000", "60000")), money("6850"));
}

TEST(Margin, BracketsMeetWithoutAJump) {
    for (const auto& instrument : model::builtin_instruments()) {
        for (std::size_t i = 1; i < instrument.brackets.size(); ++i) {
            const auto& low = instrument.brackets[i - 1];
            const auto& high = instrument.brackets[i];
            const auto at = [&low](const model::LeverageBracket& bracket) {
                return model::scaled(
                           low.notional_cap, bracket.maintenance_rate, model::Rounding::Up)
                           .value() -
                       bracket.maintenance_deduction;
            };
            EXPECT_EQ(at(low), at(high)) << instrument.id.symbol.text() << " bracket " << i;
        }
    }
}

/// The number behind the next occurrence of `key`, and moves behind it.
std::string number_after(const std::string& text, std::size_t& position, const std::string& key) {
    position = text.find('"' + key + '"', position);
    if (position == std::string::npos) return {};
    position = text.find_first_of("0123456789", position + key.size() + 2);
    const std::size_t end = text.find_first_not_of("0123456789.", position);
    const std::string number = text.substr(position, end - position);
    position = end;
    return number;
}

TEST(Margin, BuiltInBracketsAreTheRecordedOnes) {
    const char* data = std::getenv("BOTCORE_DATA");
    if (data == nullptr) GTEST_SKIP() << "BOTCORE_DATA is not set";
    std::ifstream file(std::string(data) + "/leverage/usdm-brackets-2024-10.json");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    std::size_t position = text.find("\"BTCUSDT\"");
    ASSERT_NE(position, std::string::npos);
    const auto rules = builtin(Market::Futures, "BTCUSDT");
    for (const auto& bracket : rules.brackets) {
        EXPECT_EQ(rate(number_after(text, position, "initialLeverage")), bracket.leverage_max);
        const Money cap = money(number_after(text, position, "notionalCap"));
        EXPECT_EQ(cap, bracket.notional_cap);
        EXPECT_EQ(money(number_after(text, position, "notionalFloor")), bracket.notional_floor);
        const auto ratio = rate(number_after(text, position, "maintMarginRatio"));
        const Money deduction = money(number_after(text, position, "cum"));
        ContractState state = contract(rules, "1", "0", "1");
        state.mark = model::Price::from_units(cap.units());
        EXPECT_EQ(maintenance_margin(state),
                  model::scaled(cap, ratio, model::Rounding::Up).value() - deduction);
    }
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

TEST(LiquidationPrice, IsWhereTheWalletMeetsTheMaintenanceMargin) {
    const auto rules = builtin(Market::Futures, "BTCUSDT");
    for (const std::string_view side : {"1", "-1"}) {
        const bool is_long = side == "1";
        auto state = contract(rules, side, is_long ? "60000" : "-60000", "60000");
        const std::array states = {state};
        const auto at = liquidation_price(money("3000"), states, 0);
        ASSERT_TRUE(at.has_value());
        EXPECT_EQ(*at < price("60000"), is_long);
        state.mark = *at;
        const Money left = money("3000") + unrealized_profit(state) - maintenance_margin(state);
        EXPECT_LE(model::magnitude(left), money("0.00000002"));
    }
}

TEST(LiquidationPrice, AgreesWithTheDocumentedFormula) {
    // The formula's terms: wallet 1535443.01, other contracts' maintenance 71200.81144 and profit
    // -56354.57, one bracket of 10 % with a deduction of 135365, 3683.979 long at 1456.84.
    model::Instrument rules = builtin(Market::Futures, "ETHUSDT");
    rules.brackets = {{.notional_floor = Money(),
                       .notional_cap = money("100000000"),
                       .leverage_max = rate("10"),
                       .maintenance_rate = rate("0.1"),
                       .maintenance_deduction = money("135365")}};
    const auto cost = model::notional(price("1456.84"), quantity("3683.979")).value();
    ContractState state = contract(rules, "3683.979", "0", "1400");
    state.holding.cost = cost;
    const std::array states = {state};
    const Money resources = money("1535443.01") - money("71200.81144") + money("-56354.57");
    const auto at = liquidation_price(resources, states, 0);
    ASSERT_TRUE(at.has_value());
    // -3,823,715.33... / -3,315.5811
    EXPECT_EQ(model::rounded_down_to(*at + price("0.005"), price("0.01")), price("1153.26"));
}

TEST(LiquidationPrice, CountsWhatOtherContractsNeed) {
    const auto rules = builtin(Market::Futures, "BTCUSDT");
    const auto other = builtin(Market::Futures, "ETHUSDT");
    const auto state = contract(rules, "1", "60000", "60000");
    const std::array alone = {state};
    const std::array both = {state, contract(other, "10", "30000", "3000")};
    EXPECT_LT(*liquidation_price(money("5000"), alone, 0),
              *liquidation_price(money("5000"), both, 0));
    const std::array none = {contract(rules, "0", "0", "60000")};
    EXPECT_EQ(liquidation_price(money("5000"), none, 0), std::nullopt);
}

}  // namespace
}  // namespace botcore::venue
