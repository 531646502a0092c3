#include "core/placing.hpp"

#include "base/check.hpp"
#include "core/caller.hpp"
#include "core/ledger/booking.hpp"
#include "core/orders/exits.hpp"
#include "core/orders/find_order.hpp"
#include "core/orders/order_life.hpp"
#include "core/risk/entry_checks.hpp"
#include "core/risk/limits.hpp"
#include "core/risk/margin.hpp"

#include <algorithm>

namespace botcore::core {

using model::EndReason;
using model::Money;
using model::Quantity;
using model::Refusal;
using model::RefusalReason;

std::size_t open_orders_count(const AccountState& account, const model::InstrumentId& instrument) {
    return static_cast<std::size_t>(
        std::count_if(account.orders.begin(), account.orders.end(), [&](const auto& item) {
            return model::is_live(item.second.order.state) &&
                   item.second.order.instrument == instrument;
        }));
}

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
    order.stop_price = body.stop_price;
    order.stop_loss = body.stop_loss;
    order.take_profit = body.take_profit;
    order.trail_activation = body.trail_activation;
    order.trail_distance = body.trail_distance;
    return order;
}

bool closes_at_market(const model::PlaceOrder& body) {
    return body.type == model::OrderType::Market && body.reduce_only == model::ReduceOnly::Yes;
}

/// The part of the order that only reduces the position. A reduce-only market order trades before
/// resting orders, which are canceled to make room for it. A conditional order that is not
/// reduce-only counts as an entry, because the position at the time of its trigger is not known.
Quantity shrinking_part(const AccountState& account, const model::PlaceOrder& body) {
    const auto place = account.positions.find(body.instrument);
    if (place == account.positions.end()) return {};
    const Quantity held = place->second.quantity;
    const bool against = body.side == model::Side::Buy ? held.is_negative() : held.is_positive();
    if (!against) return {};
    if (account.account.market == model::Market::Spot) return {};
    if (closes_at_market(body)) {
        return std::min(unclosed(account, body.instrument), body.quantity);
    }
    if (!model::is_conditional(body.type)) {
        return std::min(reducible(account, body.instrument, body.side), body.quantity);
    }
    if (body.reduce_only == model::ReduceOnly::No) return {};
    return std::min(magnitude(held), body.quantity);
}

/// The checks that an entry must pass: risk limits, ramp and order rate.
std::optional<RuleBreach> broken_entry_limit(Transaction& transaction,
                                             AccountState& account,
                                             const model::PlaceOrder& body,
                                             const Reservation& worst) {
    State& state = transaction.state();
    if (auto breach = broken_limit(state,
                                   account,
                                   {body.instrument, worst.committed, transaction.monotonic_time()},
                                   body.marks)) {
        return breach;
    }
    if (auto breach = refused_by_ramp(state, transaction.input())) return breach;
    return over_rate(state, account, transaction.monotonic_time());
}

/// The same rule as MAX_NUM_ORDERS of the exchange: a market order never rests, so it is not
/// limited; zero means no limit.
std::optional<RuleBreach> too_many_open(const AccountState& account,
                                        const model::Instrument& instrument,
                                        model::OrderType type) {
    if (type == model::OrderType::Market || instrument.open_orders_max == 0) return std::nullopt;
    if (open_orders_count(account, instrument.id) < instrument.open_orders_max) {
        return std::nullopt;
    }
    return RuleBreach{RefusalReason::TooManyOpenOrders,
                      "at most " + std::to_string(instrument.open_orders_max) +
                          " orders may be open; cancel some first"};
}

std::optional<RuleBreach> too_little_money(const State& state,
                                           const AccountState& account,
                                           const Reservation& worst,
                                           const std::vector<model::Quote>& marks) {
    if (worst.amount.is_zero()) return std::nullopt;
    const Money free = available(state, account, worst.asset, marks);
    if (worst.amount <= free) return std::nullopt;
    return RuleBreach{RefusalReason::InsufficientBalance,
                      "the order needs " + to_text(worst.amount) + " " + worst.asset.text() +
                          " in the worst case, but " + to_text(std::max(free, Money())) +
                          " is available"};
}

/// The marks of the account's positions and of the order's own instrument.
std::vector<model::Quote> marks_of(const model::PlaceOrder& body) {
    std::vector<model::Quote> marks = body.marks;
    const bool known = std::any_of(marks.begin(), marks.end(), [&](const model::Quote& quote) {
        return quote.instrument == body.instrument;
    });
    if (!known) {
        marks.push_back(body.quote);
        marks.back().instrument = body.instrument;
    }
    return marks;
}

