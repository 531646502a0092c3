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

namespace {

/// The root of wallet + q p - cost = |q| p rate - deduction, were the position in this bracket.
std::optional<model::Price> liquidation_in(const model::LeverageBracket& bracket,
                                           const model::Position& position,
                                           Money wallet) {
    const Money fixed = position.cost - wallet - bracket.maintenance_deduction;
    const Money size = Money::from_units(magnitude(position.quantity).units());
    const auto maintenance =
        model::scaled(size, bracket.maintenance_rate, model::Rounding::HalfEven);
    if (!maintenance) return std::nullopt;
    const auto slope =
        model::Quantity::from_units(position.quantity.units() - maintenance.value().units());
    const auto price = model::average_price(fixed, slope);
    if (!price || !price.value().is_positive()) return std::nullopt;
    return price.value();
}

}  // namespace

std::optional<model::Price> liquidation_price(const model::Position& position,
                                              const model::Instrument& instrument,
                                              Money wallet) {
    if (position.quantity.is_zero()) return std::nullopt;
    // The maintenance margin grows without jumps from bracket to bracket, so one of them fits.
    for (const auto& bracket : instrument.brackets) {
        const auto price = liquidation_in(bracket, position, wallet);
        if (!price) continue;
        const auto value = model::notional(*price, magnitude(position.quantity));
        const bool last = &bracket == &instrument.brackets.back();
        if (!value || value.value() < bracket.notional_floor) continue;
        if (last || value.value() <= bracket.notional_cap) return price;
    }
    return std::nullopt;
}

}  // namespace botcore::core
