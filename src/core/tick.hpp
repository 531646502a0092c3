#pragma once

/// What the passing of time and of prices brings about for an account without anybody asking:
/// deadlines of unprotected entries, trailing stops, margin calls, queued exits, the equity's peak.

#include "core/transaction.hpp"

#include <optional>

namespace botcore::core {

/// Looks at the account once. Leaves no record where nothing follows (engine rule E1).
void tick(Transaction& transaction, const model::Tick& body);

/// Does the account have anything that a tick looks at: positions, or queued exits?
[[nodiscard]] bool wants_ticks(const AccountState& account);

}  // namespace botcore::core
