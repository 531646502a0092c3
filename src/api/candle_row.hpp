#pragma once

/// All known candles of one instrument and timeframe, ascending: first the candles of the market's
/// history, then the candles built from the market's trades.
///
/// R1  The candle in whose span the history ends is merged from the history and the trades. It has
///     the open of the history, the extremes and volumes of both, and the close of the trades.
/// R2  Each open time occurs once. Between two consecutive candles, no other candle is known.
///
/// Threads: the thread of the loop. A view is built for one response; the market must not change
/// while the view is used.

#include "model/candle.hpp"
#include "ports/market_data.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace botcore::api {

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

    /// At most `limit` candles of the span, ascending: the oldest ones if the span has a `since`,
    /// otherwise the newest ones.
    [[nodiscard]] std::vector<model::Candle> candles(const CandleSpan& span) const;

    /// Builds part of the history that these candles need: at most `days_left` days, which it
    /// decrements. Returns true once all of it is built.
    [[nodiscard]] bool prepare(const CandleSpan& span, int& days_left) const;

    /// Whether only a late trade can still change the candle.
    [[nodiscard]] bool is_closed(const model::Candle& candle) const;

    /// Whether only a late trade can still change the candle, and such a change would also change
    /// the revision of the series.
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

}  // namespace botcore::api
