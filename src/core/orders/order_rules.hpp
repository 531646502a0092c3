#pragma once

/// Our own check of an order against the instrument's rules before it is sent: the same predicates
/// as the exchange's filters, with one stable reason per cause.
/// Source: the exchange's filter documentation (spot 2026-07, futures 2026-05).

#include "core/state.hpp"
#include "model/reply.hpp"

#include <optional>

namespace botcore::core {

/// A refusal's reason and a text that explains how to satisfy the rule.
struct RuleBreach {
    model::RefusalReason reason{};
    std::string text;
};

/// The input of the checks; it owns nothing.
struct OrderView {
    const model::Instrument& instrument;
    model::Side side = model::Side::Buy;
    model::OrderType type = model::OrderType::Market;
    model::ReduceOnly reduce_only = model::ReduceOnly::No;
    model::Quantity quantity;
    std::optional<model::Price> price;
    const model::Quote& quote;
    std::optional<model::Price> stop_price = std::nullopt;
    std::optional<model::Price> stop_loss = std::nullopt;
    std::optional<model::Price> take_profit = std::nullopt;
    model::Rate stop_distance_max{};  ///< The maximum distance of `stop_loss` from the entry price;
                                      ///< zero: no limit.
};

/// The first rule that the order breaks; nothing if it breaks none. Rules that need a price are
/// skipped when no price is known: the entry checks refuse an order that needs one, and exits are
/// allowed (I9).
[[nodiscard]] std::optional<RuleBreach> broken_rule(const OrderView& order);

/// The checks of the limit price only: tick size, bounds, and distance from the market. The limit
/// of a conditional order is compared with its stop price, because the market price is near the
/// stop price when the order triggers.
[[nodiscard]] std::optional<RuleBreach> broken_price_rule(const OrderView& order);

/// The limit price, moved to the nearest price that the exchange currently accepts; only ever to a
/// better price for its side.
[[nodiscard]] model::Price limit_near_market(const model::Instrument& instrument,
                                             model::Side side,
                                             model::Price limit,
                                             const model::Quote& quote);

}  // namespace botcore::core
