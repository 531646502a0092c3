#include "model/margin.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace botcore::model {
namespace {

Price price_at(std::string_view text) {
    return parse_amount<Price>(text).value();
}

Quantity quantity(std::string_view text) {
    return parse_amount<Quantity>(text).value();
}

Money money(std::string_view text) {
    return parse_amount<Money>(text).value();
}

Rate rate(std::string_view text) {
    return parse_amount<Rate>(text).value();
}

Instrument builtin(Market market, std::string_view symbol) {
    const InstrumentId id{market, Symbol(symbol)};
    const auto& all = builtin_instruments();
    return *std::find_if(all.begin(), all.end(), [&](const auto& item) { return item.id == id; });
}

ContractState contract(const Instrument& instrument,
                       std::string_view amount,
                       std::string_view cost,
                       std::string_view mark) {
    return {.instrument = &instrument,
            .quantity = quantity(amount),
            .cost = money(cost),
            .leverage = rate("20"),
            .mark = price_at(mark),
            .open_buys = Money(),
            .open_sells = Money()};
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

TEST(Margin, ReducingOrdersAndTwoSidedQuotesNeedNoExtraMargin) {
    const auto rules = builtin(Market::Futures, "BTCUSDT");
    auto state = contract(rules, "1", "60000", "60000");
    EXPECT_EQ(position_margin(state), money("3000"));
    // A sell of twice the position reverses it to the same size.
    state.open_sells = money("120000");
    EXPECT_EQ(initial_margin(state), money("3000"));
    auto flat = contract(rules, "0", "0", "60000");
    flat.open_buys = money("59000");
    flat.open_sells = money("61000");
    EXPECT_EQ(initial_margin(flat), money("3050"));
}

TEST(Margin, OpenLossCountsOrdersBeyondTheMarkPrice) {
    EXPECT_EQ(open_loss(Side::Buy, price_at("60100"), quantity("2"), price_at("60000")),
              money("200"));
    EXPECT_EQ(open_loss(Side::Buy, price_at("59900"), quantity("2"), price_at("60000")), Money());
    EXPECT_EQ(open_loss(Side::Sell, price_at("59900"), quantity("2"), price_at("60000")),
              money("200"));
    EXPECT_EQ(open_loss(Side::Sell, price_at("60100"), quantity("2"), price_at("60000")), Money());
    EXPECT_EQ(open_loss(Side::Sell, price_at("1"), quantity("2"), std::nullopt), Money());
}

TEST(Margin, MaintenanceMarginFollowsTheBrackets) {
    const auto rules = builtin(Market::Futures, "BTCUSDT");
    // The expected margins: 50,000 at 0.4 %; 60,000 at 0.5 % less 50; 1,200,000 at 0.65 % less 950.
    EXPECT_EQ(maintenance_margin(contract(rules, "1", "50000", "50000")), money("200"));
    EXPECT_EQ(maintenance_margin(contract(rules, "1", "60000", "60000")), money("250"));
    EXPECT_EQ(maintenance_margin(contract(rules, "-20", "-1200000", "60000")), money("6850"));
}

TEST(Margin, MaintenanceMarginIsContinuousAtBracketBounds) {
    for (const auto& instrument : builtin_instruments()) {
        for (std::size_t i = 1; i < instrument.brackets.size(); ++i) {
            const auto& low = instrument.brackets[i - 1];
            const auto& high = instrument.brackets[i];
            const auto at = [&low](const LeverageBracket& bracket) {
                return scaled(low.notional_cap, bracket.maintenance_rate, Rounding::Up).value() -
                       bracket.maintenance_deduction;
            };
            EXPECT_EQ(at(low), at(high)) << instrument.id.symbol.text() << " bracket " << i;
        }
    }
}

/// The number after the next occurrence of `key`; moves `position` past it.
std::string number_after(const std::string& text, std::size_t& position, const std::string& key) {
    position = text.find('"' + key + '"', position);
    if (position == std::string::npos) return {};
    position = text.find_first_of("0123456789", position + key.size() + 2);
    const std::size_t end = text.find_first_not_of("0123456789.", position);
    const std::string number = text.substr(position, end - position);
    position = end;
    return number;
}

TEST(Margin, BuiltInBracketsMatchTheRecordedResponse) {
    const char* data = std::getenv("BOTTEST_DATA");
    if (data == nullptr) GTEST_SKIP() << "BOTTEST_DATA is not set";
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
        state.mark = Price::from_units(cap.units());
        EXPECT_EQ(maintenance_margin(state), scaled(cap, ratio, Rounding::Up).value() - deduction);
    }
}

TEST(LiquidationPrice, IsWhereTheWalletEqualsTheMaintenanceMargin) {
    const auto rules = builtin(Market::Futures, "BTCUSDT");
    for (const std::string_view side : {"1", "-1"}) {
        const bool is_long = side == "1";
        auto state = contract(rules, side, is_long ? "60000" : "-60000", "60000");
        const std::array states = {state};
        const auto at = liquidation_price(money("3000"), states, 0);
        ASSERT_TRUE(at.has_value());
        EXPECT_EQ(*at < price_at("60000"), is_long);
        state.mark = *at;
        const Money left = money("3000") + unrealized_profit(state) - maintenance_margin(state);
        EXPECT_LE(magnitude(left), money("0.00000002"));
    }
}

TEST(LiquidationPrice, MatchesTheDocumentedFormula) {
    // The terms of the formula: wallet 1535443.01, other contracts' maintenance 71200.81144 and
    // profit -56354.57, one bracket of 10 % with a deduction of 135365, 3683.979 long at 1456.84.
    Instrument rules = builtin(Market::Futures, "ETHUSDT");
    rules.brackets = {{.notional_floor = Money(),
                       .notional_cap = money("100000000"),
                       .leverage_max = rate("10"),
                       .maintenance_rate = rate("0.1"),
                       .maintenance_deduction = money("135365")}};
    const auto cost = notional(price_at("1456.84"), quantity("3683.979")).value();
    ContractState state = contract(rules, "3683.979", "0", "1400");
    state.cost = cost;
    const std::array states = {state};
    const Money resources = money("1535443.01") - money("71200.81144") + money("-56354.57");
    const auto at = liquidation_price(resources, states, 0);
    ASSERT_TRUE(at.has_value());
    // -3,823,715.33... / -3,315.5811
    EXPECT_EQ(rounded_down_to(*at + price_at("0.005"), price_at("0.01")), price_at("1153.26"));
}

TEST(LiquidationPrice, CountsTheMarginOfOtherContracts) {
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
}  // namespace botcore::model
