#pragma once

/// Market data as JSON. Whatever shows a price says where it comes from, how old it is, and whether
/// that is too old to rely on.

#include "model/candle.hpp"
#include "model/input.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace botcore::shell::http {

/// By what prices are judged.
struct AgeRule {
    base::Timestamp now;
    base::Duration age_max;
};

/// Adds `as_of` (the moment on this server's clock at which the market last spoke; null: never),
/// `age_ms` and `stale` (too old, or without a complete book).
void add_age(boost::json::object& object, const model::Quote& quote, AgeRule rule);

/// The best prices with source and age.
[[nodiscard]] boost::json::object quote_view(const model::Quote& quote, AgeRule rule);

/// Amounts as text; `close_time` is the last millisecond of the span. `closed`: the span is over;
/// only a late trade changes it.
[[nodiscard]] boost::json::object candle_view(const model::Candle& candle,
                                              model::CandleInterval interval,
                                              bool closed);

/// The spans of which trades may be missing, ascending; the last one lasts where `missing_since` is
/// there.
[[nodiscard]] boost::json::array gaps_view(const model::CandleBoard* candles,
                                           std::optional<base::Timestamp> missing_since);

/// What the price did in these hourly candles, as far as they open within a day before the last one
/// ends: first, highest and lowest price, change in percent, volumes, and whether every trade since
/// `since` is in them. Nulls where there is none.
[[nodiscard]] boost::json::object day_view(const std::vector<model::Candle>& hours,
                                           std::optional<base::Timestamp> missing_since);

}  // namespace botcore::shell::http
