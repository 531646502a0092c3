#pragma once

/// Commands that touch many orders of one account at once, and what time alone brings about.

#include "core/transaction.hpp"
#include "model/record.hpp"

#include <optional>

namespace botcore::core {

/// Sends a cancel for every order that is not protecting a position, or for all. Answered at once:
/// each order's end comes as an event of its own.
void cancel_all(Transaction& transaction, const model::CancelAll& body);

/// Cancels whatever could open something and closes every position with a reduce-only market order.
/// Passes every gate (invariant I9). Doing it twice does no harm: nothing is closed twice. Answered
/// once every exit has ended, those included that were under way already, with those that failed.
void flatten(Transaction& transaction, const model::Flatten& body);

/// Call it for each order that has ended: the last exit that a "flatten" waits for answers it.
void end_exit(Transaction& transaction, const model::Order& order);

/// What the record of a "flatten" set going, with every exit pending: for a restart. Nothing for
/// another record.
[[nodiscard]] std::optional<model::OrdersTouched> touched_by(const model::Record& record);
/// Takes an exit that has ended out of the pending ones. False, and nothing happens, where it is
/// none of them.
bool count_end(model::OrdersTouched& touched, const model::Order& exit);

}  // namespace botcore::core
