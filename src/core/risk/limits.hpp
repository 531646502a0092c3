#pragma once

/// The limits on an account's risk, and the figures behind them. Entries on futures accounts are
/// checked here; exits and cancels never are (invariant I9). The defaults are the specification's;
/// see model::RiskLimits. Spot accounts have the order rate limit only: they owe nothing, and the
/// value of their coins is not known here.

#include "core/orders/order_rules.hpp"
#include "core/state.hpp"
#include "core/transaction.hpp"

#include <optional>
#include <vector>

namespace botcore::core {

/// Realized net profit of the last 24 hours and the current hour; negative for a loss.
[[nodiscard]] model::Money day_profit(const model::RiskState& risk, model::Timestamp now);

/// What an entry adds to an instrument, in addition to the present position and orders.
struct Entry {
    const model::InstrumentId& instrument;
    model::Money committed;  ///< Notional of the position and of live entries, including this one.
    model::Timestamp now;
};

/// The owner's other accounts of the same kind, market and quote asset, ascending. Losses, peaks,
/// exposure and rates are also limited over all of them together, so that another account cannot be
/// used to evade a limit.
[[nodiscard]] std::vector<const AccountState*> accounts_beside(const State& state,
                                                               const model::AccountId& account);

/// The first limit, of the account or of its owner, that the entry would exceed; nothing if it
/// exceeds none.
[[nodiscard]] std::optional<RuleBreach> broken_limit(const State& state,
                                                     const AccountState& account,
                                                     const Entry& entry,
                                                     const std::vector<model::Quote>& marks);

/// Counts the entry against the account's rate; a breach if the limit of this second is reached.
[[nodiscard]] std::optional<RuleBreach> over_rate(const State& state,
                                                  AccountState& account,
                                                  model::Timestamp now);

/// Records that a trade realized `profit`, net of fees. If `position` is flat now, the round has
/// ended.
void note_profit(Transaction& transaction,
                 AccountState& account,
                 const model::Position& position,
                 model::Money profit);

/// Records a deposit or withdrawal, which is neither gain nor loss.
void note_transfer(Transaction& transaction, AccountState& account, model::Money amount);

/// Checks equity and margin: raises the peak, and closes the position with the greatest loss while
/// margin is insufficient. Every mark since the last check counts: the peak uses the best mark of
/// each position, the margin level the worst. Positions without a fresh price (`stale`) count with
/// their last known loss, but not with a profit, and then the peak is not raised.
void watch_margin(Transaction& transaction,
                  AccountState& account,
                  const std::vector<model::Quote>& fresh,
                  const std::vector<model::Quote>& stale);

}  // namespace botcore::core
