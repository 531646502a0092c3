#include "core/orders/exits.hpp"

#include "base/check.hpp"
#include "core/orders/order_life.hpp"

#include <algorithm>

namespace botcore::core {

using model::Quantity;
using model::Side;

namespace {

Side closing_side(Quantity held) {
    return held.is_positive() ? Side::Sell : Side::Buy;
}

/// Whether the order rests in the book to reduce the position.
bool rests_to_reduce(const model::Order& order, Quantity held) {
    const bool rests = order.type == model::OrderType::Limit || model::is_triggered(order);
    return rests && order.reduce_only == model::ReduceOnly::Yes &&
           order.side == closing_side(held) && model::is_live(order.state) &&
           order.state != model::OrderState::Queued;
}

}  // namespace

void make_room(Transaction& transaction,
               AccountState& account,
               const model::InstrumentId& instrument,
               Quantity quantity) {
    const Quantity held = account.positions.at(instrument).quantity;
    const auto takes_room = [&](const model::Order& order) {
        return order.instrument == instrument && rests_to_reduce(order, held);
    };
    Quantity taken;
    for (const auto& [number, live] : account.orders) {
        if (takes_room(live.order)) taken += remaining(live.order);
    }
    if (taken + quantity <= magnitude(held)) return;
    for (auto& [number, live] : account.orders) {
        const bool stays = live.order.cancel != model::CancelState::None;
        if (stays || !takes_room(live.order)) continue;
        if (live.order.reason == model::OrderReason::None) {
            transaction.change(live).reason = model::order_reason(model::EndReason::GaveWayToExit);
        }
        send_cancel(transaction, account, live);
    }
}

LiveOrder& place_exit(Transaction& transaction,
                      AccountState& account,
                      const model::InstrumentId& instrument,
                      const ExitPlan& plan) {
    const Quantity held = account.positions.at(instrument).quantity;
    CHECK(!held.is_zero());
    CHECK(plan.quantity.is_positive());
    make_room(transaction, account, instrument, plan.quantity);
    model::Order order;
    order.owner = plan.owner;
    order.account = account.account.id;
    order.instrument = instrument;
    order.side = closing_side(held);
    order.type = model::OrderType::Market;
    order.reduce_only = model::ReduceOnly::Yes;
    order.quantity = plan.quantity;
    order.role = plan.role;
    order.reserved_asset = account.account.quote;
    order.reason = plan.reason;
    LiveOrder& live = transaction.add_order(account, std::move(order));
    send_order(transaction, account, live);
    return live;
}

Quantity unclosed(const AccountState& account, const model::InstrumentId& instrument) {
    const auto place = account.positions.find(instrument);
    if (place == account.positions.end()) return {};
    const Quantity held = place->second.quantity;
    Quantity left = magnitude(held);
    for (const auto& [number, live] : account.orders) {
        const auto& order = live.order;
        const bool closes = model::is_live(order.state) && order.instrument == instrument &&
                            order.type == model::OrderType::Market &&
                            order.side == closing_side(held) &&
                            order.state != model::OrderState::Queued;
        if (closes) left -= std::min(left, remaining(order));
    }
    return left;
}

}  // namespace botcore::core
