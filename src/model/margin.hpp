#pragma once

/// The exchange's formulas for the money of a cross-margin account: USD-M futures, one-way mode.
/// The core and the paper venue both use them.
///
/// Rounding: products are rounded half to even at 10^-8, and margins are rounded up.
///
/// Sources: articles of Binance's help centre, by the id at the end of their addresses.
///   liquidation price              b3c689c1f50a44cabb3a84e663b81d93
///   initial margin of open orders  4f83b65d83654b5e933f85ef12bf769d
///   open loss                      87fa7ee33b574f7084d42bd2ce2e463b

#include "model/instrument.hpp"
#include "model/order.hpp"

#include <optional>
#include <span>

namespace botcore::model {

/// One contract of an account, with everything that its margin depends on.
struct ContractState {
    const Instrument* instrument = nullptr;
    Quantity quantity;  ///< The quantity of the position, with its sign.
    Money cost;         ///< The cost of the position; negative for a short.
    Rate leverage = Rate::whole(1);
    std::optional<Price> mark;  ///< Empty: the position is valued at its cost.
    /// The notional of the open buy orders. Reduce-only orders and orders that wait for their stop
    /// price are not included.
    Money open_buys{};
    Money open_sells{};
};

/// Price x quantity, rounded half to even at 10^-8. If the exact product does not fit, the result
/// is a bound above every real amount (10^22 whole units), so that comparisons stay correct.
[[nodiscard]] Money worth(Price price, Quantity quantity);

/// Position x mark; negative for a short.
[[nodiscard]] Money position_notional(const ContractState& contract);

/// Position x mark - cost.
[[nodiscard]] Money unrealized_profit(const ContractState& contract);

/// max(|position + open buys|, |position - open sells|): the larger of the two positions that the
/// open orders can lead to.
[[nodiscard]] Money exposure(const ContractState& contract);

/// The exposure divided by the leverage, rounded up.
[[nodiscard]] Money initial_margin(const ContractState& contract);

/// The part of the initial margin that the position requires by itself.
[[nodiscard]] Money position_margin(const ContractState& contract);

/// notional x rate - deduction of the bracket that contains the position's notional, rounded up
/// ("Notional and Leverage Brackets", 2026-05-28: `maintMarginRatio`, `cum`).
[[nodiscard]] Money maintenance_margin(const ContractState& contract);

/// The immediate loss of an order that is filled at `price` while the contract's mark price is
/// `mark`: a buy above it or a sell below it. Zero without a mark.
[[nodiscard]] Money open_loss(Side side, Price price, Quantity quantity, std::optional<Price> mark);

struct MarginFigures {
    Money unrealized;
    Money initial;  ///< The initial margin of positions and open orders.
    Money position_initial;
    Money maintenance;
    Money available;  ///< wallet + unrealized - initial; may be negative.
};

/// The figures of a cross-margin account with this wallet balance.
[[nodiscard]] MarginFigures margin_figures(Money wallet, std::span<const ContractState> contracts);

/// The mark price at which wallet + unrealized profit = maintenance margin while all other
/// contracts stay as they are: (wallet - other maintenance + other unrealized + deduction - cost) /
/// (|q| x rate - q), in the bracket of the notional at this price. Empty without a position, or if
/// no price above zero satisfies it. `index` is the contract's position in `contracts`.
[[nodiscard]] std::optional<Price> liquidation_price(Money wallet,
                                                     std::span<const ContractState> contracts,
                                                     std::size_t index);

}  // namespace botcore::model
