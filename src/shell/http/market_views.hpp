#pragma once

/// Market data as JSON. Every view with a price states its source, its age, and whether it is too
/// old to rely on.

#include "model/candle.hpp"
#include "model/input.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace botcore::shell::http {

/// The present time, and the age above which a price is stale.
struct AgeRule {
    base::Timestamp now;
    base::Duration age_max;
};

/// Adds `as_of` (the time of the market's last message by this server's clock; null: there was
/// none), `age_ms` and `stale` (too old, or without a complete book).
void add_age(boost::json::object& object, const model::Quote& quote, AgeRule rule);

/// The best prices with source and age.
[[nodiscard]] boost::json::object quote_view(const model::Quote& quote, AgeRule rule);

/// Amounts are text; `close_time` is the last millisecond of the span. `closed`: the span is over,
/// so that only a late trade still changes the candle.
[[nodiscard]] boost::json::object candle_view(const model::Candle& candle,
                                              model::CandleInterval interval,
                                              bool closed);

/// The spans in which trades may be missing, ascending. With `missing_since`, the last one has not
/// ended yet.
[[nodiscard]] boost::json::array gaps_view(const model::CandleBoard* candles,
                                           std::optional<base::Timestamp> missing_since);

/// The last day, computed from those of these hourly candles that open within a day before the last
/// one ends: first, highest and lowest price, change in percent, volumes, and whether every trade
/// since `since` is included. Nulls when there is no candle.
[[nodiscard]] boost::json::object day_view(const std::vector<model::Candle>& hours,
                                           std::optional<base::Timestamp> missing_since);

}  // namespace botcore::shell::http
