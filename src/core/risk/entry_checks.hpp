#pragma once

/// The checks that a request must pass before it may add risk. Cancels and risk-reducing exits are
/// not subject to them (invariant I9).

#include "core/orders/order_rules.hpp"
#include "core/state.hpp"

namespace botcore::core {

/// The reason why no new risk may be taken now; nothing if all conditions hold: storage has room,
/// the clock is certain, the price is fresh (I14), the account is not frozen (I13) and is
/// reconciled (I11).
[[nodiscard]] std::optional<RuleBreach> entry_refusal(const State& state,
                                                      const AccountState& account,
                                                      const model::Input& input,
                                                      const model::Quote& quote);

/// Returns a breach if acknowledged records are missing or may be missing, because the request may
/// already have been executed.
[[nodiscard]] std::optional<RuleBreach> closed_by_lost_records(model::StorageState storage);

/// During the ramp after a maintenance window a growing share of entries is accepted: no entries at
/// the start of the ramp, all at its end. The ramp is a duration on the monotonic clock, so setting
/// the clock back does not prolong it.
[[nodiscard]] std::optional<RuleBreach> refused_by_ramp(State& state, const model::Input& input);

/// The quantity by which an order of `side` would reduce the position, after deducting what other
/// live orders of that side already take from it. Zero on spot, where every sale is an exit.
[[nodiscard]] model::Quantity reducible(const AccountState& account,
                                        const model::InstrumentId& instrument,
                                        model::Side side);

/// The worst-case cost of an order to the account.
struct Reservation {
    model::Asset asset;
    model::Money amount;
    /// Futures: the notional that position and entries may reach, including this order and entries
    /// that wait for their stop price.
    model::Money committed{};
    /// Futures: the assumed price of an entry without a limit.
    std::optional<model::Price> price = std::nullopt;
};

/// The worst case of an order. On spot: the whole notional or the sold quantity. On futures: what
/// the exchange requires (`model/margin.hpp`) plus the taker fee, or nothing while the order waits
/// for its stop price. Fails with a breach if the price is missing, the leverage is too high for
/// the size, or the sum overflows. `marks` includes the instrument's own quote.
[[nodiscard]] base::Result<Reservation, RuleBreach> worst_case(
    const State& state,
    const AccountState& account,
    const OrderView& order,
    const std::vector<model::Quote>& marks);

}  // namespace botcore::core
