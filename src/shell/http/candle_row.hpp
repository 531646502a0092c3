#pragma once

/// All candles of one instrument and timeframe that a market knows of, ascending: first those of
/// its history, then those of its trades.
///
/// R1  The candle in whose span the history ends is made of both: the history's open, the extremes
///     and volumes of both, the close of the trades.
/// R2  Each open time is there once. Between two candles that follow each other here nothing else
///     is known.
///
/// Threads: the thread of the loop. Made for one answer: the market may not move meanwhile.

#include "model/candle.hpp"
#include "ports/market_data.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace botcore::shell::http {

/// Candles that open within [since, until).
struct CandleSpan {
    std::optional<base::Timestamp> since;
    base::Timestamp until =
        base::Timestamp::from_microseconds(std::numeric_limits<std::int64_t>::max());
    std::size_t limit = 0;
};

class CandleRow {
public:
    CandleRow(const ports::MarketData& market,
              const model::InstrumentId& instrument,
              model::CandleInterval interval);

    /// With `since` the oldest of the span, else the newest; at most `limit` of them, ascending.
    [[nodiscard]] std::vector<model::Candle> candles(const CandleSpan& span) const;

    /// Makes a part of what the history needs for these candles, at most `days_left` days, which it
    /// takes from the number; true once all of it is made.
    [[nodiscard]] bool prepare(const CandleSpan& span, int& days_left) const;

    /// Only a late trade changes it.
    [[nodiscard]] bool is_closed(const model::Candle& candle) const;

    /// No trade changes it but a late one, which is told by the series' revision.
    [[nodiscard]] bool is_kept(const model::Candle& candle) const;

private:
    [[nodiscard]] std::vector<base::Timestamp> opens(const CandleSpan& span) const;
    [[nodiscard]] std::optional<base::Timestamp> first_open(base::Timestamp from) const;
    [[nodiscard]] std::optional<base::Timestamp> last_open(base::Timestamp before) const;
    [[nodiscard]] std::optional<base::Timestamp> old_open(base::Timestamp from) const;
    [[nodiscard]] std::size_t live_place(base::Timestamp open) const;
    [[nodiscard]] std::optional<model::Candle> at(base::Timestamp open) const;
    void add_trades(model::Candle& candle) const;
    [[nodiscard]] bool is_lost(base::Timestamp from, base::Timestamp until) const;

    const ports::MarketData& market_;
    model::CandleInterval interval_;
    const model::CandleBoard* board_;
    const model::CandleSeries* series_;  ///< Null where the market keeps no candles.
    ports::CandleHistory* history_;
};

}  // namespace botcore::shell::http
