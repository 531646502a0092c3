#pragma once

/// Our own check of an order against the instrument's rules, before anything leaves: the same
/// predicates as the exchange's filters, with one stable reason per cause.
/// Source: the exchange's filter documentation (spot 2026-07, futures 2026-05).

#include "core/state.hpp"
#include "model/reply.hpp"

#include <optional>

namespace botcore::core {

/// A refusal's reason and a text that teaches.
struct RuleBreach {
    model::Reason reason = model::Reason::None;
    std::string text;
};

/// What the checks look at; nothing is owned.
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
    model::Rate stop_distance_max{};  ///< Of `stop_loss` from the entry's price; zero: any.
};

/// Nothing where the order keeps all rules. Rules that need a price are skipped where none is
/// known: the entry gates refuse what may not be decided without one, exits pass (I9).
[[nodiscard]] std::optional<RuleBreach> broken_rule(const OrderView& order);

/// The part of it that looks at the limit price: the grid, the bounds, and how far from the market.
/// A limit behind a stop price is measured by the stop price: the market will be there.
[[nodiscard]] std::optional<RuleBreach> broken_price_rule(const OrderView& order);

/// The limit, moved to where the exchange takes it now; only ever to a better price for its side.
[[nodiscard]] model::Price limit_near_market(const model::Instrument& instrument,
                                             model::Side side,
                                             model::Price limit,
                                             const model::Quote& quote);

}  // namespace botcore::core