/// All checks between a request and an intent; returns the reservation to make, or the rule that
/// was broken.
base::Result<Reservation, RuleBreach> judge(Transaction& transaction,
                                            AccountState& account,
                                            const model::Instrument& instrument,
                                            const model::PlaceOrder& body) {
    const State& state = transaction.state();
    OrderView view{
        instrument, body.side, body.type, body.reduce_only, body.quantity, body.price, body.quote};
    view.stop_price = body.stop_price;
    view.stop_loss = body.stop_loss;
    view.take_profit = body.take_profit;
    view.stop_distance_max = state.policy.risk.stop_distance_max;
    const bool spot = account.account.market == model::Market::Spot;
    const Quantity shrinking = shrinking_part(account, body);
    if (body.reduce_only == model::ReduceOnly::Yes && shrinking < body.quantity) {
        return base::Failure{RuleBreach{
            RefusalReason::ReduceOnlyRefused,
            spot ? "reduce-only orders exist on futures accounts only"
                 : "a reduce-only order may reduce the position by at most " + to_text(shrinking) +
                       ", but " + to_text(body.quantity) + " was requested"}};
    }
    if (auto breach = broken_rule(view)) return base::Failure{std::move(*breach)};
    const bool exit = spot ? body.side == model::Side::Sell : shrinking == body.quantity;
    if (!exit) {
        if (auto breach = entry_refusal(state, account, transaction.input(), body.quote)) {
            return base::Failure{std::move(*breach)};
        }
    }
    if (auto breach = too_many_open(account, instrument, body.type)) {
        return base::Failure{std::move(*breach)};
    }
    const auto marks = marks_of(body);
    Reservation worst = exit && !spot ? Reservation{instrument.quote, {}, {}, {}}
                                      : TRY(worst_case(state, account, view, marks));
    if (auto breach = too_little_money(state, account, worst, marks)) {
        return base::Failure{std::move(*breach)};
    }
    if (!exit) {
        if (auto breach = broken_entry_limit(transaction, account, body, worst)) {
            return base::Failure{std::move(*breach)};
        }
    }
    return worst;
}

/// Records the order, either refused or sent.
void record_order(Transaction& transaction, AccountState& account, const model::PlaceOrder& body) {
    const auto instrument = transaction.state().instruments.find(body.instrument);
    if (instrument == transaction.state().instruments.end() ||
        body.instrument.market != account.account.market) {
        refuse(transaction,
               body.origin,
               {RefusalReason::InstrumentUnknown,
                "there is no " + body.instrument.symbol.text() + " on the " +
                    std::string(to_text(account.account.market)) + " market"});
        return;
    }
    auto verdict = judge(transaction, account, instrument->second, body);
    if (!verdict && model::is_transient(verdict.error().reason)) {
        transaction.refuse_for_the_moment({verdict.error().reason, verdict.error().text, {}, 0});
        return;
    }
    LiveOrder& live = transaction.add_order(account, order_of(account, body));
    transaction.open_key(body.origin, live.order.id);
    if (!verdict) {
        live.order.state = model::OrderState::Refused;
        live.order.reason = order_reason(verdict.error().reason);
        live.order.reason_text = verdict.error().text;
        transaction.answer({body.origin.owner, body.origin.key}, live.order);
        return;
    }
    const Reservation worst = std::move(verdict).value();
    if (account.account.market == model::Market::Spot) {
        reserve(transaction, account, live.order, worst.asset, worst.amount);
    } else {
        live.order.reserved_asset = worst.asset;
        live.order.worst_price = worst.price;
    }
    if (closes_at_market(body)) make_room(transaction, account, body.instrument, body.quantity);
    send_order(transaction, account, live);
}

/// Records an exit that waits for the end of the maintenance window.
void queue_exit(Transaction& transaction, AccountState& account, const model::ClosePosition& body) {
    const model::Position& position = account.positions.at(body.instrument);
    const Quantity left = unclosed(account, body.instrument);
    if (left.is_zero() || !body.queue_limit || body.queue_until <= transaction.exchange_time()) {
        refuse(transaction,
               body.origin,
               {RefusalReason::PriceOutsideQueueLimit,
                "a queued close requires an open position, a limit price and a deadline in the "
                "future"});
        return;
    }
    const auto side = position.quantity.is_positive() ? model::Side::Sell : model::Side::Buy;
    const OrderView view{transaction.state().instruments.at(body.instrument),
                         side,
                         model::OrderType::Limit,
                         model::ReduceOnly::Yes,
                         left,
                         body.queue_limit,
                         body.quote};
    if (auto breach = broken_price_rule(view)) {
        return refuse(transaction, body.origin, std::move(*breach));
    }
    model::Order order;
    order.owner = body.origin.owner;
    order.account = body.account;
    order.instrument = body.instrument;
    order.side = side;
    order.type = model::OrderType::Limit;
    order.time_in_force = model::TimeInForce::ImmediateOrCancel;
    order.reduce_only = model::ReduceOnly::Yes;
    order.quantity = left;
    order.price = body.queue_limit;
    order.key = body.origin.key;
    order.state = model::OrderState::Queued;
    order.reserved_asset = account.account.quote;
    order.queue_limit = body.queue_limit;
    order.queue_until = body.queue_until;
    order.queue_deadline =
        transaction.monotonic_time() + (body.queue_until - transaction.exchange_time());
    const LiveOrder& live = transaction.add_order(account, std::move(order));
    transaction.open_key(body.origin, live.order.id);
    transaction.answer({body.origin.owner, body.origin.key}, live.order);
}

}  // namespace

