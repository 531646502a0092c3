#include "model/candle.hpp"

#include "base/calendar.hpp"

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
    std::int64_t span;    ///< The length in microseconds; zero where it varies.
    std::int64_t offset;  ///< How far after a multiple of the span since 1970 a candle opens.
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
    {"1w", 7 * kDay, 4 * kDay},  // 1970-01-01 was a Thursday, and January 5 was a Monday.
    {"1M", 0, 0},
}};

const IntervalRow& row_of(CandleInterval interval) {
    return kIntervals[static_cast<std::size_t>(interval)];
}

std::int64_t floor_divided(std::int64_t a, std::int64_t b) {
    return a / b - (a % b < 0 ? 1 : 0);
}

std::chrono::year_month month_of(Timestamp time) {
    const std::chrono::year_month_day date(base::day_of(time));
    return date.year() / date.month();
}

bool is_well_formed(CandleInterval interval, const Candle& candle) {
    const Price least = std::min(candle.open, candle.close);
    const Price most = std::max(candle.open, candle.close);
    return candle.low.is_positive() && candle.low <= least && most <= candle.high &&
           !candle.volume.is_negative() && !candle.quote_volume.is_negative() &&
           candle_open(interval, candle.open_time) == candle.open_time;
}

/// The candle that opens at `open`, or the first one after it.
std::deque<Candle>::iterator place_of(std::deque<Candle>& candles, Timestamp open) {
    return std::lower_bound(
        candles.begin(), candles.end(), open, [](const Candle& candle, Timestamp wanted) {
            return candle.open_time < wanted;
        });
}

/// Merges the single trade `one` into `candle`, which has the same open time.
void merge(Candle& candle, const Candle& one) {
    if (candle.trades == 0 && candle.volume.is_zero()) {
        const bool complete = candle.complete;
        candle = one;
        candle.complete = complete;
        return;
    }
    candle.high = std::max(candle.high, one.high);
    candle.low = std::min(candle.low, one.low);
    if (one.first_trade_time < candle.first_trade_time) {
        candle.open = one.open;
        candle.first_trade_time = one.first_trade_time;
    }
    if (one.last_trade_time >= candle.last_trade_time) {
        candle.close = one.close;
        candle.last_trade_time = one.last_trade_time;
    }
    candle.volume += one.volume;
    candle.quote_volume += one.quote_volume;
    ++candle.trades;
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
    const IntervalRow& row = row_of(interval);
    if (row.span == 0) return base::midnight_of(month_of(time) / 1);
    const std::int64_t count = floor_divided(time.in_microseconds() - row.offset, row.span);
    return Timestamp::from_microseconds(count * row.span + row.offset);
}

Timestamp candle_end(CandleInterval interval, Timestamp open) {
    const IntervalRow& row = row_of(interval);
    if (row.span != 0) return open + Duration::microseconds(row.span);
    return base::midnight_of((month_of(open) + std::chrono::months(1)) / 1);
}

base::Outcome<CandleError> CandleSeries::add(Timestamp time, Price price, Quantity quantity) {
    if (!price.is_positive() || !quantity.is_positive()) return Failure{CandleError::Malformed};
    const auto worth = notional(price, quantity);
    if (!worth) return Failure{CandleError::Malformed};
    const Timestamp open = candle_open(interval_, time);
    const Candle one{
        open, price, price, price, price, quantity, worth.value(), 1, time, time, is_whole_};
    if (candles_.empty() || candles_.back().open_time < open) {
        open_next(open, one);
    } else {
        if (open < candles_.front().open_time) return Failure{CandleError::TooOld};
        auto place = place_of(candles_, open);
        if (place->open_time == open) {
            merge(*place, one);
        } else {
            // The trades of this interval were missing until now (C3).
            place = candles_.insert(place, one);
            place->complete = false;
        }
        if (place + 1 != candles_.end()) ++revision_;
        carry_close(place);
        trim();
    }
    if (!is_whole_ && (!lost_since_ || *lost_since_ <= time)) {
        is_whole_ = true;
        lost_since_.reset();
    }
    return base::Done{};
}

void CandleSeries::open_next(Timestamp open, const Candle& first) {
    if (is_whole_) fill_until(open);
    candles_.push_back(first);
    candles_.back().complete = is_whole_;
    ++revision_;
    trim();
}

void CandleSeries::advance(Timestamp now) {
    if (!is_whole_ || candles_.empty()) return;
    const Timestamp open = candle_open(interval_, now);
    if (open <= candles_.back().open_time) return;
    fill_until(candle_end(interval_, open));
}

