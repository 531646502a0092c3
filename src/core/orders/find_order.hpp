#pragma once

/// Finds an order by its id at the exchange. An id of this system contains the journal position at
/// which the order was created; an imported order has the journal position of its import, whatever
/// its id contains.

#include "core/state.hpp"

#include <optional>
#include <string_view>

namespace botcore::core {

/// An order's ids at the exchange. Other clients may reuse a client order id once its first order
/// has ended; the exchange's own id then distinguishes the orders.
struct OrderRef {
    const model::ClientOrderId& id;
    std::string_view venue_order_id{};  ///< Empty: not known.
};

/// The order number that the id contains; nothing for an id that is not ours.
[[nodiscard]] std::optional<model::OrderNumber> number_of(const model::ClientOrderId& id);

/// Whether `ref` refers to this order.
[[nodiscard]] bool is_called(const model::Order& order, const OrderRef& ref);

/// Searches the account's orders in memory; `nullptr` if the order is not there.
[[nodiscard]] const LiveOrder* find_order(const AccountState& account, const OrderRef& ref);
[[nodiscard]] LiveOrder* find_order(AccountState& account, const OrderRef& ref);

}  // namespace botcore::core
