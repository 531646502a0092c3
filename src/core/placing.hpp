#pragma once

/// Placing, cancelling and closing: from a caller's request to a committed intent, or to a refusal
/// that says why. Entries pass every gate and limit; what only shrinks a position passes none (I9).

#include "core/transaction.hpp"

#include <cstddef>

namespace botcore::core {

void place_order(Transaction& transaction, const model::PlaceOrder& body);
void cancel_order(Transaction& transaction, const model::CancelOrder& body);
void close_position(Transaction& transaction, const model::ClosePosition& body);

/// Orders of the instrument whose end is open.
[[nodiscard]] std::size_t open_orders_count(const AccountState& account,
                                            const model::InstrumentId& instrument);

}  // namespace botcore::core
