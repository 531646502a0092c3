#pragma once

/// All known candles of one instrument and timeframe, ascending: first those of the market's
/// history, then those built from its trades.
///
/// R1  The candle in whose span the history ends is merged from both: the open of the history, the
///     extremes and volumes of both, the close of the trades.
/// R2  Each open time occurs once. No candle is known between two consecutive ones.
///
/// Threads: the thread of the loop. Built for one response: the market must not change meanwhile.

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

class CandleView {
public:
    CandleView(const ports::MarketData& market,
               const model::InstrumentId& instrument,
               model::CandleInterval interval);

    /// With `since` the oldest of the span, otherwise the newest; at most `limit`, ascending.
    [[nodiscard]] std::vector<model::Candle> candles(const CandleSpan& span) const;

    /// Builds part of the history that these candles need: at most `days_left` days, which it
    /// decrements. Returns true once all of it is built.
    [[nodiscard]] bool prepare(const CandleSpan& span, int& days_left) const;

    /// Only a late trade can still change the candle.
    [[nodiscard]] bool is_closed(const model::Candle& candle) const;

    /// Only a late trade can still change the candle, and that changes the series' revision.
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
    const model::CandleSeries* series_;  ///< Null if the market keeps no candles.
    ports::CandleHistory* history_;
};

}  // namespace botcore::shell::http
