#pragma once

/// Placing, cancelling and closing: from a caller's request to a committed intent, or to a refusal
/// that says why. Entries pass every gate and limit; what only shrinks a position passes none (I9).

#include "core/transaction.hpp"

#include <cstddef>
#include <optional>

namespace botcore::core {

void place_order(Transaction& transaction, const model::PlaceOrder& body);
void cancel_order(Transaction& transaction, const model::CancelOrder& body);
void close_position(Transaction& transaction, const model::ClosePosition& body);

/// What a cancel of an order that has ended is answered, under whatever key it comes: the order as
/// it is when it was canceled (R3-IDEM-03), else that nothing is left of it. Nothing while the
/// order is live.
[[nodiscard]] std::optional<model::Reply> late_cancel_reply(const model::Order& order);

/// Orders of the instrument whose end is open.
[[nodiscard]] std::size_t open_orders_count(const AccountState& account,
                                            const model::InstrumentId& instrument);

}  // namespace botcore::core
