#pragma once

/// The stops that protect what an entry bought (architecture, "The life of an order", 8).
///
///   entry fills ──protect──> unprotected ──stop confirmed──> protected
///                                 └──protect_by passes──> sold again (SafetyExit)
///
/// S1  Every fill of an entry with a stop has a stop of its own, or is counted in
///     `Position::unprotected` until `protect_by`, when it is sold again.
/// S2  A protective order never opens or enlarges a position: it is reduce-only. Every reduce-only
///     stop or take profit of ours, one placed by hand too, is cancelled once it can reduce nothing
///     (reason NoLongerNeeded), and a cancel that could not be sent is sent again.
/// S3  A stop only ever moves to the position's advantage.

#include "core/transaction.hpp"

namespace botcore::core {

/// How far an order was before a report.
struct Progress {
    model::OrderState state = model::OrderState::Intended;
    model::Quantity filled;
};

/// Draws the conclusions of what a report did to an order: attaches stops to new fills, counts what
/// is confirmed or lost, cancels what is no longer needed.
void protect(Transaction& transaction,
             AccountState& account,
             LiveOrder& live,
             const Progress& before);

/// Cancels the account's reduce-only stops that can reduce nothing (S2): where a position changed
/// without a report.
void cancel_idle_stops(Transaction& transaction, AccountState& account);

/// Sells again whatever was not protected in time.
void exit_unprotected(Transaction& transaction,
                      AccountState& account,
                      const model::InstrumentId& instrument);

/// Moves trailing stops of the instrument after the price. The quote must be fresh.
void trail_stops(Transaction& transaction, AccountState& account, const model::Quote& quote);

}  // namespace botcore::core
