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

/// Net profit of the last 24 hours and the hour under way, realized; negative for a loss.
[[nodiscard]] model::Money day_profit(const model::RiskState& risk, model::Timestamp now);

/// What an entry adds to an instrument, beside what is there.
struct Entry {
    const model::InstrumentId& instrument;
    model::Money committed;  ///< Notional of the position and of live entries, with this one.
    model::Timestamp now;
};

/// The owner's other accounts of the same kind, market and quote asset, ascending. Losses, peaks,
/// exposure and rates are judged over all of them together as well, so that another account is no
/// way around a limit.
[[nodiscard]] std::vector<const AccountState*> accounts_beside(const State& state,
                                                               const model::AccountId& account);

/// Nothing where every limit leaves room for the entry, of the account and of its owner.
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

/// Looks at equity and margin: raises the peak, and closes the most losing position while margin
/// does not suffice. Every mark since the last look counts: the peak is that of the best moment of
/// each position, the level that of the worst. Positions without a fresh price (`stale`) count with
/// the loss that was last seen, and without a profit; then no peak is raised.
void watch_margin(Transaction& transaction,
                  AccountState& account,
                  const std::vector<model::Quote>& fresh,
                  const std::vector<model::Quote>& stale);

}  // namespace botcore::core
