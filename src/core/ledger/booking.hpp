#pragma once

/// Books the money side of trading: reservations, fills, positions. Every booking is a set of
/// double-entry postings (invariant I5) and happens with the order's change in one record.

#include "core/transaction.hpp"

namespace botcore::core {

/// Moves `amount` of free cash into the order's reservation.
void reserve(Transaction& transaction,
             AccountState& account,
             model::Order& order,
             const model::Asset& asset,
             model::Money amount);

/// Gives back what the order's unfilled part no longer needs: all of it once the order is closed,
/// else the filled share (O2).
void release_reservation(Transaction& transaction, AccountState& account, model::Order& order);

/// Books one trade of the order: exchange of assets on spot, position, margin and realized profit
/// on futures, and the fee. The caller has made sure that it was not booked before (I4).
void book_trade(Transaction& transaction,
                AccountState& account,
                model::Order& order,
                const model::Trade& trade);

}  // namespace botcore::core
