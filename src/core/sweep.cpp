#include "core/sweep.hpp"

#include "core/caller.hpp"
#include "core/orders/exits.hpp"
#include "core/orders/order_life.hpp"

#include <algorithm>
#include <utility>

namespace botcore::core {

using model::OrderRole;
using model::OrderState;

namespace {

/// Whether the order is one of our live market exits. It cannot open anything, and the account is
/// flat only once it has ended.
bool closes(const model::Order& order) {
    return model::is_live(order.state) && order.state != OrderState::Queued &&
           !model::is_imported(order.role) && order.type == model::OrderType::Market &&
           order.reduce_only == model::ReduceOnly::Yes;
}

/// Sends a cancel if none is in flight; returns whether the order was canceled or its cancel was
/// sent.
bool cancel_live(Transaction& transaction, AccountState& account, LiveOrder& live) {
    if (!model::is_live(live.order.state)) return false;
    if (live.order.cancel != model::CancelState::None) return false;
    if (live.order.state == OrderState::Queued) {  // It was never sent.
        model::Order& order = transaction.change(live);
        order.state = OrderState::Canceled;
        order.reason = model::order_reason(model::EndReason::CanceledByUser);
        return true;
    }
    send_cancel(transaction, account, live);
    return true;
}

}  // namespace

void cancel_all(Transaction& transaction, const model::CancelAll& body) {
    AccountState* account = own_account(transaction, body.origin, body.account);
    if (account == nullptr) return;
    model::OrdersTouched touched{.account = body.account};
    for (auto& [number, live] : account->orders) {
        const model::Order& order = live.order;
        if (body.symbol && order.instrument.symbol != *body.symbol) continue;
        if (model::is_protective(order.role) && !body.protective) continue;
        if (cancel_live(transaction, *account, live)) touched.cancels.push_back(order.id);
    }
    transaction.reply_at_once(body.origin, std::move(touched));
}

void flatten(Transaction& transaction, const model::Flatten& body) {
    AccountState* account = own_account(transaction, body.origin, body.account);
    if (account == nullptr) return;
    model::OrdersTouched touched{.account = body.account};
    for (auto& [number, live] : account->orders) {
        if (closes(live.order)) {
            // The change puts the order into the record, from which a restart reads what the reply
            // waits for.
            touched.exits.push_back(transaction.change(live).id);
        } else if (!model::is_protective(live.order.role) &&
                   cancel_live(transaction, *account, live)) {
            touched.cancels.push_back(live.order.id);
        }
    }
    for (const auto& [instrument, position] : account->positions) {
        const model::Quantity left = unclosed(*account, instrument);
        if (left.is_zero()) continue;
        if (transaction.remaining_quantity() == 0) {
            // The next ticks close it.
            model::Position& row = transaction.change(*account, instrument);
            row.unprotected = left;
            row.protect_by = transaction.monotonic_time();
            touched.deferred.push_back(instrument);
            continue;
        }
        const LiveOrder& exit = place_exit(
            transaction, *account, instrument, {OrderRole::Flatten, left, body.origin.owner});
        touched.exits.push_back(exit.order.id);
    }
    if (touched.exits.empty()) {
        transaction.reply_at_once(body.origin, std::move(touched));
        return;
    }
    touched.pending = touched.exits;
    transaction.open_key(body.origin, {});
    transaction.state().sweeps[{body.origin.owner, body.origin.key}] = std::move(touched);
}

bool count_end(model::OrdersTouched& touched, const model::Order& exit) {
    if (std::erase(touched.pending, exit.id) == 0) return false;
    if (exit.state == OrderState::Filled) return true;
    const bool silent = exit.reason == model::OrderReason::None;
    touched.failed.push_back(
        {.order = exit.id,
         .symbol = exit.instrument.symbol,
         .quantity = exit.quantity,
         .filled = exit.filled,
         .state = exit.state,
         .reason = silent ? model::order_reason(model::EndReason::NotFilledAtOnce) : exit.reason,
         .text = exit.reason_text});
    return true;
}

void end_exit(Transaction& transaction, const model::Order& order) {
    auto& sweeps = transaction.state().sweeps;
    for (auto place = sweeps.begin(); place != sweeps.end();) {
        auto& [key, touched] = *place;
        if (!count_end(touched, order) || !touched.pending.empty()) {
            ++place;
            continue;
        }
        transaction.answer(key, std::move(touched));
        place = sweeps.erase(place);
    }
}

std::optional<model::OrdersTouched> touched_by(const model::Record& record) {
    const auto* flatten = std::get_if<model::Flatten>(&record.input.body);
    if (flatten == nullptr) return std::nullopt;
    model::OrdersTouched touched{.account = flatten->account};
    for (const auto& change : record.outcome.changes) {
        if (const auto* position = std::get_if<model::Position>(&change);
            position != nullptr && !position->unprotected.is_zero() &&
            position->protect_by == record.input.monotonic_time) {
            touched.deferred.push_back(position->instrument);
        }
        const auto* order = std::get_if<model::Order>(&change);
        if (order == nullptr) continue;
        if (closes(*order)) {
            touched.exits.push_back(order->id);
        } else if (!model::is_protective(order->role)) {
            touched.cancels.push_back(order->id);
        }
    }
    touched.pending = touched.exits;
    return touched;
}

}  // namespace botcore::core
