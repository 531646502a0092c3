#include "core/orders/protection.hpp"

#include "base/check.hpp"
#include "core/orders/exits.hpp"
#include "core/orders/order_life.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace botcore::core {

using model::Order;
using model::OrderNumber;
using model::OrderRole;
using model::OrderState;
using model::Price;
using model::Quantity;
using model::Rate;
using model::Rounding;
using model::Side;

namespace {

/// Whether no report has confirmed the order at the exchange, or its state is unknown.
bool is_unconfirmed(OrderState state) {
    return state == OrderState::Intended || state == OrderState::Unknown;
}

Quantity held(const AccountState& account, const model::InstrumentId& instrument) {
    const auto place = account.positions.find(instrument);
    return place == account.positions.end() ? Quantity() : place->second.quantity;
}

/// Whether an order of this side would reduce the position.
bool reduces(Side side, Quantity position) {
    return side == Side::Sell ? position.is_positive() : position.is_negative();
}

void add_unprotected(Transaction& transaction,
                     AccountState& account,
                     const model::InstrumentId& instrument,
                     Quantity quantity) {
    if (held(account, instrument).is_zero()) return;
    model::Position& position = transaction.change(account, instrument);
    if (position.unprotected.is_zero()) {
        position.protect_by =
            transaction.monotonic_time() + transaction.state().policy.protect_within;
    }
    const Quantity sum = position.unprotected + quantity;
    position.unprotected = std::min(sum, magnitude(position.quantity));
}

void take_unprotected(Transaction& transaction,
                      AccountState& account,
                      const model::InstrumentId& instrument,
                      Quantity quantity) {
    const auto place = account.positions.find(instrument);
    if (place == account.positions.end() || place->second.unprotected.is_zero()) return;
    model::Position& position = transaction.change(account, instrument);
    position.unprotected -= std::min(position.unprotected, quantity);
}

/// Limits the unprotected quantity to `most`.
void limit_unprotected(Transaction& transaction,
                       AccountState& account,
                       const model::InstrumentId& instrument,
                       Quantity most) {
    const auto place = account.positions.find(instrument);
    if (place == account.positions.end() || place->second.unprotected <= most) return;
    transaction.change(account, instrument).unprotected = most;
}

/// The base of an entry's stop or take profit: opposite side, reduce-only, no reservation, no key.
Order protective(const AccountState& account, const Order& entry, Quantity quantity) {
    Order order;
    order.owner = entry.owner;
    order.account = entry.account;
    order.instrument = entry.instrument;
    order.side = opposite(entry.side);
    order.reduce_only = model::ReduceOnly::Yes;
    order.quantity = quantity;
    order.reserved_asset = account.account.quote;
    order.parent = entry.number;
    return order;
}

/// The price at which the gain since `entry` is `gain`.
Price price_at_gain(Price entry, Side side, Rate gain) {
    const Rate factor = side == Side::Buy ? Rate::whole(1) + gain : Rate::whole(1) - gain;
    const auto price = scaled(entry, factor, Rounding::HalfEven);
    return price ? price.value() : entry;
}

/// Attaches stops to `gained`, the part of an entry that has just been filled (S1).
void attach(Transaction& transaction, AccountState& account, const Order& entry, Quantity gained) {
    const Quantity position = held(account, entry.instrument);
    if (!reduces(opposite(entry.side), position)) return;
    const Quantity quantity = std::min(gained, magnitude(position));
    if (entry.stop_loss) {
        Order stop = protective(account, entry, quantity);
        stop.type = model::OrderType::StopMarket;
        stop.role = OrderRole::StopLoss;
        stop.stop_price = entry.stop_loss;
        stop.trail_activation = entry.trail_activation;
        stop.trail_distance = entry.trail_distance;
        if (!entry.trail_distance.is_zero()) {
            const auto bought = model::average_price(entry.filled_notional, entry.filled);
            if (bought) {
                stop.trail_start =
                    price_at_gain(bought.value(), entry.side, entry.trail_activation);
            }
        }
        add_unprotected(transaction, account, entry.instrument, quantity);
        send_order(transaction, account, transaction.add_order(account, std::move(stop)));
    }
    if (entry.take_profit) {
        Order target = protective(account, entry, quantity);
        target.type = model::OrderType::TakeProfitMarket;
        target.role = OrderRole::TakeProfit;
        target.stop_price = entry.take_profit;
        send_order(transaction, account, transaction.add_order(account, std::move(target)));
    }
}

/// Whether the order is a conditional one that waits for its price to reduce a position. The
/// exchange does not cancel such an order when the position is closed; the order expires at its
/// trigger or affects a later position. A triggered order rests as a limit order, which the
/// exchange itself ends with the position. Orders that other clients placed at the exchange are not
/// ours to cancel.
bool waits_to_reduce(const Order& order) {
    return model::is_live(order.state) && model::is_conditional(order.type) &&
           !model::is_triggered(order) && order.reduce_only == model::ReduceOnly::Yes &&
           !model::is_imported(order.role);
}

/// Cancels orders that the core no longer needs. The row stores the reason while the cancel is in
/// flight, so that a failed cancel of a caller for the same order does not end the core's cancel.
template <class Unneeded>
void cancel_unneeded(Transaction& transaction, AccountState& account, Unneeded unneeded) {
    for (auto& [number, live] : account.orders) {
        const Order& order = live.order;
        if (!model::is_live(order.state) || !unneeded(order)) continue;
        if (order.reason == model::OrderReason::None) {
            transaction.change(live).reason = model::order_reason(model::EndReason::NoLongerNeeded);
        }
        if (order.cancel == model::CancelState::None) send_cancel(transaction, account, live);
    }
}

/// Handles what a report changed about a stop or exit that the core placed.
void follow_own(Transaction& transaction,
                AccountState& account,
                const Order& order,
                const Progress& before) {
    const bool ended = model::is_live(before.state) && !model::is_live(order.state);
    if (order.role == OrderRole::StopLoss) {
        // A moved stop replaces a confirmed one, so its quantity was never counted as unprotected.
        if (is_unconfirmed(before.state) && !is_unconfirmed(order.state) &&
            !model::is_failed(order.state) && order.trail_mark.is_zero()) {
            take_unprotected(transaction, account, order.instrument, order.quantity);
        }
        // The stop is no longer in the market, and no cancel was requested.
        if (ended && order.state == OrderState::Expired) {
            add_unprotected(transaction, account, order.instrument, remaining(order));
        }
    }
    const bool exits = order.role == OrderRole::SafetyExit || order.role == OrderRole::Flatten;
    if (exits && ended && !remaining(order).is_zero()) {
        add_unprotected(transaction, account, order.instrument, remaining(order));
    }
}

/// The market is already beyond the stop, so the quantity that it was to protect is closed at once.
/// This also applies to a moved stop while the older stop still rests, because the price has
/// already returned.
void exit_beyond_stop(Transaction& transaction, AccountState& account, const Order& order) {
    const bool beyond = order.role == OrderRole::StopLoss && order.state == OrderState::Rejected &&
                        order.reason == model::RefusalReason::StopWouldTrigger;
    if (!beyond) return;
    if (!order.trail_mark.is_zero()) {
        const Quantity left = unclosed(account, order.instrument);
        cancel_unneeded(transaction, account, [&](const Order& other) {
            return other.parent == order.parent && model::is_protective(other.role);
        });
        add_unprotected(transaction, account, order.instrument, std::min(remaining(order), left));
    }
    model::Position& position = transaction.change(account, order.instrument);
    if (position.unprotected.is_zero()) return;
    position.protect_by = transaction.monotonic_time();
    exit_unprotected(transaction, account, order.instrument);
}

/// Cancels orders that have no purpose any more (S2).
void tidy(Transaction& transaction, AccountState& account, const Order& order) {
    cancel_idle_stops(transaction, account);
    limit_unprotected(
        transaction, account, order.instrument, magnitude(held(account, order.instrument)));
    if (!model::is_protective(order.role)) return;
    if (order.state == OrderState::Filled) {
        // Either the stop or the take profit has filled; the other one is not needed any more.
        cancel_unneeded(transaction, account, [&](const Order& other) {
            return other.parent == order.parent && model::is_protective(other.role) &&
                   other.role != order.role;
        });
    }
    if (order.role == OrderRole::StopLoss && order.state == OrderState::Open &&
        !order.trail_mark.is_zero()) {
        // A moved stop replaces the earlier ones.
        cancel_unneeded(transaction, account, [&](const Order& other) {
            return other.parent == order.parent && other.role == OrderRole::StopLoss &&
                   other.number < order.number;
        });
    }
}

bool concerns_protection(const AccountState& account, const Order& order) {
    if (order.stop_loss || order.take_profit || order.role != OrderRole::Plain) return true;
    const auto position = account.positions.find(order.instrument);
    if (position != account.positions.end() && !position->second.unprotected.is_zero()) return true;
    return std::any_of(account.orders.begin(), account.orders.end(), [&](const auto& item) {
        return waits_to_reduce(item.second.order) &&
               item.second.order.instrument == order.instrument;
    });
}

}  // namespace

