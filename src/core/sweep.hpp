#pragma once

/// Commands that affect many orders of one account at once: cancel all, and flatten.

#include "core/transaction.hpp"
#include "model/record.hpp"

#include <optional>

namespace botcore::core {

/// Sends a cancel for every order that does not protect a position; for every order if
/// `body.protective` is set. Replies at once; each order's end is published as its own event.
void cancel_all(Transaction& transaction, const model::CancelAll& body);

/// Cancels every order that could open a position and closes every position with a reduce-only
/// market order. No entry check applies to it (invariant I9). Calling it twice is harmless: nothing
/// is closed twice. Replies once every exit has ended, including exits that were already in flight,
/// and lists those that failed.
void flatten(Transaction& transaction, const model::Flatten& body);

/// To be called for each order that has ended; when the last exit of a "flatten" ends, it sends the
/// reply.
void end_exit(Transaction& transaction, const model::Order& order);

/// For a restart: the orders that the record of a "flatten" placed and canceled, with every exit
/// pending. Returns nothing for any other record.
[[nodiscard]] std::optional<model::OrdersTouched> touched_by(const model::Record& record);
/// Removes an exit that has ended from the pending exits. Returns false and changes nothing if the
/// exit is not one of them.
bool count_end(model::OrdersTouched& touched, const model::Order& exit);

}  // namespace botcore::core
