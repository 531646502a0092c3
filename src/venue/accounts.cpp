#include "venue/accounts.hpp"

#include "venue/order_book.hpp"

#include <algorithm>

namespace botcore::venue {

using model::Asset;
using model::Instrument;
using model::LeverageBracket;
using model::Market;
using model::Money;
using model::Price;
using model::Quantity;
using model::Rate;
using model::Rounding;
using model::Side;

namespace {

/// A quantity of the base asset as an amount of that asset.
Money as_money(Quantity quantity) {
    return Money::from_units(quantity.units());
}

Money signed_worth(Price price, Quantity quantity) {
    const Money size = worth(price, model::magnitude(quantity));
    return quantity.is_negative() ? -size : size;
}

Money position_notional(const ContractState& contract) {
    if (!contract.mark) return contract.holding.cost;
    return signed_worth(*contract.mark, contract.holding.quantity);
}

/// The larger of the two exposures that open orders may lead to.
Money exposure(const ContractState& contract) {
    const Money position = position_notional(contract);
    return std::max(model::magnitude(position + contract.open_buys),
                    model::magnitude(position - contract.open_sells));
}

Money maintenance_in(const LeverageBracket& bracket, Money notional) {
    const Money share = model::scaled(notional, bracket.maintenance_rate, Rounding::Up).value();
    return std::max(Money(), share - bracket.maintenance_deduction);
}

}  // namespace

Money fee_of(Market market, const AccountTrade& trade) {
    const bool in_base = market == Market::Spot && trade.side == Side::Buy;
    const Money base = in_base ? as_money(trade.quantity) : worth(trade.price, trade.quantity);
    return model::scaled(base, trade.fee_rate, Rounding::HalfEven).value();
}

const Asset& fee_asset_of(const Instrument& instrument, Side side) {
    const bool in_base = instrument.id.market == Market::Spot && side == Side::Buy;
    return in_base ? instrument.base : instrument.quote;
}

void SpotBalances::set(const Asset& asset, Money free) {
    amounts_[asset] = {.free = free, .locked = Money()};
}

bool SpotBalances::lock(const Asset& asset, Money amount) {
    Amounts& amounts = amounts_[asset];
    if (amounts.free < amount) return false;
    amounts.free -= amount;
    amounts.locked += amount;
    return true;
}

void SpotBalances::unlock(const Asset& asset, Money amount) {
    Amounts& amounts = amounts_[asset];
    CHECK(amount <= amounts.locked);  // V3
    amounts.locked -= amount;
    amounts.free += amount;
}

void SpotBalances::trade(const Instrument& instrument, const AccountTrade& trade) {
    const Money quote = worth(trade.price, trade.quantity);
    const Money base = as_money(trade.quantity);
    const bool buys = trade.side == Side::Buy;
    amounts_[instrument.base].free += buys ? base : -base;
    amounts_[instrument.quote].free += buys ? -quote : quote;
    amounts_[fee_asset_of(instrument, trade.side)].free -= fee_of(Market::Spot, trade);
}

Money SpotBalances::free(const Asset& asset) const {
    const auto place = amounts_.find(asset);
    return place == amounts_.end() ? Money() : place->second.free;
}

Money SpotBalances::locked(const Asset& asset) const {
    const auto place = amounts_.find(asset);
    return place == amounts_.end() ? Money() : place->second.locked;
}

std::vector<Asset> SpotBalances::assets() const {
    std::vector<Asset> list;
    for (const auto& [asset, amounts] : amounts_)
        list.push_back(asset);
    return list;
}

Rejection insufficient_balance() {
    return {-2010, "Account has insufficient balance for requested action."};
}

Rejection insufficient_margin() {
    return {-2019, "Margin is insufficient."};
}

Quantity reducible(const Holding& holding, Side side) {
    const bool closes =
        side == Side::Sell ? holding.quantity.is_positive() : holding.quantity.is_negative();
    return closes ? model::magnitude(holding.quantity) : Quantity();
}

Money apply_trade(Holding& holding, const AccountTrade& trade) {
    const bool buys = trade.side == Side::Buy;
    const bool closes = buys ? holding.quantity.is_negative() : holding.quantity.is_positive();
    const Quantity closed =
        closes ? std::min(model::magnitude(holding.quantity), trade.quantity) : Quantity();
    const Quantity opened = trade.quantity - closed;
    Money realized;
    if (closed.is_positive()) {
        const Money cost =
            model::share(
                holding.cost, closed, model::magnitude(holding.quantity), Rounding::HalfEven)
                .value();
        const Money got = worth(trade.price, closed);
        realized = (buys ? -got : got) - cost;
        holding.cost -= cost;
        holding.quantity += buys ? closed : -closed;
    }
    if (opened.is_positive()) {
        const Money paid = worth(trade.price, opened);
        holding.cost += buys ? paid : -paid;
        holding.quantity += buys ? opened : -opened;
    }
    CHECK(!holding.quantity.is_zero() || holding.cost.is_zero());  // V2
    return realized;
}

Money unrealized_profit(const ContractState& contract) {
    return position_notional(contract) - contract.holding.cost;
}

Money initial_margin(const ContractState& contract) {
    return model::divided(exposure(contract), contract.leverage, Rounding::Up).value();
}

Money maintenance_margin(const ContractState& contract) {
    const Money notional = model::magnitude(position_notional(contract));
    const LeverageBracket* bracket = model::bracket_of(*contract.instrument, notional);
    return bracket == nullptr ? Money() : maintenance_in(*bracket, notional);
}

MarginFigures margin_figures(Money wallet, std::span<const ContractState> contracts) {
    MarginFigures figures;
    for (const ContractState& contract : contracts) {
        figures.unrealized += unrealized_profit(contract);
        figures.initial += initial_margin(contract);
        figures.maintenance += maintenance_margin(contract);
    }
    figures.available = wallet + figures.unrealized - figures.initial;
    return figures;
}

namespace {

/// The root of the margin equation, were the position in this bracket.
std::optional<Price> liquidation_in(const LeverageBracket& bracket,
                                    Money resources,
                                    const Holding& holding) {
    const Money size = as_money(model::magnitude(holding.quantity));
    const Money part = model::scaled(size, bracket.maintenance_rate, Rounding::HalfEven).value();
    const Money dividend = resources + bracket.maintenance_deduction - holding.cost;
    const Quantity divisor = Quantity::from_units(part.units()) - holding.quantity;
    if (divisor.is_zero()) return std::nullopt;
    const auto price = model::average_price(dividend, divisor);
    if (!price || !price.value().is_positive()) return std::nullopt;
    return price.value();
}

}  // namespace

std::optional<Price> liquidation_price(Money wallet,
                                       std::span<const ContractState> contracts,
                                       std::size_t index) {
    CHECK(index < contracts.size());
    const ContractState& contract = contracts[index];
    if (contract.holding.quantity.is_zero()) return std::nullopt;
    Money resources = wallet;
    for (std::size_t i = 0; i < contracts.size(); ++i) {
        if (i == index) continue;
        resources += unrealized_profit(contracts[i]) - maintenance_margin(contracts[i]);
    }
    // The maintenance margin grows without jumps from bracket to bracket, so one of them fits.
    for (const LeverageBracket& bracket : contract.instrument->brackets) {
        const auto price = liquidation_in(bracket, resources, contract.holding);
        if (!price) continue;
        const Money notional = worth(*price, model::magnitude(contract.holding.quantity));
        const bool last = &bracket == &contract.instrument->brackets.back();
        const bool fits = notional >= bracket.notional_floor;
        if (fits && (last || notional <= bracket.notional_cap)) return price;
    }
    return std::nullopt;
}

std::optional<Rejection> check_leverage(const ContractState& contract) {
    const LeverageBracket* bracket = model::bracket_of(*contract.instrument, exposure(contract));
    if (bracket == nullptr || contract.leverage <= bracket->leverage_max) return std::nullopt;
    return Rejection{-2027, "Exceeded the maximum allowable position at current leverage."};
}

std::optional<Rejection> check_leverage_setting(const Instrument& instrument, Rate leverage) {
    const bool whole = model::is_multiple(leverage, Rate::whole(1));
    const bool in_range = leverage >= Rate::whole(1) && !instrument.brackets.empty() &&
                          leverage <= instrument.brackets.front().leverage_max;
    if (whole && in_range) return std::nullopt;
    return Rejection{-4028, "Leverage " + model::to_text(leverage) + " is not valid"};
}

}  // namespace botcore::venue
