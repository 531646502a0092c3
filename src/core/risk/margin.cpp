#include "core/risk/margin.hpp"

#include <algorithm>
#include <set>

namespace botcore::core {

using model::Book;
using model::ContractState;
using model::Money;
using model::Price;
using model::Rounding;
using model::Side;

std::optional<Price> mark_of(const model::Quote& quote) {
    if (!quote.bid.is_zero() && !quote.ask.is_zero()) {
        return Price::from_units((quote.bid.units() + quote.ask.units()) / 2);
    }
    if (!quote.last.is_zero()) return quote.last;
    return std::nullopt;
}

bool is_fresh(const model::Policy& policy, const model::Quote& quote) {
    return quote.source != model::MarketSource::None && !quote.bid.is_zero() &&
           !quote.ask.is_zero() && quote.age <= policy.price_age_max;
}

Money unrealized_profit(const model::Position& position, const model::Quote& quote) {
    const auto mark = mark_of(quote);
    if (position.quantity.is_zero() || !mark) return {};
    const auto value = model::notional(*mark, position.quantity);
    return value ? value.value() - position.cost : Money();
}

namespace {

std::optional<Price> mark_among(const std::vector<model::Quote>& marks,
                                const model::InstrumentId& instrument) {
    for (const auto& quote : marks) {
        if (quote.instrument == instrument) return mark_of(quote);
    }
    return std::nullopt;
}

/// The price at which the order counts: its limit, or else the worst price that was assumed for it.
Price counted_price(const model::Order& order) {
    if (order.price) return *order.price;
    if (order.worst_price) return *order.worst_price;
    return order.stop_price.value_or(Price());
}

void count(ContractState& contract, const model::Order& order) {
    (order.side == Side::Buy ? contract.open_buys : contract.open_sells) +=
        model::worth(counted_price(order), remaining(order));
}

/// How much open orders may enlarge the position.
Money enlargement(const ContractState& contract) {
    return model::exposure(contract) - magnitude(model::position_notional(contract));
}

Money fee_of(const ContractState& contract) {
    const Money opened = enlargement(contract);
    const auto fee = scaled(opened, contract.instrument->fee_taker, Rounding::Up);
    return fee ? fee.value() : opened;
}

Money wallet_of(const AccountState& account) {
    const auto balance = account.balances.find(account.account.quote);
    return balance == account.balances.end() ? Money() : balance->second.total();
}

bool has_margin(const AccountState& account) {
    return account.account.market == model::Market::Futures;
}

}  // namespace

namespace {

bool is_open_entry(const model::Order& order) {
    return model::is_live(order.state) && order.state != model::OrderState::Queued &&
           order.reduce_only == model::ReduceOnly::No && order.filled < order.quantity;
}

}  // namespace

bool counts_for_margin(const model::Order& order) {
    const bool waits = model::is_conditional(order.type) && !model::is_triggered(order);
    return is_open_entry(order) && !waits;
}

ContractState contract_of(const AccountState& account,
                          const model::Instrument& instrument,
                          const std::vector<model::Quote>& marks,
                          CountedOrders orders) {
    ContractState contract;
    contract.instrument = &instrument;
    contract.mark = mark_among(marks, instrument.id);
    const auto place = account.positions.find(instrument.id);
    if (place != account.positions.end()) {
        contract.quantity = place->second.quantity;
        contract.cost = place->second.cost;
        contract.leverage = place->second.leverage;
    }
    for (const auto& [number, live] : account.orders) {
        if (live.order.instrument != instrument.id) continue;
        const bool counts = orders == CountedOrders::WaitingToo ? is_open_entry(live.order)
                                                                : counts_for_margin(live.order);
        if (counts) count(contract, live.order);
    }
    return contract;
}

std::vector<ContractState> contracts_of(const State& state,
                                        const AccountState& account,
                                        const std::vector<model::Quote>& marks) {
    std::set<model::InstrumentId> ids;
    for (const auto& [id, position] : account.positions) {
        if (!position.quantity.is_zero()) ids.insert(id);
    }
    for (const auto& [number, live] : account.orders) {
        if (counts_for_margin(live.order)) ids.insert(live.order.instrument);
    }
    std::vector<ContractState> contracts;
    for (const auto& id : ids) {
        const auto instrument = state.instruments.find(id);
        if (instrument == state.instruments.end()) continue;
        contracts.push_back(contract_of(account, instrument->second, marks));
    }
    return contracts;
}

AccountFigures figures_of(const State& state,
                          const AccountState& account,
                          const std::vector<model::Quote>& marks) {
    const auto contracts = contracts_of(state, account, marks);
    AccountFigures figures;
    figures.wallet = wallet_of(account);
    figures.margin = model::margin_figures(figures.wallet, contracts);
    for (const auto& contract : contracts)
        figures.fees_and_losses += fee_of(contract);
    for (const auto& [number, live] : account.orders) {
        const auto& order = live.order;
        if (!counts_for_margin(order)) continue;
        figures.fees_and_losses += model::open_loss(order.side,
                                                    counted_price(order),
                                                    remaining(order),
                                                    mark_among(marks, order.instrument));
    }
    return figures;
}

Money available(const State& state,
                const AccountState& account,
                const model::Asset& asset,
                const std::vector<model::Quote>& marks) {
    if (has_margin(account) && asset == account.account.quote) {
        return figures_of(state, account, marks).available();
    }
    const auto balance = account.balances.find(asset);
    return balance == account.balances.end() ? Money() : balance->second.of(Book::Cash);
}

std::optional<Price> liquidation_price(const State& state,
                                       const AccountState& account,
                                       const model::InstrumentId& instrument,
                                       const std::vector<model::Quote>& marks) {
    const auto contracts = contracts_of(state, account, marks);
    for (std::size_t i = 0; i < contracts.size(); ++i) {
        if (contracts[i].instrument->id != instrument) continue;
        return model::liquidation_price(wallet_of(account), contracts, i);
    }
    return std::nullopt;
}

bool may_enlarge(const State& state, const AccountState& account, const model::Order& order) {
    const auto instrument = state.instruments.find(order.instrument);
    if (instrument == state.instruments.end() || !counts_for_margin(order)) return false;
    ContractState without = contract_of(account, instrument->second, {});
    const ContractState with = without;
    (order.side == Side::Buy ? without.open_buys : without.open_sells) -=
        model::worth(counted_price(order), remaining(order));
    return model::exposure(with) > model::exposure(without);
}

namespace {

/// Removes the reservations that orders of the instrument hold individually, as in records before
/// version 5, and returns their sum.
Money take_from_orders(Transaction& transaction,
                       AccountState& account,
                       const model::InstrumentId& instrument) {
    Money taken;
    for (auto& [number, live] : account.orders) {
        if (live.order.instrument != instrument || live.order.reserved.is_zero()) continue;
        model::Order& order = transaction.change(live);
        taken += order.reserved;
        order.reserved = {};
        order.reserved_full = {};
    }
    return taken;
}

void settle(Transaction& transaction, AccountState& account, const model::Instrument& instrument) {
    const Money from_orders = take_from_orders(transaction, account, instrument.id);
    const auto place = account.positions.find(instrument.id);
    const Money before = place == account.positions.end() ? Money() : place->second.reserved;
    const ContractState contract = contract_of(account, instrument, {});
    const Money needed =
        divided(enlargement(contract), contract.leverage, Rounding::Up).value() + fee_of(contract);
    const Money held = before + from_orders;
    const auto balance = account.balances.find(account.account.quote);
    const Money cash = balance == account.balances.end() ? Money() : balance->second.of(Book::Cash);
    const Money reserved = std::min(needed, std::max(Money(), cash + held));  // R2
    if (reserved != before) transaction.set_reserved(account, instrument.id, reserved);
    transaction.move(account, account.account.quote, Book::Cash, Book::Reserved, reserved - held);
}

/// Cross margin: the margin of other positions covers the loss of one.
void cover_with_margin(Transaction& transaction, AccountState& account) {
    const auto balance = account.balances.find(account.account.quote);
    if (balance == account.balances.end()) return;
    for (auto& [instrument, position] : account.positions) {
        const Money missing = -balance->second.of(Book::Cash);
        if (!missing.is_positive()) return;
        const Money part = std::min(missing, position.margin);
        if (!part.is_positive()) continue;
        transaction.change(account, instrument).margin -= part;
        transaction.move(account, account.account.quote, Book::Margin, Book::Cash, part);
    }
}

}  // namespace

void settle_reservations(Transaction& transaction) {
    State& state = transaction.state();
    std::set<model::AccountId> accounts;
    for (const auto& [account_id, instrument_id] : transaction.touched_contracts()) {
        const auto place = state.accounts.find(account_id);
        const auto instrument = state.instruments.find(instrument_id);
        if (place == state.accounts.end() || instrument == state.instruments.end()) continue;
        if (!has_margin(place->second)) continue;
        settle(transaction, place->second, instrument->second);
        accounts.insert(account_id);
    }
    for (const auto& id : accounts)
        cover_with_margin(transaction, state.accounts.at(id));
}

}  // namespace botcore::core
