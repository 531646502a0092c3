#pragma once

/// The life of an order after its intent is durable: applies every fact from the exchange, in
/// whatever order and however often it arrives (architecture, "The life of an order").
///
/// O4  A report that contains nothing new changes nothing.
/// O5  Only evidence ends the state Unknown (invariant I3); no timer does.
/// O6  An order is sent again only after proof that the exchange never received it.

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

/// At the start of a term: marks what was sent without a result as Unknown.
void mark_unanswered_unknown(Transaction& transaction, LiveOrder& live);

}  // namespace botcore::core
