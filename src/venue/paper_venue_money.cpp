// The part of `PaperVenue` that handles money: the checks before an order is accepted, restoring
// accounts, and queries about accounts.

#include "venue/paper_venue.hpp"

#include <algorithm>
#include <set>

namespace botcore::venue {

using model::AccountId;
using model::Asset;
using model::InstrumentId;
using model::InstrumentStatus;
using model::Market;
using model::Money;
using model::Price;
using model::Quantity;
using model::ReduceOnly;
using model::Side;

namespace {

/// The asset that an order gives, and therefore locks on spot.
const Asset& given_asset(const model::Instrument& instrument, Side side) {
    return side == Side::Buy ? instrument.quote : instrument.base;
}

/// The largest amount that a spot order gives at its limit.
Money given_amount(const ExchangeOrder& order, Price price) {
    if (order.side == Side::Sell) return Money::from_units(order.open().units());
    return worth(price, order.open());
}

std::optional<Rejection> check_status(const model::Instrument& instrument) {
    const bool futures = instrument.id.market == Market::Futures;
    switch (instrument.status) {
        case InstrumentStatus::Trading:
            return std::nullopt;
        case InstrumentStatus::CancelOnly:
            if (futures) return Rejection{-4140, "Invalid symbol status for opening position"};
            break;
        case InstrumentStatus::Halted:
            if (futures) return Rejection{-4141, "Symbol is closed"};
            break;
    }
    return Rejection{-2010, "Market is closed."};
}

}  // namespace

PaperVenue::Contract* PaperVenue::find_contract(const InstrumentId& instrument) {
    const auto place = contracts_.find(instrument);
    return place == contracts_.end() ? nullptr : &place->second;
}

const PaperVenue::Contract* PaperVenue::find_contract(const InstrumentId& instrument) const {
    const auto place = contracts_.find(instrument);
    return place == contracts_.end() ? nullptr : &place->second;
}

PaperVenue::AccountBooks* PaperVenue::find_account(const AccountId& account) {
    const auto place = accounts_.find(account);
    return place == accounts_.end() ? nullptr : &place->second;
}

const PaperVenue::AccountBooks* PaperVenue::find_account(const AccountId& account) const {
    const auto place = accounts_.find(account);
    return place == accounts_.end() ? nullptr : &place->second;
}

std::optional<Price> PaperVenue::reference_of(const Contract& contract) {
    const OrderBook& book = contract.matching.book();
    const auto bid = book.best(Side::Buy);
    const auto ask = book.best(Side::Sell);
    if (bid && ask) return Price::from_units((bid->units() + ask->units()) / 2);
    return contract.last_trade;
}

std::optional<PaperVenue::Refusal> PaperVenue::check_request(
    const model::OrderInstruction& instruction,
    const Contract& contract,
    const AccountBooks& books) {
    const bool limit = has_limit(instruction.type);
    const bool waits = is_conditional(instruction.type);
    if (limit && !instruction.price) {
        return Refusal{
            {-1102, "Mandatory parameter 'price' was not sent, was empty/null, or malformed."}};
    }
    if (!limit && instruction.price) {
        return Refusal{{-1106, "Parameter 'price' sent when not required."}};
    }
    if (waits && !instruction.stop_price) {
        return Refusal{
            {-1102, "Mandatory parameter 'stopPrice' was not sent, was empty/null, or malformed."},
            model::order_reason(model::RefusalReason::StopPriceMissing)};
    }
    if (!waits && instruction.stop_price) {
        return Refusal{{-1106, "Parameter 'stopPrice' sent when not required."}};
    }
    if (contract.instrument.id.market == Market::Spot &&
        instruction.reduce_only == ReduceOnly::Yes) {
        return Refusal{{-1106, "Parameter 'reduceOnly' sent when not required."}};
    }
    if (auto refused = check_status(contract.instrument)) return Refusal{*refused};
    const FilterInput input{
        .side = instruction.side,
        .type = instruction.type,
        .reduce_only = instruction.reduce_only,
        .quantity = instruction.quantity,
        .price = instruction.price,
        .stop_price = instruction.stop_price,
        .reference = reference_of(contract),
        .best_opposite = contract.matching.book().best(opposite(instruction.side)),
        .open_orders_count = contract.matching.open_count(books.party)};
    if (auto refused = check_filters(contract.instrument, input)) return Refusal{*refused};
    return std::nullopt;
}

std::optional<PaperVenue::Refusal> PaperVenue::check_money(const AccountBooks& books,
                                                           const Contract& contract,
                                                           const ExchangeOrder& order) const {
    if (books.market == Market::Futures) return check_margin(books, contract, order);
    Money needed;
    if (const auto at = order.lock_price()) {
        needed = given_amount(order, *at);
    } else if (order.side == Side::Sell) {
        needed = Money::from_units(order.open().units());
    } else {
        needed = contract.matching.book()
                     .reach({.party = order.party,
                             .side = order.side,
                             .quantity = order.open(),
                             .limit = std::nullopt})
                     .notional;
    }
    if (needed <= books.spot.free(given_asset(contract.instrument, order.side)))
        return std::nullopt;
    return Refusal{insufficient_balance()};
}

/// A limit buy is valued at its limit, a limit sell at the better of its limit and the best bid, a
/// market order at the worst price that it would reach; the immediate loss of the order is added
/// (exchange FAQ "cost required to open a position"). An order that does not increase the margin
/// passes.
std::optional<PaperVenue::Refusal> PaperVenue::check_margin(const AccountBooks& books,
                                                            const Contract& contract,
                                                            const ExchangeOrder& order) const {
    if (order.reduce_only == ReduceOnly::Yes || order.waits()) return std::nullopt;
    const OrderBook& book = contract.matching.book();
    std::optional<Price> assumed = order.price;
    std::optional<Price> lowest = order.price;
    if (!assumed) {
        assumed = book.reach({.party = order.party,
                              .side = order.side,
                              .quantity = order.open(),
                              .limit = std::nullopt})
                      .worst;
        lowest = assumed;
    } else if (order.side == Side::Sell) {
        assumed = std::max(*assumed, book.best(Side::Buy).value_or(*assumed));
    }
    if (!assumed) return std::nullopt;  // No liquidity: the order will expire.
    const model::ContractState before = state_of(books, contract);
    model::ContractState after = before;
    (order.side == Side::Buy ? after.open_buys : after.open_sells) += worth(*assumed, order.open());
    const Money rise = initial_margin(after) - initial_margin(before);
    if (!rise.is_positive()) return std::nullopt;
    if (auto refused = check_leverage(after)) return Refusal{*refused};
    const Money loss = model::open_loss(order.side, *lowest, order.open(), before.mark);
    const Money available = margins(books.id, contract.instrument.quote).available;
    if (rise + loss <= available) return std::nullopt;
    return Refusal{insufficient_margin()};
}

/// The part of the position that one more reduce-only order may reduce, beside those in the book
/// (W4).
Quantity PaperVenue::room_to_reduce(const AccountBooks& books,
                                    const Contract& contract,
                                    Side side) const {
    Quantity room = reducible(holding(books.id, contract.instrument.id), side);
    for (const auto& [serial, other] : contract.matching.open_orders()) {
        if (other.party != books.party || other.side != side || other.waits()) continue;
        if (other.reduce_only == ReduceOnly::Yes) room -= other.open();
    }
    return room;
}

model::ContractState PaperVenue::state_of(const AccountBooks& books,
                                          const Contract& contract) const {
    const auto leverage = books.leverages.find(contract.instrument.id);
    const auto holding = books.holdings.find(contract.instrument.id);
    const Holding held = holding == books.holdings.end() ? Holding() : holding->second;
    model::ContractState state{
        .instrument = &contract.instrument,
        .quantity = held.quantity,
        .cost = held.cost,
        .leverage = leverage == books.leverages.end() ? kLeverageDefault : leverage->second,
        .mark = reference_of(contract),
        .open_buys = Money(),
        .open_sells = Money()};
    for (const auto& [serial, order] : contract.matching.open_orders()) {
        if (order.party != books.party || order.reduce_only == ReduceOnly::Yes || order.waits()) {
            continue;
        }
        (order.side == Side::Buy ? state.open_buys : state.open_sells) +=
            worth(order.price.value_or(Price()), order.open());
    }
    return state;
}

std::vector<model::ContractState> PaperVenue::states_of(const AccountBooks& books,
                                                        const Asset& asset) const {
    std::vector<model::ContractState> states;
    for (const auto& [id, contract] : contracts_) {
        if (id.market == Market::Futures && contract.instrument.quote == asset) {
            states.push_back(state_of(books, contract));
        }
    }
    return states;
}

/// Locks the amount that a resting spot order may give, as far as the free balance allows.
void PaperVenue::lock_for(AccountBooks& books,
                          const Contract& contract,
                          const ExchangeOrder& order) {
    const auto at = order.lock_price();
    if (books.market != Market::Spot || !at) return;
    OrderRecord& record = open_records_.at(order.serial);
    const Asset& asset = given_asset(contract.instrument, order.side);
    const Money missing = given_amount(order, *at) - record.locked;
    const Money amount = std::min(missing, books.spot.free(asset));
    if (!amount.is_positive()) return;
    const bool locked = books.spot.lock(asset, amount);
    CHECK(locked);  // V3
    record.locked += amount;
}

void PaperVenue::book_trade(AccountBooks& books,
                            const Contract& contract,
                            Side side,
                            const model::Trade& trade) {
    const auto& rules = contract.instrument;
    const AccountTrade booked{.side = side,
                              .price = trade.price,
                              .quantity = trade.quantity,
                              .fee_rate = trade.maker ? rules.fee_maker : rules.fee_taker};
    if (books.market == Market::Spot) {
        books.spot.trade(rules, booked);
        return;
    }
    books.wallets[rules.quote] += apply_trade(books.holdings[rules.id], booked) - trade.fee;
}

PaperVenue::AccountBooks& PaperVenue::restore_balances(const AccountSnapshot& snapshot) {
    AccountBooks& books = accounts_[snapshot.account.id];
    if (books.id.empty()) {
        books.id = snapshot.account.id;
        books.market = snapshot.account.market;
        parties_.push_back(books.id);
        books.party = Party(parties_.size());
    }
    CHECK(books.market == snapshot.account.market);
    for (const Asset& asset : books.spot.assets())
        books.spot.set(asset, Money());
    for (auto& [serial, record] : open_records_) {
        if (record.name.account == books.id) record.locked = Money();
    }
    books.wallets.clear();
    books.holdings.clear();
    for (const model::Balance& balance : snapshot.balances) {
        if (books.market == Market::Spot) {
            books.spot.set(balance.asset, balance.total());
        } else {
            books.wallets[balance.asset] = balance.total();
        }
    }
    for (const model::Position& position : snapshot.positions) {
        books.holdings[position.instrument] = {position.quantity, position.cost};
        if (position.leverage.is_positive()) {
            books.leverages[position.instrument] = position.leverage;
        }
    }
    return books;
}

void PaperVenue::remove_unknown_orders(const AccountBooks& books, const AccountSnapshot& snapshot) {
    std::set<OrderName> known;
    for (const model::Order& row : snapshot.live_orders) {
        known.insert({books.id, row.instrument, row.id});
    }
    for (auto record = open_records_.begin(); record != open_records_.end();) {
        const bool stays =
            record->second.name.account != books.id || known.contains(record->second.name);
        if (stays) {
            ++record;
            continue;
        }
        if (Contract* contract = find_contract(record->second.name.instrument)) {
            contract->matching.forget(record->first);
        }
        record = open_records_.erase(record);
    }
}

/// Books the trades of this run that the rows do not contain yet.
void PaperVenue::book_missing_trades(AccountBooks& books, const AccountSnapshot& snapshot) {
    struct Missing {
        const Contract* contract;
        Side side;
        const model::Trade* trade;
    };

    std::vector<Missing> missing;
    for (const model::Order& row : snapshot.live_orders) {
        const Contract* contract = find_contract(row.instrument);
        if (contract == nullptr) continue;
        const ExchangeOrder* order = contract->matching.find(books.party, row.id);
        const OrderRecord* record = order != nullptr
                                        ? &open_records_.at(order->serial)
                                        : history_.find({books.id, row.instrument, row.id});
        if (record == nullptr) continue;
        Quantity filled = record->filled_before;
        for (const model::Trade& trade : record->trades) {
            filled += trade.quantity;
            if (filled > row.filled) missing.push_back({contract, record->side, &trade});
        }
    }
    std::sort(missing.begin(), missing.end(), [](const Missing& a, const Missing& b) {
        return a.trade->id < b.trade->id;
    });
    for (const Missing& each : missing) {
        book_trade(books, *each.contract, each.side, *each.trade);
    }
}

bool PaperVenue::walk_on(OrderWalk& walk,
                         model::Timestamp now,
                         std::vector<model::VenueOrder>& orders) const {
    std::vector<const OrderRecord*> closed;
    const bool more = history_.closed_before(walk.place, walk.account, walk.since, closed);
    for (const OrderRecord* record : closed)
        orders.push_back(venue_order_of(*record, now));
    if (more) return false;
    for (const auto& [serial, record] : open_records_) {
        if (record.name.account == walk.account) orders.push_back(venue_order_of(record, now));
    }
    return true;
}

std::optional<model::VenueBooks> PaperVenue::books(const AccountId& account,
                                                   model::Timestamp now) const {
    const AccountBooks* found = find_account(account);
    if (found == nullptr) return std::nullopt;
    model::VenueBooks books{.venue_time = now, .balances = {}, .positions = {}};
    for (const Asset& asset : found->spot.assets()) {
        books.balances.push_back({asset, found->spot.free(asset) + found->spot.locked(asset)});
    }
    for (const auto& [asset, wallet] : found->wallets)
        books.balances.push_back({asset, wallet});
    for (const auto& [instrument, holding] : found->holdings)
        books.positions.push_back({instrument, holding.quantity, holding.cost});
    return books;
}

std::optional<Rejection> PaperVenue::set_leverage(const AccountId& account,
                                                  const InstrumentId& instrument,
                                                  model::Rate leverage) {
    AccountBooks* books = find_account(account);
    if (books == nullptr) {
        return Rejection{-2015, "Invalid API-key, IP, or permissions for action."};
    }
    const Contract* contract = find_contract(instrument);
    if (contract == nullptr || instrument.market != books->market) {
        return Rejection{-1121, "Invalid symbol."};
    }
    if (auto refused = check_leverage_setting(contract->instrument, leverage)) return refused;
    books->leverages[instrument] = leverage;
    return std::nullopt;
}

std::optional<Price> PaperVenue::reference_price(const InstrumentId& instrument) const {
    const Contract* contract = find_contract(instrument);
    return contract == nullptr ? std::nullopt : reference_of(*contract);
}

const OrderBook* PaperVenue::book(const InstrumentId& instrument) const {
    const Contract* contract = find_contract(instrument);
    return contract == nullptr ? nullptr : &contract->matching.book();
}

const SpotBalances* PaperVenue::spot_balances(const AccountId& account) const {
    const AccountBooks* books = find_account(account);
    return books == nullptr ? nullptr : &books->spot;
}

Money PaperVenue::wallet(const AccountId& account, const Asset& asset) const {
    const AccountBooks* books = find_account(account);
    if (books == nullptr) return Money();
    const auto place = books->wallets.find(asset);
    return place == books->wallets.end() ? Money() : place->second;
}

Holding PaperVenue::holding(const AccountId& account, const InstrumentId& instrument) const {
    const AccountBooks* books = find_account(account);
    if (books == nullptr) return {};
    const auto place = books->holdings.find(instrument);
    return place == books->holdings.end() ? Holding() : place->second;
}

model::MarginFigures PaperVenue::margins(const AccountId& account, const Asset& asset) const {
    const AccountBooks* books = find_account(account);
    if (books == nullptr) return {};
    return margin_figures(wallet(account, asset), states_of(*books, asset));
}

std::optional<Price> PaperVenue::liquidation_price(const AccountId& account,
                                                   const InstrumentId& instrument) const {
    const AccountBooks* books = find_account(account);
    const Contract* contract = find_contract(instrument);
    if (books == nullptr || contract == nullptr) return std::nullopt;
    const auto states = states_of(*books, contract->instrument.quote);
    for (std::size_t i = 0; i < states.size(); ++i) {
        if (states[i].instrument != &contract->instrument) continue;
        return model::liquidation_price(wallet(account, contract->instrument.quote), states, i);
    }
    return std::nullopt;
}

}  // namespace botcore::venue
