#pragma once

/// Finds an order by the id that it carries at the exchange. An id of ours says where in the
/// journal the order was born; an imported order was born where it was found, whatever its id says.

#include "core/state.hpp"

#include <optional>
#include <string_view>

namespace botcore::core {

/// What an order is called at the exchange. Others may use a client order id again once its first
/// order has ended; the exchange's own id tells these apart.
struct OrderRef {
    const model::ClientOrderId& id;
    std::string_view venue_order_id{};  ///< Empty: not known.
};

/// Where the journal says that the order was born; nothing for an id that is not ours.
[[nodiscard]] std::optional<model::OrderNumber> number_of(const model::ClientOrderId& id);

/// Is it the order that is meant?
[[nodiscard]] bool is_called(const model::Order& order, const OrderRef& ref);

/// Among the account's orders in memory; `nullptr` where it is not there.
[[nodiscard]] const LiveOrder* find_order(const AccountState& account, const OrderRef& ref);
[[nodiscard]] LiveOrder* find_order(AccountState& account, const OrderRef& ref);

}  // namespace botcore::core
