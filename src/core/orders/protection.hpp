#pragma once

/// The stops that protect the position that an entry opened (architecture, "The life of an order",
/// 8).
///
///   entry fills ──protect──> unprotected ──stop confirmed──> protected
///                                 └──protect_by passes──> closed again (SafetyExit)
///
/// S1  Every fill of an entry with a stop has its own stop, or is counted in
///     `Position::unprotected` until `protect_by`, when that part of the position is closed.
/// S2  A protective order never opens or enlarges a position: it is reduce-only. Every reduce-only
///     stop or take profit of this system, including those that callers placed, is canceled once
///     there is nothing left to reduce (reason NoLongerNeeded), and a cancel that could not be sent
///     is sent again.
/// S3  A stop is only ever moved in the position's favor.

#include "core/transaction.hpp"

namespace botcore::core {

/// State and filled quantity of an order before a report.
struct Progress {
    model::OrderState state = model::OrderState::Intended;
    model::Quantity filled;
};

/// Handles the consequences of a report: attaches stops to new fills, counts confirmed and lost
/// protection, and cancels orders that are no longer needed.
void protect(Transaction& transaction,
             AccountState& account,
             LiveOrder& live,
             const Progress& before);

/// Cancels the account's reduce-only stops that have nothing to reduce (S2). For changes of a
/// position that are not caused by a report.
void cancel_idle_stops(Transaction& transaction, AccountState& account);

/// Closes the part of the position that was not protected in time.
void exit_unprotected(Transaction& transaction,
                      AccountState& account,
                      const model::InstrumentId& instrument);

/// Moves the instrument's trailing stops to follow the price. The quote must be fresh.
void trail_stops(Transaction& transaction, AccountState& account, const model::Quote& quote);

}  // namespace botcore::core
