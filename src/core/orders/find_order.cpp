#include "core/orders/find_order.hpp"

#include "core/orders/client_order_id.hpp"

#include <algorithm>
#include <utility>

namespace botcore::core {

std::optional<model::OrderNumber> number_of(const model::ClientOrderId& id) {
    const auto parts = parse_client_order_id(id.text());
    if (!parts) return std::nullopt;
    return model::order_number(parts->sequence, parts->index);
}

bool is_called(const model::Order& order, const OrderRef& ref) {
    if (order.id != ref.id) return false;
    const bool one_is_silent = order.venue_order_id.empty() || ref.venue_order_id.empty();
    return !is_imported(order.role) || one_is_silent || order.venue_order_id == ref.venue_order_id;
}

const LiveOrder* find_order(const AccountState& account, const OrderRef& ref) {
    if (const auto number = number_of(ref.id)) {
        const auto place = account.orders.find(*number);
        if (place != account.orders.end() && is_called(place->second.order, ref)) {
            return &place->second;
        }
    }
    const auto newest =
        std::find_if(account.orders.rbegin(), account.orders.rend(), [&](const auto& item) {
            return is_imported(item.second.order.role) && is_called(item.second.order, ref);
        });
    return newest == account.orders.rend() ? nullptr : &newest->second;
}

LiveOrder* find_order(AccountState& account, const OrderRef& ref) {
    return const_cast<LiveOrder*>(find_order(std::as_const(account), ref));
}

}  // namespace botcore::core
