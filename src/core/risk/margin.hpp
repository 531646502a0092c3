#pragma once

/// The money of a futures account as a whole: what its positions and open orders need, what is
/// available for new ones, and where it would be liquidated. The formulas are the exchange's
/// (`model/margin.hpp`); here they are applied to the core's own rows.
///
/// Reservations follow the same formulas with positions at cost, because the exchange's reports
/// contain no marks:
///
/// R1  `Position::reserved` is what the instrument's open orders may need beyond the position's own
///     margin, with the taker fee of what they may open. Nothing is needed for orders that only
///     reduce, for the smaller side if there are orders on both sides, and for stops that have not
///     triggered.
/// R2  Margin and reservations take no more cash than there is: an order that the exchange accepts
///     against open profit is accepted here too.

#include "core/orders/order_rules.hpp"
#include "core/transaction.hpp"
#include "model/margin.hpp"

#include <vector>

namespace botcore::core {

/// The mid price of the best bid and ask, or else the last trade; nothing if neither is known.
[[nodiscard]] std::optional<model::Price> mark_of(const model::Quote& quote);

/// The profit or loss of closing the position at the mark. Zero without a price.
[[nodiscard]] model::Money unrealized_profit(const model::Position& position,
                                             const model::Quote& quote);

/// Whether decisions may be based on the quote: it has prices and is recent enough.
[[nodiscard]] bool is_fresh(const model::Policy& policy, const model::Quote& quote);

/// Whether the order can be filled now and can then enlarge the position. False while it waits for
/// its stop price.
[[nodiscard]] bool counts_for_margin(const model::Order& order);

enum class CountedOrders : std::uint8_t {
    Fillable,
    WaitingToo,  ///< Includes entries that wait for their stop price.
};

/// The instrument with the account's position and open orders. Without a mark in `marks` the
/// position counts at its cost.
[[nodiscard]] model::ContractState contract_of(const AccountState& account,
                                               const model::Instrument& instrument,
                                               const std::vector<model::Quote>& marks,
                                               CountedOrders orders = CountedOrders::Fillable);

/// All instruments in which the account has a position or open orders, ascending.
[[nodiscard]] std::vector<model::ContractState> contracts_of(
    const State& state, const AccountState& account, const std::vector<model::Quote>& marks);

/// The exchange's figures for the account, and what its open orders need in addition to margin.
struct AccountFigures {
    model::Money wallet;
    model::MarginFigures margin;
    model::Money fees_and_losses;  ///< Taker fees and open loss of the open orders.

    /// The account's value if every position were closed at its mark.
    [[nodiscard]] model::Money equity() const { return wallet + margin.unrealized; }

    /// What a new order may use; negative when losses exceed it.
    [[nodiscard]] model::Money available() const { return margin.available - fees_and_losses; }
};

/// Computes the figures of a futures account.
[[nodiscard]] AccountFigures figures_of(const State& state,
                                        const AccountState& account,
                                        const std::vector<model::Quote>& marks);

/// The amount of the asset that a new entry may use: for the quote asset on futures by the
/// exchange's formula, otherwise the free cash.
[[nodiscard]] model::Money available(const State& state,
                                     const AccountState& account,
                                     const model::Asset& asset,
                                     const std::vector<model::Quote>& marks);

/// The mark price of this position at which the account would be liquidated, with all other marks
/// unchanged. Nothing for a flat position or if no such price exists.
[[nodiscard]] std::optional<model::Price> liquidation_price(const State& state,
                                                            const AccountState& account,
                                                            const model::InstrumentId& instrument,
                                                            const std::vector<model::Quote>& marks);

/// Whether the order, filled together with all others, could make the position larger than it could
/// become without this order. Futures only; positions at cost.
[[nodiscard]] bool may_enlarge(const State& state,
                               const AccountState& account,
                               const model::Order& order);

/// Sets margin and reservation of every futures instrument that the transaction touched to the
/// values of the formulas (R1, R2). To be called once, after all other changes.
void settle_reservations(Transaction& transaction);

}  // namespace botcore::core
