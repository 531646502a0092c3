#pragma once

/// Imports orders of the account that the exchange has and our journal does not: after a restore to
/// an earlier moment, or because another client trades on the account. The exchange is
/// authoritative on facts, so each order becomes a row with all its trades and is never dropped.
///
/// M1  An order is imported once and a trade is booked once (I4): an order that is already known is
///     handled as a report.
/// M2  An ORPHAN has a complete id of this system: the journal lost it, so the account is frozen.
///     All other orders are EXTERNAL and count in exposure only.
/// @spec:NFR-RELIABILITY-004

#include "core/transaction.hpp"

namespace botcore::core {

void import_order(Transaction& transaction, AccountState& account, const model::VenueOrder& found);

}  // namespace botcore::core
