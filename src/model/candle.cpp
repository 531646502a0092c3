#include "model/candle.hpp"

#include <algorithm>
#include <utility>

namespace botcore::model {

using base::Duration;
using base::Failure;
using base::Timestamp;

namespace {

constexpr std::int64_t kMinute = 60'000'000;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

struct IntervalRow {
    std::string_view text;
    std::int64_t span;    ///< Microseconds; zero where it varies.
    std::int64_t offset;  ///< Of an opening from a multiple of the span since 1970.
};

constexpr std::array<IntervalRow, kCandleIntervalCount> kIntervals = {{
    {"1m", kMinute, 0},
    {"3m", 3 * kMinute, 0},
    {"5m", 5 * kMinute, 0},
    {"15m", 15 * kMinute, 0},
    {"30m", 30 * kMinute, 0},
    {"1h", kHour, 0},
    {"2h", 2 * kHour, 0},
    {"4h", 4 * kHour, 0},
    {"6h", 6 * kHour, 0},
    {"8h", 8 * kHour, 0},
    {"12h", 12 * kHour, 0},
    {"1d", kDay, 0},
    {"3d", 3 * kDay, 0},
    {"1w", 7 * kDay, 4 * kDay},  // 1970-01-01 was a Thursday, the 5th a Monday.
    {"1M", 0, 0},
}};

const IntervalRow& row_of(CandleInterval interval) {
    return kIntervals[static_cast<std::size_t>(interval)];
}

std::int64_t floor_divided(std::int64_t a, std::int64_t b) {
    return a / b - (a % b < 0 ? 1 : 0);
}

/// Months since 1970-01, of a day since then; and the day on which a month begins. Howard Hinnant,
/// "chrono-compatible low-level date algorithms" (2014), for years that begin in March.
std::int64_t month_of(std::int64_t day) {
    const std::int64_t z = day + 719'468;
    const std::int64_t era = floor_divided(z, 146'097);
    const std::int64_t of_era = z - era * 146'097;
    const std::int64_t year = (of_era - of_era / 1'460 + of_era / 36'524 - of_era / 146'096) / 365;
    const std::int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    const std::int64_t month_since_march = (5 * of_year + 2) / 153;
    return (year + era * 400) * 12 + month_since_march + 2 - 1970 * 12;
}

std::int64_t first_day_of(std::int64_t month) {
    const std::int64_t since_march = month + 1970 * 12 - 2;
    const std::int64_t year = floor_divided(since_march, 12);
    const std::int64_t era = floor_divided(year, 400);
    const std::int64_t of_era = year - era * 400;
    const std::int64_t of_year = (153 * (since_march - year * 12) + 2) / 5;
    return era * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
}

bool is_well_formed(CandleInterval interval, const Candle& candle) {
    const Price least = std::min(candle.open, candle.close);
    const Price most = std::max(candle.open, candle.close);
    return candle.low.is_positive() && candle.low <= least && most <= candle.high &&
           !candle.volume.is_negative() && !candle.quote_volume.is_negative() &&
           candle_open(interval, candle.open_time) == candle.open_time;
}

}  // namespace

std::string_view to_text(CandleInterval interval) {
    return row_of(interval).text;
}

std::optional<CandleInterval> parse_candle_interval(std::string_view text) {
    for (std::size_t i = 0; i < kIntervals.size(); ++i) {
        if (kIntervals[i].text == text) return static_cast<CandleInterval>(i);
    }
    return std::nullopt;
}

Timestamp candle_open(CandleInterval interval, Timestamp time) {
    const std::int64_t moment = time.in_microseconds();
    const IntervalRow& row = row_of(interval);
    if (row.span == 0) {
        return Timestamp::from_microseconds(first_day_of(month_of(floor_divided(moment, kDay))) *
                                            kDay);
    }
    const std::int64_t count = floor_divided(moment - row.offset, row.span);
    return Timestamp::from_microseconds(count * row.span + row.offset);
}

Timestamp candle_end(CandleInterval interval, Timestamp open) {
    const IntervalRow& row = row_of(interval);
    if (row.span != 0) return open + Duration::microseconds(row.span);
    const std::int64_t month = month_of(floor_divided(open.in_microseconds(), kDay));
    return Timestamp::from_microseconds(first_day_of(month + 1) * kDay);
}

base::Outcome<CandleError> CandleSeries::add(Timestamp time, Price price, Quantity quantity) {
    if (!price.is_positive() || !quantity.is_positive()) return Failure{CandleError::Malformed};
    const auto worth = notional(price, quantity);
    if (!worth) return Failure{CandleError::Malformed};
    const Timestamp open = candle_open(interval_, time);
    if (!candles_.empty() && open < candles_.back().open_time) return Failure{CandleError::TooOld};
    if (candles_.empty() || candles_.back().open_time < open) {
        candles_.push_back({open, price, price, price, price, quantity, worth.value(), 1});
        ++revision_;
        trim();
        return base::Done{};
    }
    Candle& candle = candles_.back();
    candle.high = std::max(candle.high, price);
    candle.low = std::min(candle.low, price);
    candle.close = price;
    candle.volume += quantity;
    candle.quote_volume += worth.value();
    ++candle.trades;
    return base::Done{};
}

base::Outcome<CandleError> CandleSeries::put(const Candle& candle) {
    if (!is_well_formed(interval_, candle)) return Failure{CandleError::Malformed};
    const auto place = std::lower_bound(
        candles_.begin(), candles_.end(), candle, [](const Candle& a, const Candle& b) {
            return a.open_time < b.open_time;
        });
    const bool known = place != candles_.end() && place->open_time == candle.open_time;
    if (!known && place == candles_.begin() && candles_.size() >= kCandlesMax) {
        return Failure{CandleError::TooOld};
    }
    const bool last = known && place + 1 == candles_.end();
    if (known) {
        *place = candle;
    } else {
        candles_.insert(place, candle);
    }
    if (!last) ++revision_;
    trim();
    return base::Done{};
}

void CandleSeries::trim() {
    while (candles_.size() > kCandlesMax)
        candles_.pop_front();
}

namespace {

template <std::size_t... kIndex>
std::array<CandleSeries, kCandleIntervalCount> all_series(std::index_sequence<kIndex...>) {
    return {CandleSeries(static_cast<CandleInterval>(kIndex))...};
}

}  // namespace

CandleBoard::CandleBoard() : series_(all_series(std::make_index_sequence<kCandleIntervalCount>())) {
}

base::Outcome<CandleError> CandleBoard::add(Timestamp time, Price price, Quantity quantity) {
    // Whatever the shortest interval takes, all take: they know no trade that it does not know, and
    // a candle of theirs begins no later than its own.
    TRY(series_.front().add(time, price, quantity));
    for (std::size_t i = 1; i < series_.size(); ++i) {
        // A history put into one interval only may be ahead of the others; such a trade is in it.
        (void)series_[i].add(time, price, quantity);
    }
    return base::Done{};
}

}  // namespace botcore::model