void cancel_idle_stops(Transaction& transaction, AccountState& account) {
    cancel_unneeded(transaction, account, [&](const Order& order) {
        return waits_to_reduce(order) && !reduces(order.side, held(account, order.instrument));
    });
}

void protect(Transaction& transaction,
             AccountState& account,
             LiveOrder& live,
             const Progress& before) {
    if (account.account.market != model::Market::Futures) return;
    const Order& order = live.order;
    if (order.state == before.state && order.filled == before.filled) return;
    if (!concerns_protection(account, order)) return;
    const Quantity gained = order.filled - before.filled;
    const Quantity now = held(account, order.instrument);
    const Quantity was = order.side == Side::Buy ? now - gained : now + gained;
    if (was.is_negative() != now.is_negative()) {
        // The position that had no stop was closed, and a new position begins.
        limit_unprotected(transaction, account, order.instrument, {});
    }
    if (gained.is_positive() && order.role == OrderRole::Plain) {
        attach(transaction, account, order, gained);
    }
    follow_own(transaction, account, order, before);
    exit_beyond_stop(transaction, account, order);
    tidy(transaction, account, order);
}

void exit_unprotected(Transaction& transaction,
                      AccountState& account,
                      const model::InstrumentId& instrument) {
    const auto place = account.positions.find(instrument);
    if (place == account.positions.end()) return;
    const model::Position& position = place->second;
    if (position.unprotected.is_zero() || position.protect_by > transaction.monotonic_time())
        return;
    if (transaction.remaining_quantity() == 0) return;
    const Quantity quantity = std::min(position.unprotected, unclosed(account, instrument));
    // If another exit is already closing this quantity, it is checked again in case that exit
    // fails.
    model::Position& row = transaction.change(account, instrument);
    row.unprotected -= quantity;
    row.protect_by = transaction.monotonic_time() + transaction.state().policy.protect_within;
    if (quantity.is_zero()) return;
    (void)place_exit(
        transaction,
        account,
        instrument,
        {OrderRole::SafetyExit, quantity, account.account.owner, model::OrderReason::Unprotected});
}

