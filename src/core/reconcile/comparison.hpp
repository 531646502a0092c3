#pragma once

/// Balances and positions against the exchange's own. Every order and trade that the exchange has
/// was reported before, so that what differs now has no trade to explain it.
///
/// N1  Only a difference that two comparisons in a row show, unchanged, is a finding: it freezes
///     the account. One that shows once may be a report under way.
/// N2  Where the exchange gave no books nothing is compared, and nothing is taken for zero.

#include "core/transaction.hpp"

#include <vector>

namespace botcore::core {

/// What differs. Fills may be booked in another order than they happened; then profit was realized
/// at other moments, and money less the cost of positions is what must agree.
[[nodiscard]] std::vector<Difference> differences_of(const AccountState& account,
                                                     const model::VenueBooks& books);

void report_reconciled(Transaction& transaction, const model::ReportReconciled& body);

/// Sets one balance or position to what the exchange says, against the book of outside money.
void adopt_books(Transaction& transaction, const model::AdoptBooks& body);

void set_account_state(Transaction& transaction, const model::SetAccountState& body);
void freeze_account(Transaction& transaction, const model::FreezeAccount& body);

}  // namespace botcore::core
