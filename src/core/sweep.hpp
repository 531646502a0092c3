#pragma once

/// Commands that touch many orders of one account at once, and what time alone brings about.

#include "core/transaction.hpp"

namespace botcore::core {

/// Sends a cancel for every order that is not protecting a position, or for all. Answered at once:
/// each order's end comes as an event of its own.
void cancel_all(Transaction& transaction, const model::CancelAll& body);

/// Cancels whatever could open something and closes every position with a reduce-only market order.
/// Passes every gate (invariant I9). Doing it twice does no harm: nothing is closed twice.
void flatten(Transaction& transaction, const model::Flatten& body);

}  // namespace botcore::core