namespace {

/// The trailing stops of one entry.
struct Trail {
    LiveOrder* newest = nullptr;
    Quantity quantity;
    bool moving = false;  ///< A moved stop is already in flight.
};

std::map<OrderNumber, Trail> trails_of(AccountState& account,
                                       const model::InstrumentId& instrument) {
    std::map<OrderNumber, Trail> trails;
    for (auto& [number, live] : account.orders) {
        const Order& order = live.order;
        const bool trails_on = model::is_live(order.state) && order.role == OrderRole::StopLoss &&
                               order.instrument == instrument && !order.trail_distance.is_zero();
        if (!trails_on) continue;
        Trail& trail = trails[order.parent];
        trail.newest = &live;
        trail.quantity += remaining(order);
        if (order.state != OrderState::Open || order.cancel != model::CancelState::None) {
            trail.moving = true;
        }
    }
    return trails;
}

bool is_better(Side stop_side, Price price, Price than) {
    return stop_side == Side::Sell ? price > than : price < than;
}

/// The stop price at the trail distance from the price, rounded to the tick away from the price.
Price stop_behind(const model::Instrument& rules, const Order& stop, Price mark) {
    const bool sells = stop.side == Side::Sell;
    const Rate factor =
        sells ? Rate::whole(1) - stop.trail_distance : Rate::whole(1) + stop.trail_distance;
    const auto behind = scaled(mark, factor, sells ? Rounding::Down : Rounding::Up);
    if (!behind) return stop.stop_price.value();
    const Price tick = rules.price_filter.tick;
    const Price down = rounded_down_to(behind.value(), tick);
    return sells || down == behind.value() ? down : down + tick;
}

/// The moved stop; nothing if the price has not moved far enough (S3).
std::optional<Order> moved(const State& state, const Trail& trail, Price last) {
    const Order& stop = trail.newest->order;
    const bool started = stop.trail_mark.is_zero() ? !is_better(stop.side, stop.trail_start, last)
                                                   : is_better(stop.side, last, stop.trail_mark);
    if (!started) return std::nullopt;
    const Price behind = stop_behind(state.instruments.at(stop.instrument), stop, last);
    const Rate step = state.policy.trail_step;
    const Rate factor = stop.side == Side::Sell ? Rate::whole(1) + step : Rate::whole(1) - step;
    const auto least = scaled(*stop.stop_price, factor, Rounding::HalfEven);
    if (!least || is_better(stop.side, least.value(), behind)) return std::nullopt;
    Order next;
    next.owner = stop.owner;
    next.account = stop.account;
    next.instrument = stop.instrument;
    next.side = stop.side;
    next.type = stop.type;
    next.reduce_only = model::ReduceOnly::Yes;
    next.quantity = trail.quantity;
    next.reserved_asset = stop.reserved_asset;
    next.role = OrderRole::StopLoss;
    next.parent = stop.parent;
    next.stop_price = behind;
    next.trail_activation = stop.trail_activation;
    next.trail_distance = stop.trail_distance;
    next.trail_start = stop.trail_start;
    next.trail_mark = last;
    return next;
}

}  // namespace

void trail_stops(Transaction& transaction, AccountState& account, const model::Quote& quote) {
    model::PriceRange seen = quote.traded;
    seen.add(quote.last);
    if (seen.high.is_zero()) return;
    std::vector<Order> next;
    for (const auto& [parent, trail] : trails_of(account, quote.instrument)) {
        // Includes prices seen while a moved stop is in flight.
        model::PriceRange& all = trail.newest->seen;
        all.add(seen.low);
        all.add(seen.high);
        if (trail.moving) continue;
        const Price best = trail.newest->order.side == Side::Sell ? all.high : all.low;
        if (auto order = moved(transaction.state(), trail, best)) {
            next.push_back(std::move(*order));
        }
    }
    for (Order& order : next) {
        if (transaction.remaining_quantity() == 0) return;
        // The old stop remains until the new one is confirmed, so that the position always has a
        // stop.
        send_order(transaction, account, transaction.add_order(account, std::move(order)));
    }
}

}  // namespace botcore::core
