#pragma once

/// Resting orders that would open or enlarge a position. An orderly end may cancel them; what
/// shrinks or protects a position always stays at the exchange.
///
/// Threads: the thread of the loop, between two steps of the runtime.

#include "runtime/runtime.hpp"

#include <cstddef>

namespace botcore::shell {

/// Could the order, if filled, make the account's risk larger? When in doubt the answer is no.
[[nodiscard]] bool is_entry(const core::AccountState& account, const model::Order& order);

/// Entries whose end is open, over all accounts.
[[nodiscard]] std::size_t count_entries(const core::State& state);

/// Submits a cancel for each open entry, under a key of the order's own. Answers how many.
std::size_t cancel_entries(runtime::Runtime& runtime, runtime::Now now);

}  // namespace botcore::shell
