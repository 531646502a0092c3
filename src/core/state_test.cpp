#include "core/state.hpp"

#include "core/core_bench_test.hpp"

namespace botcore::core {
namespace {

model::Instrument bitcoin() {
    for (const auto& instrument : model::builtin_instruments()) {
        if (instrument.id == kFutures) return instrument;
    }
    return {};
}

model::Position position_of(std::string_view size, std::string_view cost) {
    model::Position position;
    position.instrument = kFutures;
    position.quantity = quantity(size);
    position.cost = money(cost);
    return position;
}

/// What is left of the wallet at that price beyond the margin that the position needs there.
Money left_at(Price at, const model::Position& position, Money wallet) {
    const auto rules = bitcoin();
    const Money value = notional(at, position.quantity).value();
    const auto& bracket = *model::bracket_of(rules, magnitude(value));
    const Money share =
        scaled(magnitude(value), bracket.maintenance_rate, model::Rounding::Up).value();
    return wallet + value - position.cost - (share - bracket.maintenance_deduction);
}

TEST(LiquidationPrice, IsWhereTheEquityIsDownToTheMaintenanceMargin) {
    for (const char* wallet : {"3000", "40000", "200000", "900000"}) {
        for (const auto& position : {position_of("1", "60000"),
                                     position_of("-1", "-60000"),
                                     position_of("-5", "-300000")}) {
            const auto at = liquidation_price(position, bitcoin(), money(wallet));
            if (!at) {
                EXPECT_TRUE(position.quantity.is_positive());
                EXPECT_GT(money(wallet), position.cost) << "Even a price of zero takes less.";
                continue;
            }
            EXPECT_LE(magnitude(left_at(*at, position, money(wallet))), money("0.000001"))
                << wallet << " and " << to_text(position.quantity);
        }
    }
}

TEST(LiquidationPrice, ExistsOnlyWhereThereIsAPositionWithBrackets) {
    EXPECT_EQ(liquidation_price(position_of("0", "0"), bitcoin(), money("3000")), std::nullopt);
    auto without = bitcoin();
    without.brackets.clear();
    EXPECT_EQ(liquidation_price(position_of("1", "60000"), without, money("3000")), std::nullopt);
}

TEST(Available, CountsNothingThatIsNotThere) {
    AccountState account;
    account.account.quote = kUsdt;
    EXPECT_TRUE(available(account, kUsdt, {quote(kFutures)}).is_zero());
    account.balances[kUsdt].of(Book::Cash) = money("10");
    EXPECT_EQ(available(account, kUsdt, {quote(kFutures)}), money("10")) << "No such position.";
}

TEST(UnrealizedProfit, IsNoneWhereTheValueLeavesAllBounds) {
    auto position = position_of("900000000000000", "60000");
    auto seen = quote(kFutures);
    seen.bid = price("900000000000000");
    EXPECT_TRUE(unrealized_profit(position, seen).is_zero());
}

}  // namespace
}  // namespace botcore::core
