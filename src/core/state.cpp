#include "core/state.hpp"

#include <algorithm>

namespace botcore::core {

using model::Money;

Money unrealized_profit(const model::Position& position, const model::Quote& quote) {
    const model::Price price = position.quantity.is_negative() ? quote.ask : quote.bid;
    if (position.quantity.is_zero() || price.is_zero()) return {};
    const auto value = model::notional(price, position.quantity);
    return value ? value.value() - position.cost : Money();
}

Money available(const AccountState& account,
                const model::Asset& asset,
                const std::vector<model::Quote>& marks) {
    const auto balance = account.balances.find(asset);
    if (balance == account.balances.end()) return {};
    Money free = balance->second.of(model::Book::Cash);
    if (asset != account.account.quote) return free;
    for (const auto& quote : marks) {
        const auto position = account.positions.find(quote.instrument);
        if (position == account.positions.end()) continue;
        free += std::min(Money(), unrealized_profit(position->second, quote));
    }
    return free;
}

std::optional<model::Price> liquidation_price(const model::Position& position,
                                              const model::Instrument& instrument,
                                              Money wallet) {
    if (position.quantity.is_zero()) return std::nullopt;
    const auto* bracket = model::bracket_of(instrument, magnitude(position.cost));
    if (bracket == nullptr) return std::nullopt;
    // wallet + q p - cost = |q| p rate - deduction, solved for p.
    const Money fixed = position.cost - wallet - bracket->maintenance_deduction;
    const auto size = magnitude(position.quantity);
    const auto maintenance = model::scaled(
        Money::from_units(size.units()), bracket->maintenance_rate, model::Rounding::HalfEven);
    if (!maintenance) return std::nullopt;
    const auto slope =
        model::Quantity::from_units(position.quantity.units() - maintenance.value().units());
    const auto price = model::average_price(fixed, slope);
    if (!price || !price.value().is_positive()) return std::nullopt;
    return price.value();
}

}  // namespace botcore::core
