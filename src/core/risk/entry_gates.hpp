#pragma once

/// What stands between a request and new risk. Cancels and risk-reducing exits never pass through
/// here (invariant I9).

#include "core/orders/order_rules.hpp"
#include "core/state.hpp"

namespace botcore::core {

/// Nothing where new risk may be taken: storage has room, the clock is certain, the price is fresh
/// (I14), the account is not frozen (I13) and is reconciled (I11).
[[nodiscard]] std::optional<RuleBreach> closed_gate(const State& state,
                                                    const AccountState& account,
                                                    const model::Input& input,
                                                    const model::Quote& quote);

/// Where acknowledged records are missing, or may be: what is asked for may have been done already.
[[nodiscard]] std::optional<RuleBreach> closed_by_lost_records(model::StorageState storage);

/// While trading is taken up again after a maintenance window, a growing share of the entries is
/// let in: none at the window's end, all at the end of the ramp. The ramp is a span of time, so
/// that a clock that is set back does not prolong it.
[[nodiscard]] std::optional<RuleBreach> held_back_by_ramp(State& state, const model::Input& input);

/// How much of an order would shrink the position, after what other live orders on the same side
/// already take from it. Zero on spot, where selling is an exit by itself.
[[nodiscard]] model::Quantity reducible(const AccountState& account,
                                        const model::InstrumentId& instrument,
                                        model::Side side);

/// What an order takes of the account at worst.
struct Reservation {
    model::Asset asset;
    model::Money amount;
    /// Futures: the size that position and entries may reach, with this one; those that wait for
    /// their stop price are counted.
    model::Money committed{};
    /// Futures: the price that was assumed for an entry without a limit.
    std::optional<model::Price> price = std::nullopt;
};

/// The worst case of an order: on spot the whole notional or the sold quantity; on futures what the
/// exchange asks for (`model/margin.hpp`), with the taker fee, and nothing while it waits for its
/// stop price. Fails with a breach where the price is missing, the leverage too high for the size,
/// or the sum does not fit. `marks` has the instrument's own quote.
[[nodiscard]] base::Result<Reservation, RuleBreach> worst_case(
    const State& state,
    const AccountState& account,
    const OrderView& order,
    const std::vector<model::Quote>& marks);

}  // namespace botcore::core
