#pragma once

/// Orders of the account that the exchange has and our journal does not: after a restore to an
/// earlier moment, or because somebody else trades on the account. The exchange wins on facts, so
/// each becomes a row with all its trades, and is never dropped.
///
/// M1  An order is imported once, and a trade booked once (I4): what is known already is a report.
/// M2  ORPHAN has a whole id of ours: our journal lost it, so the account is frozen. All others are
///     EXTERNAL, and only count in exposure.

#include "core/transaction.hpp"

namespace botcore::core {

void import_order(Transaction& transaction, AccountState& account, const model::VenueOrder& found);

}  // namespace botcore::core
