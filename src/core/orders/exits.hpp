#pragma once

/// Orders that the core places by itself to get out of a position, and protects entries with. They
/// are reduce-only, reserve nothing, pass every gate (I9) and have no key: nobody waits for them.

#include "core/transaction.hpp"

#include <optional>

namespace botcore::core {

/// What an exit is for, how much of the position it closes, and in whose name.
struct ExitPlan {
    model::OrderRole role = model::OrderRole::SafetyExit;
    model::Quantity quantity;
    model::Owner owner;
    model::Reason reason = model::Reason::None;
};

/// Resting reduce-only orders may leave the exchange no room for a market exit of `quantity`: then
/// they give way, for they may never trade (I9). To be called before the exit is sent.
void make_room(Transaction& transaction,
               AccountState& account,
               const model::InstrumentId& instrument,
               model::Quantity quantity);

/// Sends a reduce-only market order against the open position, with room made for it. The exit is
/// tried again where it was faster than the cancels of what stood in its way.
LiveOrder& place_exit(Transaction& transaction,
                      AccountState& account,
                      const model::InstrumentId& instrument,
                      const ExitPlan& plan);

/// How much of the position no market exit of ours is closing already. Limit orders and stops do
/// not count: they may never trade.
[[nodiscard]] model::Quantity unclosed(const AccountState& account,
                                       const model::InstrumentId& instrument);

}  // namespace botcore::core
