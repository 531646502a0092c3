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

namespace botcore::api {

/// The present time, and the age above which a price is stale.
struct AgeRule {
    base::Timestamp now;
    base::Duration age_max;
};

/// Adds three fields: `as_of`, the time of the market's last message by this server's clock, or
/// null if there was no message; `age_ms`; and `stale`, which is true if the prices are too old or
/// there is no complete book.
void add_age(boost::json::object& object, const model::Quote& quote, AgeRule rule);

/// The best prices with their source and age.
[[nodiscard]] boost::json::object quote_view(const model::Quote& quote, AgeRule rule);

/// The candle as JSON. Amounts are texts; `close_time` is the last millisecond of the candle's
/// span. `closed` means that the span is over, so that only a late trade still changes the candle.
[[nodiscard]] boost::json::object candle_view(const model::Candle& candle,
                                              model::CandleInterval interval,
                                              bool closed);

/// The spans of time in which trades may be missing, ascending. If `missing_since` is set, trades
/// have been missing since then, and the last span has not ended yet.
[[nodiscard]] boost::json::array gaps_view(const model::CandleBoard* candles,
                                           std::optional<base::Timestamp> missing_since);

/// The figures of the last day: the first, highest and lowest price, the change in percent, the
/// volumes, and whether every trade since the field `since` is included. They are computed from
/// those of the hourly candles `hours` that open within the day before the last one ends. All
/// figures are null when there is no candle.
[[nodiscard]] boost::json::object day_view(const std::vector<model::Candle>& hours,
                                           std::optional<base::Timestamp> missing_since);

}  // namespace botcore::api
