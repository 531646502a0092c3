#pragma once

/// Placing, canceling and closing: from a caller's request to a committed intent, or to a refusal
/// with its reason. Entries must pass every check and limit; orders that only reduce a position are
/// not subject to them (I9).

#include "core/transaction.hpp"

#include <cstddef>
#include <optional>

namespace botcore::core {

void place_order(Transaction& transaction, const model::PlaceOrder& body);
void cancel_order(Transaction& transaction, const model::CancelOrder& body);
void close_position(Transaction& transaction, const model::ClosePosition& body);

/// The reply to a cancel of an order that has ended, whatever key the request has: the order if it
/// was canceled (R3-IDEM-03), otherwise a refusal because nothing is left to cancel. There is no
/// reply while the order is live.
[[nodiscard]] std::optional<model::Reply> late_cancel_reply(const model::Order& order);

/// The number of live orders of the instrument.
[[nodiscard]] std::size_t open_orders_count(const AccountState& account,
                                            const model::InstrumentId& instrument);

}  // namespace botcore::core
