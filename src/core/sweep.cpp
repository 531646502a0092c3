#include "core/sweep.hpp"

#include "core/caller.hpp"
#include "core/orders/exits.hpp"
#include "core/orders/order_life.hpp"

namespace botcore::core {

using model::OrderRole;
using model::OrderState;

namespace {

/// Sends a cancel where none is under way; answers whether one was sent.
bool cancel_live(Transaction& transaction, AccountState& account, LiveOrder& live) {
    if (!model::is_live(live.order.state)) return false;
    if (live.order.cancel != model::CancelState::None) return false;
    if (live.order.state == OrderState::Queued) {  // It has never left.
        model::Order& order = transaction.change(live);
        order.state = OrderState::Canceled;
        order.reason = model::Reason::CanceledByUser;
        return true;
    }
    send_cancel(transaction, account, live);
    return true;
}

}  // namespace

void cancel_all(Transaction& transaction, const model::CancelAll& body) {
    AccountState* account = own_account(transaction, body.origin, body.account);
    if (account == nullptr) return;
    model::OrdersTouched touched{body.account, {}, {}};
    for (auto& [number, live] : account->orders) {
        const model::Order& order = live.order;
        if (body.symbol && order.instrument.symbol != *body.symbol) continue;
        if (model::is_protective(order.role) && !body.protective) continue;
        if (cancel_live(transaction, *account, live)) touched.cancels.push_back(order.id);
    }
    transaction.answer_at_once(body.origin, std::move(touched));
}

void flatten(Transaction& transaction, const model::Flatten& body) {
    AccountState* account = own_account(transaction, body.origin, body.account);
    if (account == nullptr) return;
    model::OrdersTouched touched{body.account, {}, {}};
    for (auto& [number, live] : account->orders) {
        const OrderRole role = live.order.role;
        if (model::is_protective(role) || role == OrderRole::Flatten) continue;
        if (cancel_live(transaction, *account, live)) touched.cancels.push_back(live.order.id);
    }
    for (const auto& [instrument, position] : account->positions) {
        const model::Quantity left = unclosed(*account, instrument);
        if (left.is_zero()) continue;
        if (transaction.order_room() == 0) {
            // The next ticks close it.
            model::Position& row = transaction.change(*account, instrument);
            row.unprotected = left;
            row.protect_by = transaction.monotonic_time();
            continue;
        }
        const LiveOrder& exit = place_exit(
            transaction, *account, instrument, {OrderRole::Flatten, left, body.origin.owner});
        touched.exits.push_back(exit.order.id);
    }
    transaction.answer_at_once(body.origin, std::move(touched));
}

}  // namespace botcore::core