void CandleSeries::lose(Timestamp since) {
    advance(since);  // Every trade before `since` was seen.
    if (is_whole_) {
        is_whole_ = false;
        lost_since_ = since;
    } else if (lost_since_) {
        lost_since_ = std::min(*lost_since_, since);
    }
    while (!candles_.empty() && candle_end(interval_, candles_.back().open_time) > since &&
           candles_.back().trades == 0) {
        candles_.pop_back();  // C5
        ++revision_;
    }
    for (auto candle = candles_.rbegin();
         candle != candles_.rend() && candle_end(interval_, candle->open_time) > since;
         ++candle) {
        candle->complete = false;
        if (candle != candles_.rbegin()) ++revision_;
    }
}

/// Creates the candles of the intervals without a trade between the last candle and `open`.
void CandleSeries::fill_until(Timestamp open) {
    const std::int64_t span = row_of(interval_).span;
    const Duration shown = Duration::microseconds((span == 0 ? 31 * kDay : span) *
                                                  static_cast<std::int64_t>(kCandlesMax));
    if (open - candles_.back().open_time > shown) {
        lose(candle_end(interval_, candles_.back().open_time));
        return;
    }
    for (Timestamp next = candle_end(interval_, candles_.back().open_time); next < open;
         next = candle_end(interval_, next)) {
        const Price close = candles_.back().close;
        candles_.push_back({next, close, close, close, close, {}, {}, 0, {}, {}, true});
        ++revision_;
    }
    trim();
}

/// After a late trade changed a close: updates the following candles without a trade to that close.
void CandleSeries::carry_close(Place from) {
    for (auto next = from + 1; next != candles_.end(); from = next++) {
        if (next->trades != 0 || next->open_time != candle_end(interval_, from->open_time)) return;
        next->open = next->high = next->low = next->close = from->close;
    }
}

base::Outcome<CandleError> CandleSeries::put(const Candle& candle) {
    if (!is_well_formed(interval_, candle)) return Failure{CandleError::Malformed};
    const auto place = place_of(candles_, candle.open_time);
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

/// A larger jump between two updates counts as a gap in the observation.
constexpr Duration kAdvanceMax =
    Duration::microseconds(kMinute * static_cast<std::int64_t>(kCandlesMax));

Timestamp next_minute(Timestamp time) {
    return candle_end(CandleInterval::Minute1, candle_open(CandleInterval::Minute1, time));
}

}  // namespace

CandleBoard::CandleBoard() : series_(all_series(std::make_index_sequence<kCandleIntervalCount>())) {
}

base::Outcome<CandleError> CandleBoard::add(Timestamp time, Price price, Quantity quantity) {
    const auto& minutes = series_.front().candles();
    const bool late = !minutes.empty() && time < minutes.back().open_time;
    bool too_late = false;
    for (CandleSeries& series : series_) {
        const auto outcome = series.add(time, price, quantity);
        if (outcome) continue;
        // It is malformed in every interval.
        if (outcome.error() == CandleError::Malformed) return outcome;
        too_late = true;
    }
    if (lost_since_ && *lost_since_ <= time) end_gap(time);
    if (!late) minute_end_ = std::max(minute_end_, next_minute(time));
    if (too_late) {
        ++late_.too_late;
        return Failure{CandleError::TooOld};
    }
    if (late) ++late_.folded;
    return base::Done{};
}

void CandleBoard::advance(Timestamp now) {
    if (now < minute_end_ || lost_since_ || series_.front().candles().empty()) return;
    if (now - minute_end_ > kAdvanceMax) {
        lose(minute_end_);
        return;
    }
    minute_end_ = next_minute(now);
    for (CandleSeries& series : series_)
        series.advance(now);
}

void CandleBoard::lose(Timestamp since) {
    if (series_.front().candles().empty()) return;  // No candle could become incomplete.
    lost_since_ = lost_since_ ? std::min(*lost_since_, since) : since;
    for (CandleSeries& series : series_)
        series.lose(since);
}

void CandleBoard::end_gap(Timestamp until) {
    const CandleGap gap{*lost_since_, until};
    lost_since_.reset();
    if (!gaps_.empty() && gap.from <= gaps_.back().until) {
        gaps_.back().from = std::min(gaps_.back().from, gap.from);
        gaps_.back().until = std::max(gaps_.back().until, gap.until);
        return;
    }
    gaps_.push_back(gap);
    if (gaps_.size() > kCandleGapsMax) gaps_.pop_front();
}

}  // namespace botcore::model