void place_order(Transaction& transaction, const model::PlaceOrder& body) {
    AccountState* account = own_account(transaction, body.origin, body.account);
    if (account != nullptr) record_order(transaction, *account, body);
}

std::optional<model::Reply> late_cancel_reply(const model::Order& order) {
    if (model::is_live(order.state)) return std::nullopt;
    if (order.state == model::OrderState::Canceled) return order;
    return Refusal{
        RefusalReason::OrderNotOpen,
        "the order is " + std::string(to_text(order.state)) + " and can no longer be canceled",
        order.id,
        order.version};
}

void cancel_order(Transaction& transaction, const model::CancelOrder& body) {
    AccountState* account = own_account(transaction, body.origin, body.account);
    if (account == nullptr) return;
    LiveOrder* live = find_order(*account, {body.order});
    if (live == nullptr) {
        refuse(
            transaction,
            body.origin,
            {RefusalReason::OrderUnknown, "the account has no order '" + body.order.text() + "'"});
        return;
    }
    const model::Order& order = live->order;
    if (refused_by_version(transaction, body.origin, body.version, order.version)) return;
    if (model::is_failed(order.state) && !body.reason.empty()) {
        model::Order& row = transaction.change(*live);
        row.cancelled_reason = body.reason;
        transaction.open_key(body.origin, row.id);
        transaction.answer({body.origin.owner, body.origin.key}, model::GivenUp{row});
        return;
    }
    if (auto late = late_cancel_reply(order)) {
        transaction.reply_at_once(body.origin, std::move(*late));
        return;
    }
    if (!order.cancel_key.empty()) {
        transaction.reply_at_once(body.origin,
                                  Refusal{RefusalReason::CancelPending,
                                          "this order is already being canceled",
                                          order.id,
                                          order.version});
        return;
    }
    if (order.cancel != model::CancelState::None) {
        // The core is already canceling the order; this request waits for that cancel.
        transaction.open_key(body.origin, order.id);
        model::Order& row = transaction.change(*live);
        row.cancel_key = body.origin.key;
        row.cancel_owner = body.origin.owner;
        row.cancelled_reason = body.reason;
        return;
    }
    if (order.state == model::OrderState::Queued) {
        model::Order& row = transaction.change(*live);
        row.state = model::OrderState::Canceled;
        row.reason = order_reason(EndReason::CanceledByUser);
        row.cancelled_reason = body.reason;
        transaction.reply_at_once(body.origin, row);
        return;
    }
    transaction.open_key(body.origin, order.id);
    model::Order& row = transaction.change(*live);
    row.cancel_key = body.origin.key;
    row.cancel_owner = body.origin.owner;
    row.cancelled_reason = body.reason;
    send_cancel(transaction, *account, *live);
}

void close_position(Transaction& transaction, const model::ClosePosition& body) {
    AccountState* account = own_account(transaction, body.origin, body.account);
    if (account == nullptr) return;
    const auto place = account->positions.find(body.instrument);
    if (place == account->positions.end() || place->second.quantity.is_zero()) {
        refuse(transaction,
               body.origin,
               {RefusalReason::PositionNotOpen,
                "there is no open position in " + body.instrument.symbol.text()});
        return;
    }
    const model::Position& position = place->second;
    if (refused_by_version(transaction, body.origin, body.version, position.version)) return;
    if (body.queue_until != model::Timestamp() &&
        transaction.state().operating.mode == model::OperatingMode::Maintenance) {
        queue_exit(transaction, *account, body);
        return;
    }
    const auto side = position.quantity.is_positive() ? model::Side::Sell : model::Side::Buy;
    const Quantity left = unclosed(*account, body.instrument);
    if (left.is_zero()) {
        refuse(transaction,
               body.origin,
               {RefusalReason::ReduceOnlyRefused,
                "market orders that already exist close the whole position; wait until they have "
                "ended"});
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

}  // namespace botcore::core
