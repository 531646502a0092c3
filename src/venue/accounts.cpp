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

std::optional<Rejection> check_leverage(const model::ContractState& contract) {
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
