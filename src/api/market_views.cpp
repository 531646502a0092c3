#include "api/market_views.hpp"

#include "base/time_text.hpp"
#include "protocol/api_json.hpp"

#include <algorithm>

namespace botcore::api {

namespace json = boost::json;
using base::Duration;

namespace {

constexpr Duration kDay = Duration::seconds(24 * 3'600);

/// The change from `first` to `last` in percent, rounded half to even.
json::value change_percent(model::Price first, model::Price last) {
    const auto hundredfold = base::multiply_checked((last - first).units(), 100 * model::kScale);
    if (!hundredfold) return nullptr;
    const auto percent =
        base::divide_checked(hundredfold.value(), first.units(), base::Rounding::HalfEven);
    if (!percent) return nullptr;
    return json::value(to_text(model::Rate::from_units(percent.value())));
}

}  // namespace

void add_age(json::object& object, const model::Quote& quote, AgeRule rule) {
    // If there is neither a source nor an age, no message about this instrument was ever received.
    const bool spoke = quote.source != model::MarketSource::None || quote.age > Duration();
    object["as_of"] =
        spoke ? json::value(base::to_iso8601(rule.now - quote.age)) : json::value(nullptr);
    object["age_ms"] = quote.age.in_milliseconds();
    object["stale"] = quote.source == model::MarketSource::None || quote.age > rule.age_max;
}

json::object quote_view(const model::Quote& quote, AgeRule rule) {
    json::object object = protocol::to_api(quote);
    add_age(object, quote, rule);
    return object;
}

json::object candle_view(const model::Candle& candle, model::CandleInterval interval, bool closed) {
    const auto end = model::candle_end(interval, candle.open_time);
    json::object object;
    object["open_time"] = base::to_iso8601(candle.open_time);
    object["close_time"] = base::to_iso8601(end - Duration::milliseconds(1));
    object["open"] = to_text(candle.open);
    object["high"] = to_text(candle.high);
    object["low"] = to_text(candle.low);
    object["close"] = to_text(candle.close);
    object["volume"] = to_text(candle.volume);
    object["quote_volume"] = to_text(candle.quote_volume);
    object["trades"] = candle.trades;
    object["closed"] = closed;
    object["complete"] = candle.complete;
    return object;
}

json::array gaps_view(const model::CandleBoard* candles,
                      std::optional<base::Timestamp> missing_since) {
    json::array list;
    if (candles == nullptr) return list;
    const auto add = [&](base::Timestamp from, json::value until) {
        json::object gap;
        gap["from"] = base::to_iso8601(from);
        gap["until"] = std::move(until);
        list.push_back(std::move(gap));
    };
    for (const model::CandleGap& gap : candles->gaps())
        add(gap.from, json::value(base::to_iso8601(gap.until)));
    if (missing_since) add(*missing_since, nullptr);
    return list;
}

json::object day_view(const std::vector<model::Candle>& hours,
                      std::optional<base::Timestamp> missing_since) {
    json::object object;
    for (const char* name :
         {"since", "first", "high", "low", "change_percent", "volume", "quote_volume", "complete"})
        object[name] = nullptr;
    if (hours.empty()) return object;
    constexpr auto kHour = model::CandleInterval::Hour1;
    const model::Candle& last = hours.back();
    const auto first = std::find_if(hours.begin(), hours.end(), [&](const model::Candle& candle) {
        return candle.open_time > last.open_time - kDay;
    });
    model::Candle day = *first;
    day.complete = day.complete && !missing_since;
    for (auto candle = first + 1; candle != hours.end(); ++candle) {
        const bool follows = candle->open_time == model::candle_end(kHour, (candle - 1)->open_time);
        day.complete = day.complete && candle->complete && follows;
        day.high = std::max(day.high, candle->high);
        day.low = std::min(day.low, candle->low);
        day.volume += candle->volume;
        day.quote_volume += candle->quote_volume;
    }
    object["since"] = base::to_iso8601(day.open_time);
    object["first"] = to_text(day.open);
    object["high"] = to_text(day.high);
    object["low"] = to_text(day.low);
    object["change_percent"] = change_percent(day.open, last.close);
    object["volume"] = to_text(day.volume);
    object["quote_volume"] = to_text(day.quote_volume);
    object["complete"] = day.complete;
    return object;
}

}  // namespace botcore::api
