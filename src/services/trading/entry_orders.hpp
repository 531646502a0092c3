#pragma once

/// Resting orders that would open or enlarge a position. An orderly shutdown may cancel them;
/// orders that reduce or protect a position always stay at the exchange.
///
/// Threads: the loop thread, between two steps of the runtime.

#include "runtime/runtime.hpp"

#include <cstddef>

namespace botcore::trading {

/// Whether the order, if filled, could increase the account's risk. In doubt the result is false.
[[nodiscard]] bool is_entry(const core::AccountState& account, const model::Order& order);

/// Counts live entries over all accounts.
[[nodiscard]] std::size_t count_entries(const core::State& state);

/// Submits a cancel for each open entry, under an idempotency key of that order. Returns their
/// number.
std::size_t cancel_entries(runtime::Runtime& runtime, model::Now now);

}  // namespace botcore::trading
