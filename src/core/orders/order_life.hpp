#pragma once

/// What becomes of an order after its intent is durable: every fact of the exchange, in whatever
/// order and however often it comes (architecture, "The life of an order").
///
/// O4  A report that tells nothing new changes nothing.
/// O5  Unknown is left only by evidence (invariant I3); no timer ends it.
/// O6  Nothing is sent again for an order, except after the exchange provably never got it.

#include "core/reconcile/absence.hpp"
#include "core/transaction.hpp"

namespace botcore::core {

/// Applies one report to the order it names.
///
///   Intended ── apply_open ──────> Open ── apply_trades ──> Filled
///   Intended, Unknown, Open ── close ──> Canceled | Expired | Rejected | Refused | Absent
///   Intended ── apply_no_answer ──> Unknown
///   Intended ── apply_not_sent ──> Intended with the next attempt, or Refused
void apply_report(Transaction& transaction,
                  AccountState& account,
                  LiveOrder& live,
                  const model::ReportOrder& body);

/// Sends the order's cancel with a new attempt.
void send_cancel(Transaction& transaction, AccountState& account, LiveOrder& live);

/// Sends the order with a new attempt.
void send_order(Transaction& transaction, AccountState& account, LiveOrder& live);

/// A new term: what was sent and not answered is Unknown now.
void forget_answers(Transaction& transaction, LiveOrder& live);

}  // namespace botcore::core
