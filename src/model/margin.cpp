#include "model/margin.hpp"

#include "base/check.hpp"

#include <algorithm>

namespace botcore::model {

namespace {

constexpr Money kWorthMax =
    Money::from_units(base::Int128{1'000'000'000'000'000} * 1'000'000'000'000'000);

Money signed_worth(Price price, Quantity quantity) {
    const Money size = worth(price, magnitude(quantity));
    return quantity.is_negative() ? -size : size;
}

Money maintenance_in(const LeverageBracket& bracket, Money notional) {
    const Money share = scaled(notional, bracket.maintenance_rate, Rounding::Up).value();
    return std::max(Money(), share - bracket.maintenance_deduction);
}

/// The solution of the margin equation if the position is in this bracket.
std::optional<Price> liquidation_in(const LeverageBracket& bracket,
                                    Money resources,
                                    const ContractState& contract) {
    const Money size = Money::from_units(magnitude(contract.quantity).units());
    const auto part = scaled(size, bracket.maintenance_rate, Rounding::HalfEven);
    if (!part) return std::nullopt;
    const Money dividend = resources + bracket.maintenance_deduction - contract.cost;
    const Quantity divisor = Quantity::from_units(part.value().units()) - contract.quantity;
    if (divisor.is_zero()) return std::nullopt;
    const auto price = average_price(dividend, divisor);
    if (!price || !price.value().is_positive()) return std::nullopt;
    return price.value();
}

}  // namespace

Money worth(Price price, Quantity quantity) {
    const auto product = notional(price, quantity);
    return product ? product.value() : kWorthMax;
}

Money position_notional(const ContractState& contract) {
    if (!contract.mark) return contract.cost;
    return signed_worth(*contract.mark, contract.quantity);
}

Money unrealized_profit(const ContractState& contract) {
    return position_notional(contract) - contract.cost;
}

Money exposure(const ContractState& contract) {
    const Money position = position_notional(contract);
    return std::max(magnitude(position + contract.open_buys),
                    magnitude(position - contract.open_sells));
}

Money initial_margin(const ContractState& contract) {
    return divided(exposure(contract), contract.leverage, Rounding::Up).value();
}

Money position_margin(const ContractState& contract) {
    return divided(magnitude(position_notional(contract)), contract.leverage, Rounding::Up).value();
}

Money maintenance_margin(const ContractState& contract) {
    const Money notional = magnitude(position_notional(contract));
    const LeverageBracket* bracket = bracket_of(*contract.instrument, notional);
    return bracket == nullptr ? Money() : maintenance_in(*bracket, notional);
}

Money open_loss(Side side, Price price, Quantity quantity, std::optional<Price> mark) {
    if (!mark) return {};
    const Price behind = side == Side::Buy ? price - *mark : *mark - price;
    return behind.is_positive() ? worth(behind, quantity) : Money();
}

MarginFigures margin_figures(Money wallet, std::span<const ContractState> contracts) {
    MarginFigures figures;
    for (const ContractState& contract : contracts) {
        figures.unrealized += unrealized_profit(contract);
        figures.initial += initial_margin(contract);
        figures.position_initial += position_margin(contract);
        figures.maintenance += maintenance_margin(contract);
    }
    figures.available = wallet + figures.unrealized - figures.initial;
    return figures;
}

std::optional<Price> liquidation_price(Money wallet,
                                       std::span<const ContractState> contracts,
                                       std::size_t index) {
    CHECK(index < contracts.size());
    const ContractState& contract = contracts[index];
    if (contract.quantity.is_zero()) return std::nullopt;
    Money resources = wallet;
    for (std::size_t i = 0; i < contracts.size(); ++i) {
        if (i == index) continue;
        resources += unrealized_profit(contracts[i]) - maintenance_margin(contracts[i]);
    }
    // The maintenance margin is continuous over the brackets, so one of them contains the solution.
    for (const LeverageBracket& bracket : contract.instrument->brackets) {
        const auto price = liquidation_in(bracket, resources, contract);
        if (!price) continue;
        const auto notional = model::notional(*price, magnitude(contract.quantity));
        const bool last = &bracket == &contract.instrument->brackets.back();
        if (!notional || notional.value() < bracket.notional_floor) continue;
        if (last || notional.value() <= bracket.notional_cap) return price;
    }
    return std::nullopt;
}

}  // namespace botcore::model
