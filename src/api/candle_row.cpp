#include "api/candle_row.hpp"

#include <algorithm>

namespace botcore::api {

using base::Duration;
using base::Timestamp;
using model::Candle;

namespace {

constexpr Duration kMoment = Duration::microseconds(1);

}  // namespace

CandleView::CandleView(const ports::MarketData& market,
                       const model::InstrumentId& instrument,
                       model::CandleInterval interval)
    : market_(market),
      interval_(interval),
      board_(market.candles(instrument)),
      series_(board_ != nullptr ? &board_->series(interval) : nullptr),
      history_(market.history(instrument)) {
}

/// Index of the first candle of trades that opens at `open` or later.
std::size_t CandleView::live_place(Timestamp open) const {
    if (series_ == nullptr) return 0;
    const auto& candles = series_->candles();
    const auto place = std::lower_bound(
        candles.begin(), candles.end(), open, [](const Candle& candle, Timestamp wanted) {
            return candle.open_time < wanted;
        });
    return static_cast<std::size_t>(place - candles.begin());
}

/// The open time of the first candle that opens at `from` or later and that the history covers at
/// least partly.
std::optional<Timestamp> CandleView::old_open(Timestamp from) const {
    if (history_ == nullptr || from >= history_->end()) return std::nullopt;
    const Timestamp first = model::candle_open(interval_, history_->begin());
    if (from <= first) return first;
    Timestamp open = model::candle_open(interval_, from);
    if (open < from) open = model::candle_end(interval_, open);
    if (open >= history_->end()) return std::nullopt;
    return open;
}

std::optional<Timestamp> CandleView::first_open(Timestamp from) const {
    if (const auto old = old_open(from)) return old;
    if (series_ == nullptr) return std::nullopt;
    const Timestamp live = history_ != nullptr ? std::max(from, history_->end()) : from;
    const std::size_t place = live_place(live);
    if (place == series_->candles().size()) return std::nullopt;
    return series_->candles()[place].open_time;
}

std::optional<Timestamp> CandleView::last_open(Timestamp before) const {
    const std::size_t behind = live_place(before);
    if (behind > 0) {
        const Timestamp open = series_->candles()[behind - 1].open_time;
        if (history_ == nullptr || open >= history_->end()) return open;
    }
    if (history_ == nullptr) return std::nullopt;
    const Timestamp first = model::candle_open(interval_, history_->begin());
    if (before <= first) return std::nullopt;
    return model::candle_open(interval_, std::min(before, history_->end()) - kMoment);
}

std::vector<Timestamp> CandleView::opens(const CandleSpan& span) const {
    std::vector<Timestamp> list;
    if (span.since) {
        auto open = first_open(*span.since);
        while (open && *open < span.until && list.size() < span.limit) {
            list.push_back(*open);
            open = first_open(*open + kMoment);
        }
        return list;
    }
    auto open = last_open(span.until);
    while (open && list.size() < span.limit) {
        list.push_back(*open);
        open = last_open(*open);
    }
    std::reverse(list.begin(), list.end());
    return list;
}

std::vector<Candle> CandleView::candles(const CandleSpan& span) const {
    std::vector<Candle> list;
    for (const Timestamp open : opens(span)) {
        if (auto candle = at(open)) list.push_back(*std::move(candle));
    }
    return list;
}

bool CandleView::prepare(const CandleSpan& span, int& days_left) const {
    if (history_ == nullptr || interval_ < model::CandleInterval::Minute15) return true;
    const auto list = opens(span);
    if (list.empty()) return true;
    return history_->prepare(list.front(), model::candle_end(interval_, list.back()), days_left);
}

std::optional<Candle> CandleView::at(Timestamp open) const {
    if (history_ != nullptr && open < history_->end()) {
        auto old = history_->candle(interval_, open);
        if (old && model::candle_end(interval_, open) > history_->end()) add_trades(*old);
        return old;
    }
    const std::size_t place = live_place(open);
    return series_->candles()[place];
}

/// Merges the trades after the end of the history into the candle (R1).
void CandleView::add_trades(Candle& candle) const {
    if (series_ == nullptr || series_->candles().empty()) return;
    const auto& live = series_->candles();
    const Candle& first = live.front();
    const Timestamp end = model::candle_end(interval_, candle.open_time);
    if (first.open_time > candle.open_time) {
        // The trades of this candle are no longer stored, or there were none.
        const bool forgotten = live.size() == model::kCandlesMax || first.open_time > end;
        candle.complete = candle.complete && !forgotten;
        return;
    }
    const Candle& rest = live[live_place(candle.open_time)];
    candle.high = std::max(candle.high, rest.high);
    candle.low = std::min(candle.low, rest.low);
    candle.close = rest.close;
    candle.volume += rest.volume;
    candle.quote_volume += rest.quote_volume;
    candle.trades += rest.trades;
    candle.last_trade_time = rest.last_trade_time;
    candle.complete = candle.complete && !is_lost(candle.open_time, end);
}

bool CandleView::is_lost(Timestamp from, Timestamp until) const {
    if (const auto since = board_->lost_since(); since && *since < until) return true;
    const auto& gaps = board_->gaps();
    return std::any_of(gaps.begin(), gaps.end(), [&](const model::CandleGap& gap) {
        return gap.from < until && gap.until > from;
    });
}

bool CandleView::is_closed(const Candle& candle) const {
    return model::candle_end(interval_, candle.open_time) <= market_.exchange_now() ||
           is_kept(candle);
}

bool CandleView::is_kept(const Candle& candle) const {
    if (series_ != nullptr && !series_->candles().empty())
        return candle.open_time < series_->candles().back().open_time;
    return history_ != nullptr && model::candle_end(interval_, candle.open_time) <= history_->end();
}

}  // namespace botcore::api
