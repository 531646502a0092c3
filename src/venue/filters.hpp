#pragma once

/// The exchange's order filters as exact predicates on integers: no rounding decides whether an
/// order passes. Codes and texts are the exchange's own.
///
/// Sources: spot filters and errors pages (2026-07-21), USD-M futures "common definition" and
/// "error code" pages (2026-05-28).
///
/// F1  A bound, step or multiplier of zero disables that part of a rule.
/// F2  A rule that needs a price which does not exist (no reference, no best price) passes.

#include "model/instrument.hpp"
#include "model/order.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::venue {

/// Why the exchange rejects a request, with the code and the text of the exchange.
struct Rejection {
    int code = 0;      ///< Negative, as in the exchange's response.
    std::string text;  ///< The response's `msg`.

    friend bool operator==(const Rejection&, const Rejection&) = default;
};

/// "-2010: Duplicate order sent.": the form used in an order report's `reason_text`.
[[nodiscard]] std::string to_text(const Rejection& rejection);

/// Parses a text in the form of `to_text`; returns nothing if the text does not have that form.
[[nodiscard]] std::optional<Rejection> parse_rejection(std::string_view text);

/// The data that the filters check.
struct FilterInput {
    model::Side side = model::Side::Buy;
    model::OrderType type = model::OrderType::Limit;
    model::ReduceOnly reduce_only = model::ReduceOnly::No;
    model::Quantity quantity;
    std::optional<model::Price> price;       ///< The limit price, if the order has one.
    std::optional<model::Price> stop_price;  ///< The stop price of a stop or take-profit order.
    /// Spot: the average or reference price; futures: the mark.
    std::optional<model::Price> reference;
    std::optional<model::Price> best_opposite;  ///< Best price that a market order could trade at.
    std::uint32_t open_orders_count = 0;        ///< The account's open orders on this instrument.
};

/// PRICE_FILTER. Spot: min <= p <= max, p % tick = 0, else -1013. Futures measure the grid from
/// `min`: (p - min) % tick = 0, else -4014. The code is -4001 at or below zero, -4013 below the
/// minimum and -4002 above the maximum.
[[nodiscard]] std::optional<Rejection> check_price(const model::Instrument& instrument,
                                                   model::Price price);

/// LOT_SIZE; for orders without a limit price also MARKET_LOT_SIZE. Spot: -1013. Futures measure
/// the grid from `min`; the code is -4003 at or below zero, -4004 below the minimum and -4005 above
/// the maximum. Off the grid: -1111 when the quantity has more decimals than the step (the
/// exchange's quantityPrecision), else -4023.
[[nodiscard]] std::optional<Rejection> check_lot(const model::Instrument& instrument,
                                                 const FilterInput& input);

/// Spot NOTIONAL: min <= p x q <= max; for market orders p is the reference price and only `min`
/// applies (applyMaxToMarket is false on every recorded symbol). Futures MIN_NOTIONAL: -4164;
/// market orders use the mark price, reduce-only orders are exempt. A stop or take-profit order
/// that triggers as a market order is checked with its stop price.
[[nodiscard]] std::optional<Rejection> check_notional(const model::Instrument& instrument,
                                                      const FilterInput& input);

/// Spot PERCENT_PRICE_BY_SIDE with equal multipliers on both sides: reference x down <= p <=
/// reference x up. Futures PERCENT_PRICE: a buy only has the cap (-4016), a sell only the floor
/// (-4024), and a market order is checked with the best opposite price (-4131). A stop price may be
/// far from the market, so it is not checked itself; the limit price of a stop order is checked
/// against the stop price, and the triggered order is checked like any other order when it
/// triggers.
[[nodiscard]] std::optional<Rejection> check_percent_price(const model::Instrument& instrument,
                                                           const FilterInput& input);

/// MAX_NUM_ORDERS: with this order the account must not have more open orders than the maximum.
/// Spot -1013, futures -2025. The exchange counts only orders that can rest, so market orders pass.
[[nodiscard]] std::optional<Rejection> check_open_orders(const model::Instrument& instrument,
                                                         const FilterInput& input);

/// All of the filters above, with the price filter applied to the stop price too; returns the first
/// violation.
[[nodiscard]] std::optional<Rejection> check_filters(const model::Instrument& instrument,
                                                     const FilterInput& input);

}  // namespace botcore::venue
