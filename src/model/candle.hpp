#pragma once

/// Candles: what the price of an instrument did within equal spans of time, folded from its trades.
/// Bounded, in memory only, integers throughout.
///
/// C1  A series is ascending by open time and holds each open time once: the same open time
///     replaces the candle, whatever came before. It holds the newest `kCandlesMax`.
/// C2  low <= open, close <= high; prices are above zero, volumes are not below. What breaks this,
///     or does not fit in 128 bits, is refused whole and changes nothing: a malformed number never
///     becomes a zero price.
/// C3  A span without a trade has no candle: no trade, no price.
/// C4  Times are those of the market's source; a trade belongs to the candle whose span
///     [open, next open) holds it.

#include "base/time.hpp"
#include "model/amount.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

namespace botcore::model {

/// The exchange's intervals. Spans of hours and less count from 00:00 UTC, days from 1970-01-01
/// (three days: days 0, 3, 6 … since then), weeks from Monday, months from the first of the month.
enum class CandleInterval : std::uint8_t {
    Minute1,
    Minute3,
    Minute5,
    Minute15,
    Minute30,
    Hour1,
    Hour2,
    Hour4,
    Hour6,
    Hour8,
    Hour12,
    Day1,
    Day3,
    Week1,
    Month1,
};
inline constexpr std::size_t kCandleIntervalCount = 15;

/// Candles kept for each instrument and interval.
inline constexpr std::size_t kCandlesMax = 1'000;

/// "1m", "4h", "1M": the exchange's words.
[[nodiscard]] std::string_view to_text(CandleInterval interval);
[[nodiscard]] std::optional<CandleInterval> parse_candle_interval(std::string_view text);

/// When the candle that holds `time` opens.
[[nodiscard]] base::Timestamp candle_open(CandleInterval interval, base::Timestamp time);
/// When the candle after the one that opens at `open` opens.
[[nodiscard]] base::Timestamp candle_end(CandleInterval interval, base::Timestamp open);

struct Candle {
    base::Timestamp open_time;
    Price open;
    Price high;
    Price low;
    Price close;
    Quantity volume;
    Money quote_volume;  ///< The sum of price x quantity, each rounded to 10^-8.
    std::uint64_t trades = 0;

    friend bool operator==(const Candle&, const Candle&) = default;
};

enum class CandleError : std::uint8_t {
    Malformed,  ///< It breaks C2, or does not open where candles of its interval open.
    TooOld,     ///< Older than the newest candle (a trade) or than all that is kept (a candle).
};

/// The candles of one instrument and interval.
class CandleSeries {
public:
    explicit CandleSeries(CandleInterval interval) : interval_(interval) {}

    /// Adds a trade to the newest candle, or opens the next one.
    [[nodiscard]] base::Outcome<CandleError> add(base::Timestamp time,
                                                 Price price,
                                                 Quantity quantity);

    /// Sets a candle that was made elsewhere, the exchange's history for example (C1).
    [[nodiscard]] base::Outcome<CandleError> put(const Candle& candle);

    /// Ascending. The last one may still be open.
    [[nodiscard]] const std::deque<Candle>& candles() const { return candles_; }

    /// Changes whenever any candle but the last one is new, other or gone: a copy of those under
    /// the same revision is still right.
    [[nodiscard]] std::uint64_t revision() const { return revision_; }

    [[nodiscard]] CandleInterval interval() const { return interval_; }

private:
    void trim();

    CandleInterval interval_;
    std::deque<Candle> candles_;
    std::uint64_t revision_ = 0;
};

/// All intervals of one instrument.
class CandleBoard {
public:
    CandleBoard();

    /// Adds a trade to all intervals, or to none (C2).
    [[nodiscard]] base::Outcome<CandleError> add(base::Timestamp time,
                                                 Price price,
                                                 Quantity quantity);

    [[nodiscard]] CandleSeries& series(CandleInterval interval) {
        return series_[static_cast<std::size_t>(interval)];
    }

    [[nodiscard]] const CandleSeries& series(CandleInterval interval) const {
        return series_[static_cast<std::size_t>(interval)];
    }

private:
    std::array<CandleSeries, kCandleIntervalCount> series_;
};

}  // namespace botcore::model
