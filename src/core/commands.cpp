#include "core/commands.hpp"

#include "base/check.hpp"
#include "core/caller.hpp"
#include "core/ledger/booking.hpp"
#include "core/orders/client_order_id.hpp"
#include "core/orders/order_life.hpp"
#include "core/risk/entry_gates.hpp"

#include <algorithm>

namespace botcore::core {

using model::Book;
using model::Money;
using model::Quantity;
using model::Reason;
using model::Refusal;

namespace {

model::Order order_of(const AccountState& account, const model::PlaceOrder& body) {
    model::Order order;
    order.owner = body.origin.owner;
    order.account = account.account.id;
    order.instrument = body.instrument;
    order.side = body.side;
    order.type = body.type;
    order.time_in_force = body.time_in_force;
    order.reduce_only = body.reduce_only;
    order.quantity = body.quantity;
    order.price = body.price;
    order.key = body.origin.key;
    return order;
}

std::size_t open_orders(const AccountState& account, const model::InstrumentId& instrument) {
    return static_cast<std::size_t>(
        std::count_if(account.orders.begin(), account.orders.end(), [&](const auto& item) {
            return model::is_live(item.second.order.state) &&
                   item.second.order.instrument == instrument;
        }));
}

/// The checks between a request and an intent; the reservation to make, or why not.
base::Result<Reservation, RuleBreach> judge(Transaction& transaction,
                                            const AccountState& account,
                                            const model::Instrument& instrument,
                                            const model::PlaceOrder& body) {
    const State& state = transaction.state();
    const OrderView view{
        instrument, body.side, body.type, body.reduce_only, body.quantity, body.price, body.quote};
    const bool spot = account.account.market == model::Market::Spot;
    const Quantity shrinking =
        spot ? Quantity() : std::min(reducible(account, body.instrument, body.side), body.quantity);
    if (body.reduce_only == model::ReduceOnly::Yes && shrinking < body.quantity) {
        return base::Failure{RuleBreach{Reason::ReduceOnlyRefused,
                                        spot ? "reduce-only orders exist on futures accounts only"
                                             : "a reduce-only order may shrink the position by " +
                                                   to_text(shrinking) + " at most, but " +
                                                   to_text(body.quantity) + " was asked for"}};
    }
    if (auto breach = broken_rule(view)) return base::Failure{std::move(*breach)};
    const bool exit = spot ? body.side == model::Side::Sell : shrinking == body.quantity;
    if (!exit) {
        if (auto breach = closed_gate(state, account, transaction.input(), body.quote)) {
            return base::Failure{std::move(*breach)};
        }
    }
    if (open_orders(account, body.instrument) >= instrument.open_orders_max) {
        return base::Failure{RuleBreach{Reason::TooManyOpenOrders,
                                        "at most " + std::to_string(instrument.open_orders_max) +
                                            " orders may be open; cancel some first"}};
    }
    Reservation worst = TRY(worst_case(state, account, view, body.quantity - shrinking));
    const Money free = available(account, worst.asset, body.marks);
    if (!worst.amount.is_zero() && worst.amount > free) {
        return base::Failure{RuleBreach{Reason::InsufficientBalance,
                                        "the order needs " + to_text(worst.amount) + " " +
                                            worst.asset.text() + " at worst, but " +
                                            to_text(std::max(free, Money())) + " is free"}};
    }
    return worst;
}

/// Records the order, refused or on its way.
void record_order(Transaction& transaction, AccountState& account, const model::PlaceOrder& body) {
    const auto instrument = transaction.state().instruments.find(body.instrument);
    if (instrument == transaction.state().instruments.end() ||
        body.instrument.market != account.account.market) {
        refuse(transaction,
               body.origin,
               {Reason::InstrumentUnknown,
                "there is no " + body.instrument.symbol.text() + " on the " +
                    std::string(to_text(account.account.market)) + " market"});
        return;
    }
    auto verdict = judge(transaction, account, instrument->second, body);
    if (!verdict && model::is_for_now(verdict.error().reason)) {
        transaction.refuse_for_now({verdict.error().reason, verdict.error().text, {}, 0});
        return;
    }
    LiveOrder& live = transaction.add_order(account, order_of(account, body));
    transaction.open_key(body.origin, live.order.id);
    if (!verdict) {
        live.order.state = model::OrderState::Refused;
        live.order.reason = verdict.error().reason;
        live.order.reason_text = verdict.error().text;
        transaction.answer({body.origin.owner, body.origin.key}, live.order);
        return;
    }
    const Reservation worst = std::move(verdict).value();
    reserve(transaction, account, live.order, worst.asset, worst.amount);
    send_order(transaction, account, live);
}

}  // namespace

void start_epoch(Transaction& transaction, const model::StartEpoch& body) {
    State& state = transaction.state();
    CHECK(body.epoch > state.epoch);
    state.epoch = body.epoch;
    state.incarnation = body.incarnation;
    state.policy = body.policy;
    // Before the accounts: an exchange in this process seats no order of an instrument it lacks.
    for (const auto& [id, instrument] : state.instruments) {
        transaction.perform(AnnounceInstrument{id});
    }
    for (auto& [id, account] : state.accounts) {
        account.reconciled = false;  // I11
        for (auto& [number, live] : account.orders)
            forget_answers(transaction, live);
        transaction.perform(ReconcileAccount{id});
    }
}

void open_account(Transaction& transaction, const model::OpenAccount& body) {
    State& state = transaction.state();
    if (state.accounts.contains(body.account)) {
        refuse(transaction,
               body.origin,
               {Reason::AccountExists, "the name '" + body.account.text() + "' is taken"});
        return;
    }
    AccountState& account = state.accounts[body.account];
    account.account.id = body.account;
    account.account.owner = body.origin.owner;
    account.account.market = body.market;
    account.account.quote = body.quote;
    account.account.initial_deposit = body.deposit;
    account.account.created = transaction.now();
    account.reconciled = true;  // A new paper account has nothing to compare.
    (void)transaction.change(account);
    transaction.move(account, body.quote, Book::External, Book::Cash, body.deposit);
    transaction.perform(AnnounceAccount{body.account});
    transaction.answer_at_once(body.origin, account.account);
}

void place_order(Transaction& transaction, const model::PlaceOrder& body) {
    AccountState* account = own_account(transaction, body.origin, body.account);
    if (account != nullptr) record_order(transaction, *account, body);
}

void cancel_order(Transaction& transaction, const model::CancelOrder& body) {
    AccountState* account = own_account(transaction, body.origin, body.account);
    if (account == nullptr) return;
    const auto parts = parse_client_order_id(body.order.text());
    const auto live = parts
                          ? account->orders.find(model::order_number(parts->sequence, parts->index))
                          : account->orders.end();
    if (live == account->orders.end() || live->second.order.id != body.order) {
        refuse(transaction,
               body.origin,
               {Reason::OrderUnknown, "the account has no order '" + body.order.text() + "'"});
        return;
    }
    const model::Order& order = live->second.order;
    if (refused_by_version(transaction, body.origin, body.version, order.version)) return;
    if (order.state == model::OrderState::Canceled) {
        transaction.answer_at_once(body.origin,
                                   order);  // Already so: the same result (R3-IDEM-03).
        return;
    }
    if (!model::is_live(order.state)) {
        transaction.answer_at_once(
            body.origin,
            Refusal{Reason::OrderNotOpen,
                    "the order is " + std::string(to_text(order.state)) + ", nothing is left of it",
                    order.id,
                    order.version});
        return;
    }
    if (!order.cancel_key.empty()) {
        transaction.answer_at_once(body.origin,
                                   Refusal{Reason::CancelPending,
                                           "a cancel of this order is already under way",
                                           order.id,
                                           order.version});
        return;
    }
    transaction.open_key(body.origin, order.id);
    transaction.change(live->second).cancel_key = body.origin.key;
    send_cancel(transaction, *account, live->second);
}

void close_position(Transaction& transaction, const model::ClosePosition& body) {
    AccountState* account = own_account(transaction, body.origin, body.account);
    if (account == nullptr) return;
    const auto place = account->positions.find(body.instrument);
    if (place == account->positions.end() || place->second.quantity.is_zero()) {
        refuse(transaction,
               body.origin,
               {Reason::PositionNotOpen,
                "there is no open position in " + body.instrument.symbol.text()});
        return;
    }
    const model::Position& position = place->second;
    if (refused_by_version(transaction, body.origin, body.version, position.version)) return;
    const auto side = position.quantity.is_positive() ? model::Side::Sell : model::Side::Buy;
    const Quantity left = reducible(*account, body.instrument, side);
    if (left.is_zero()) {
        refuse(transaction,
               body.origin,
               {Reason::ReduceOnlyRefused,
                "live orders already close the whole position; cancel them first"});
        return;
    }
    model::PlaceOrder order;
    order.origin = body.origin;
    order.account = body.account;
    order.instrument = body.instrument;
    order.side = side;
    order.reduce_only = model::ReduceOnly::Yes;
    order.quantity = left;
    order.quote = body.quote;
    record_order(transaction, *account, order);
}

void set_leverage(Transaction& transaction, const model::SetLeverage& body) {
    AccountState* account = own_account(transaction, body.origin, body.account);
    if (account == nullptr) return;
    const auto instrument = transaction.state().instruments.find(body.instrument);
    const auto refused = [&](Reason reason, std::string text) {
        refuse(transaction, body.origin, {reason, std::move(text)});
    };
    if (account->account.market != model::Market::Futures) {
        return refused(Reason::NotSupportedOnMarket, "leverage exists on futures accounts only");
    }
    if (instrument == transaction.state().instruments.end()) {
        return refused(Reason::InstrumentUnknown,
                       "there is no " + body.instrument.symbol.text() + " on the futures market");
    }
    const auto place = account->positions.find(body.instrument);
    const std::uint64_t version = place == account->positions.end() ? 0 : place->second.version;
    if (refused_by_version(transaction, body.origin, body.version, version)) return;
    const auto highest = instrument->second.brackets.front().leverage_max;
    const bool whole = is_multiple(body.leverage, model::Rate::whole(1));
    if (!whole || body.leverage < model::Rate::whole(1) || body.leverage > highest) {
        return refused(Reason::LeverageTooHigh,
                       "leverage is a whole number from 1 to " + to_text(highest) + ", but " +
                           to_text(body.leverage) + " was asked for");
    }
    if (place != account->positions.end() && !place->second.quantity.is_zero()) {
        return refused(Reason::PositionOpen, "leverage cannot change while a position is open");
    }
    if (open_orders(*account, body.instrument) != 0) {
        return refused(Reason::OpenOrdersExist, "leverage cannot change while orders are open");
    }
    model::Position& position = transaction.change(*account, body.instrument);
    position.leverage = body.leverage;
    transaction.perform(AnnounceAccount{body.account});
    transaction.answer_at_once(body.origin, position);
}

void transfer_money(Transaction& transaction, const model::TransferMoney& body) {
    AccountState* from = own_account(transaction, body.origin, body.from);
    if (from == nullptr) return;
    AccountState* to = own_account(transaction, body.origin, body.to);
    if (to == nullptr) return;
    const auto refused = [&](Reason reason, std::string text) {
        refuse(transaction, body.origin, {reason, std::move(text)});
    };
    if (from == to)
        return refused(Reason::AccountExists, "giver and receiver are the same account");
    if (!body.amount.is_positive()) {
        return refused(Reason::QuantityTooSmall, "the amount must be above zero");
    }
    if (!from->balances.contains(body.asset)) {
        return refused(Reason::AssetUnknown, "the account holds no " + body.asset.text());
    }
    if (from->account.state == model::AccountState::Frozen) {
        return refused(Reason::AccountFrozen, "money cannot leave a frozen account");
    }
    const Money free = available(*from, body.asset, body.marks);
    if (body.amount > free) {
        return refused(Reason::InsufficientBalance,
                       to_text(body.amount) + " " + body.asset.text() + " was asked for, but " +
                           to_text(std::max(free, Money())) + " is free");
    }
    transaction.move(*from, body.asset, Book::Cash, Book::External, body.amount);
    transaction.move(*to, body.asset, Book::External, Book::Cash, body.amount);
    (void)transaction.change(*from);
    (void)transaction.change(*to);
    transaction.perform(AnnounceAccount{body.from});
    transaction.perform(AnnounceAccount{body.to});
    transaction.answer_at_once(
        body.origin, model::Transferred{from->account, to->account, body.asset, body.amount});
}

void reset_account(Transaction& transaction, const model::ResetAccount& body) {
    AccountState* account = own_account(transaction, body.origin, body.account);
    if (account == nullptr) return;
    if (refused_by_version(transaction, body.origin, body.version, account->account.version)) {
        return;
    }
    const bool live =
        std::any_of(account->orders.begin(), account->orders.end(), [](const auto& item) {
            return model::is_live(item.second.order.state);
        });
    if (live) {
        refuse(transaction,
               body.origin,
               {Reason::OpenOrdersExist, "cancel the open orders before a reset"});
        return;
    }
    for (auto& [instrument, position] : account->positions) {
        if (position.quantity.is_zero() && position.realized_profit.is_zero()) continue;
        model::Position& row = transaction.change(*account, instrument);
        row.quantity = {};
        row.cost = {};
        row.margin = {};
        row.realized_profit = {};
    }
    for (auto& [asset, balance] : account->balances) {
        transaction.move(*account, asset, Book::Margin, Book::External, balance.of(Book::Margin));
        transaction.move(*account, asset, Book::Cash, Book::External, balance.of(Book::Cash));
    }
    transaction.move(*account,
                     account->account.quote,
                     Book::External,
                     Book::Cash,
                     account->account.initial_deposit);
    model::Account& row = transaction.change(*account);
    row.state = model::AccountState::Active;
    row.frozen_reason = Reason::None;
    transaction.perform(AnnounceAccount{body.account});
    transaction.answer_at_once(body.origin, row);
}

}  // namespace botcore::core
