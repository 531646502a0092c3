#pragma once

/// Compares balances and positions with the exchange's. Every order and trade that the exchange has
/// was reported before the comparison, so no missing trade explains a remaining difference.
///
/// N1  A difference freezes the account only when two comparisons in a row show it unchanged. A
///     difference that one comparison shows may be a report in flight.
/// N2  If the exchange did not report its books, nothing is compared and nothing is assumed to be
///     zero.
/// @spec:NFR-RELIABILITY-003

#include "core/transaction.hpp"

#include <vector>

namespace botcore::core {

/// The differences between our rows and the exchange's books. If fills were booked in another order
/// than they happened, profit was realized at other moments; therefore money less the cost of
/// positions must agree, not money alone.
[[nodiscard]] std::vector<Difference> differences_of(const AccountState& account,
                                                     const model::VenueBooks& books);

void report_reconciled(Transaction& transaction, const model::ReportReconciled& body);

/// Sets one balance or position to the exchange's value; the counter-entry goes to the book of
/// external money.
void adopt_books(Transaction& transaction, const model::AdoptBooks& body);

void set_account_state(Transaction& transaction, const model::SetAccountState& body);
void freeze_account(Transaction& transaction, const model::FreezeAccount& body);

}  // namespace botcore::core
