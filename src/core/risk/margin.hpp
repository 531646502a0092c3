#pragma once

/// The money of a futures account as a whole: what its positions and open orders need, what is left
/// for new ones, and where it would be liquidated. The formulas are the exchange's
/// (`model/margin.hpp`); here they are fed with the core's own rows.
///
/// What the books set aside follows the same formulas with positions at their cost, since the
/// exchange's reports bring no marks:
///
/// R1  `Position::reserved` is what the instrument's open orders may need beyond the position's own
///     margin, with the taker fee of what they may open. Orders that only reduce, the smaller side
///     of quotes on both sides, and stops that have not triggered need nothing.
/// R2  Margin and reservations take cash only as far as there is some: where open profit carries an
///     order at the exchange, it does so here.

#include "core/orders/order_rules.hpp"
#include "core/transaction.hpp"
#include "model/margin.hpp"

#include <vector>

namespace botcore::core {

/// The middle of the best prices, else the last trade; nothing where neither is known.
[[nodiscard]] std::optional<model::Price> mark_of(const model::Quote& quote);

/// What the position would gain or lose if closed at the mark. Zero without a price.
[[nodiscard]] model::Money unrealized_profit(const model::Position& position,
                                             const model::Quote& quote);

/// Can decisions be made by the quote: is there a market, and is it young enough?
[[nodiscard]] bool is_fresh(const model::Policy& policy, const model::Quote& quote);

/// May the order be filled now, and enlarge the position then? Not while it waits for its stop
/// price.
[[nodiscard]] bool counts_for_margin(const model::Order& order);

enum class CountedOrders : std::uint8_t {
    Fillable,
    WaitingToo,  ///< Entries that wait for their stop price as well.
};

/// The instrument with the account's position and open orders. Without a mark among `marks` the
/// position counts at its cost.
[[nodiscard]] model::ContractState contract_of(const AccountState& account,
                                               const model::Instrument& instrument,
                                               const std::vector<model::Quote>& marks,
                                               CountedOrders orders = CountedOrders::Fillable);

/// All instruments in which the account has a position or open orders, ascending.
[[nodiscard]] std::vector<model::ContractState> contracts_of(
    const State& state, const AccountState& account, const std::vector<model::Quote>& marks);

/// The exchange's figures for the account, and what its open orders need beside the margin.
struct AccountFigures {
    model::Money wallet;
    model::MarginFigures margin;
    model::Money fees_and_losses;  ///< Taker fees and open loss of the open orders.

    /// What the account would own if every position were closed at its mark.
    [[nodiscard]] model::Money equity() const { return wallet + margin.unrealized; }

    /// What a new order may use; negative where losses have eaten more.
    [[nodiscard]] model::Money available() const { return margin.available - fees_and_losses; }
};

/// Of a futures account.
[[nodiscard]] AccountFigures figures_of(const State& state,
                                        const AccountState& account,
                                        const std::vector<model::Quote>& marks);

/// What a new entry may use of the asset: on futures by the exchange's formula for the quote asset,
/// else the free cash.
[[nodiscard]] model::Money available(const State& state,
                                     const AccountState& account,
                                     const model::Asset& asset,
                                     const std::vector<model::Quote>& marks);

/// The mark price at which the account would be liquidated for this position, all others as they
/// are. Nothing for a flat position or where no such price exists.
[[nodiscard]] std::optional<model::Price> liquidation_price(const State& state,
                                                            const AccountState& account,
                                                            const model::InstrumentId& instrument,
                                                            const std::vector<model::Quote>& marks);

/// Could the order, filled beside all others, make the position larger than it may become without
/// it? Futures; positions at cost.
[[nodiscard]] bool may_enlarge(const State& state,
                               const AccountState& account,
                               const model::Order& order);

/// Brings margin and reservation of every futures instrument that the transaction touched to what
/// the formulas say (R1, R2). To be called once, after everything else.
void settle_reservations(Transaction& transaction);

}  // namespace botcore::core
