#pragma once

/// What accounts and positions look like to a reader: the rows, and the figures that follow from
/// them and the market. A figure that needs a price which is missing is null, never a guess.

#include "core/state.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <functional>
#include <optional>

namespace botcore::shell::http {

/// The instrument's quote; one without prices where there is none.
using QuoteOf = std::function<model::Quote(const model::InstrumentId&)>;

[[nodiscard]] boost::json::object position_view(const core::State& state,
                                                const core::AccountState& account,
                                                const model::Position& position,
                                                const QuoteOf& quote_of);

/// Money, the profit of open positions and what is held besides, at the prices of now; nothing
/// where a price is missing.
[[nodiscard]] std::optional<model::Money> equity_at(const core::State& state,
                                                    const core::AccountState& account,
                                                    const QuoteOf& quote_of);

/// Balances with all books, totals, equity, margin and what is free.
[[nodiscard]] boost::json::object account_view(const core::State& state,
                                               const core::AccountState& account,
                                               const QuoteOf& quote_of);

}  // namespace botcore::shell::http
