#pragma once

/// Books the money side of trading: reservations, fills, positions. Every booking is a set of
/// double-entry postings (invariant I5) in the same record as the order's change.

#include "core/transaction.hpp"

namespace botcore::core {

/// Moves `amount` from free cash into the order's reservation.
void reserve(Transaction& transaction,
             AccountState& account,
             model::Order& order,
             const model::Asset& asset,
             model::Money amount);

/// Releases the part of the reservation that the order no longer needs: all of it once the order
/// has ended, otherwise the filled share (O2).
void release_reservation(Transaction& transaction, AccountState& account, model::Order& order);

/// Books one trade of the order: the exchange of assets on spot; position, margin and realized
/// profit on futures; and the fee. The caller guarantees that the trade was not booked before (I4).
void book_trade(Transaction& transaction,
                AccountState& account,
                model::Order& order,
                const model::Trade& trade);

}  // namespace botcore::core
