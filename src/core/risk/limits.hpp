#pragma once

/// The limits on an account's risk, and the figures behind them. Entries on futures accounts pass
/// through here; exits and cancels never do (invariant I9). The defaults are the specification's;
/// see model::RiskLimits. Spot accounts have the order rate only: they owe nothing, and what their
/// coins are worth is not known here.

#include "core/orders/order_rules.hpp"
#include "core/state.hpp"
#include "core/transaction.hpp"

#include <optional>
#include <vector>

namespace botcore::core {

/// What the account would own if every position were closed at its mark.
[[nodiscard]] model::Money equity_of(const AccountState& account,
                                     const std::vector<model::Quote>& marks);

/// Net profit of the last 24 hours and the hour under way, realized; negative for a loss.
[[nodiscard]] model::Money day_profit(const model::RiskState& risk, model::Timestamp now);

/// What an entry adds to an instrument, beside what is there.
struct Entry {
    const model::InstrumentId& instrument;
    model::Money committed;  ///< Notional of the position and of live entries, with this one.
    model::Timestamp now;
};

/// Nothing where every limit leaves room for the entry.
[[nodiscard]] std::optional<RuleBreach> broken_limit(const State& state,
                                                     const AccountState& account,
                                                     const Entry& entry,
                                                     const std::vector<model::Quote>& marks);

/// Counts the entry against the account's rate; a breach where the second is full.
[[nodiscard]] std::optional<RuleBreach> over_rate(const State& state,
                                                  AccountState& account,
                                                  model::Timestamp now);

/// A trade has realized `profit`, net of fees; `closed` where the position is flat now.
void note_profit(Transaction& transaction,
                 AccountState& account,
                 const model::Position& position,
                 model::Money profit);

/// Money came in or went out by hand: no gain, no loss.
void note_transfer(Transaction& transaction, AccountState& account, model::Money amount);

/// Looks at equity and margin with fresh marks: raises the peak, and closes the most losing
/// position while margin does not suffice.
void watch_margin(Transaction& transaction,
                  AccountState& account,
                  const std::vector<model::Quote>& marks);

}  // namespace botcore::core
