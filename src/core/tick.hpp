#pragma once

/// The effects of time and prices on an account without a request: deadlines of unprotected
/// entries, trailing stops, margin calls, queued exits, and the peak of the equity.

#include "core/transaction.hpp"

#include <optional>

namespace botcore::core {

/// Checks the account once. Makes no record when nothing changes (engine rule E1).
void tick(Transaction& transaction, const model::Tick& body);

/// Whether a tick has anything to check for the account, that is, whether it has open positions or
/// queued exits.
[[nodiscard]] bool wants_ticks(const AccountState& account);

}  // namespace botcore::core
