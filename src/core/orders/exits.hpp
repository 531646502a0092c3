#pragma once

/// Orders that the core places on its own to exit a position or to protect an entry. They are
/// reduce-only, reserve nothing, need no entry check (I9) and have no key, since no caller waits
/// for them.

#include "core/transaction.hpp"

#include <optional>

namespace botcore::core {

/// The purpose of an exit, the quantity that it closes, and the owner it is placed for.
struct ExitPlan {
    model::OrderRole role = model::OrderRole::SafetyExit;
    model::Quantity quantity;
    model::Owner owner;
    model::OrderReason reason = model::OrderReason::None;
};

/// Resting reduce-only orders may leave no room for a market exit of `quantity` at the exchange. In
/// that case this function cancels them, because they may never trade (I9). To be called before the
/// exit is sent.
void make_room(Transaction& transaction,
               AccountState& account,
               const model::InstrumentId& instrument,
               model::Quantity quantity);

/// Sends a reduce-only market order against the open position, after `make_room`. The exit is tried
/// again if it reaches the exchange before the cancels of the orders that blocked it.
LiveOrder& place_exit(Transaction& transaction,
                      AccountState& account,
                      const model::InstrumentId& instrument,
                      const ExitPlan& plan);

/// The part of the position that none of our market exits is already closing. Limit orders and
/// stops do not count, because they may never trade.
[[nodiscard]] model::Quantity unclosed(const AccountState& account,
                                       const model::InstrumentId& instrument);

}  // namespace botcore::core
