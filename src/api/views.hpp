#pragma once

/// Accounts and positions as JSON: what the state holds of them, and the figures that follow from
/// that and the market. A figure that needs a missing price is null, never an estimate.

#include "core/state.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <functional>
#include <optional>

namespace botcore::api {

/// The instrument's quote; a quote without prices when there is none.
using QuoteOf = std::function<model::Quote(const model::InstrumentId&)>;

[[nodiscard]] boost::json::object position_view(const core::State& state,
                                                const core::AccountState& account,
                                                const model::Position& position,
                                                const QuoteOf& quote_of);

/// The sum of the balance, the unrealized profit and the value of other holdings at current prices;
/// empty when a price is missing.
[[nodiscard]] std::optional<model::Money> equity_at(const core::State& state,
                                                    const core::AccountState& account,
                                                    const QuoteOf& quote_of);

/// The balances with all their books, the totals, the equity, the margin and the available amount.
[[nodiscard]] boost::json::object account_view(const core::State& state,
                                               const core::AccountState& account,
                                               const QuoteOf& quote_of);

}  // namespace botcore::api
