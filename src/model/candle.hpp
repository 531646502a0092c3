#pragma once

/// Candles: the price of an instrument within equal intervals of time, aggregated from its trades.
/// The number of candles is bounded, they are held in memory only, and all arithmetic is on
/// integers.
///
/// C1  A series is ascending by open time and has at most one candle for each open time: `put`
///     replaces an existing candle with the same open time. A series holds the newest `kCandlesMax`
///     candles.
/// C2  low <= open, close <= high; prices are positive, volumes are not negative. A trade or candle
///     that violates this, or whose sums exceed 128 bits, is rejected entirely and changes nothing:
///     a malformed number never becomes a zero price.
/// C3  An interval without a trade gets the same candle as at the exchange: volume 0, and all four
///     prices are the previous close. It is created only if every trade since that close was seen.
/// C4  Times are the exchange's trade times. A trade belongs to the candle whose interval [open,
///     next open) contains its time, even if it arrives after a later trade. The open and the close
///     are the prices of the earliest and the latest trade of the interval by that time.
/// C5  An interval in which trades may be missing never appears with a volume of 0: its candle has
///     `complete` false, and if none of its trades was seen it has no candle.

#include "base/time.hpp"
#include "model/amount.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

namespace botcore::model {

/// The exchange's intervals. Intervals of minutes and hours are aligned to 00:00 UTC, and intervals
/// of three days to 1970-01-01 (they begin on the days 0, 3, 6 … since then). Weeks begin on
/// Monday, and months on the first day of the month.
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

/// The number of candles that a series holds for each instrument and interval.
inline constexpr std::size_t kCandlesMax = 1'000;

/// The exchange's names: "1m", "4h", "1M".
[[nodiscard]] std::string_view to_text(CandleInterval interval);
[[nodiscard]] std::optional<CandleInterval> parse_candle_interval(std::string_view text);

/// The open time of the candle that contains `time`.
[[nodiscard]] base::Timestamp candle_open(CandleInterval interval, base::Timestamp time);
/// The open time of the candle that follows the one opened at `open`.
[[nodiscard]] base::Timestamp candle_end(CandleInterval interval, base::Timestamp open);

struct Candle {
    base::Timestamp open_time;
    Price open;
    Price high;
    Price low;
    Price close;
    Quantity volume;
    Money quote_volume;  ///< The sum of price x quantity, each product rounded to 10^-8.
    std::uint64_t trades = 0;
    base::Timestamp first_trade_time;  ///< Time of the trade that set `open`; zero without a trade.
    base::Timestamp last_trade_time;   ///< Time of the trade that set `close`.
    bool complete = true;              ///< False: trades of the interval may be missing (C5).

    friend bool operator==(const Candle&, const Candle&) = default;
};

enum class CandleError : std::uint8_t {
    Malformed,  ///< The trade or candle violates C2, or no candle of the interval has its open
                ///< time.
    TooOld,     ///< The trade or candle is older than every candle that the series holds.
};

/// The candles of one instrument and interval.
class CandleSeries {
public:
    explicit CandleSeries(CandleInterval interval) : interval_(interval) {}

    /// Adds a trade to the candle that contains `time`, even if that candle is closed, or opens the
    /// next candle with it. After `lose(since)`, the first trade that is not older than `since`
    /// ends the gap.
    [[nodiscard]] base::Outcome<CandleError> add(base::Timestamp time,
                                                 Price price,
                                                 Quantity quantity);

    /// Sets a candle from another source, such as the exchange's history (C1).
    [[nodiscard]] base::Outcome<CandleError> put(const Candle& candle);

    /// Creates the candles of intervals without a trade up to the exchange time `now` (C3); every
    /// trade before `now` must have been added. Does nothing while trades may be missing.
    void advance(base::Timestamp now);

    /// Marks trades as possibly missing from `since` until the next trade (C5).
    void lose(base::Timestamp since);

    /// The candles, ascending by open time. The interval of the last one may not have ended yet.
    [[nodiscard]] const std::deque<Candle>& candles() const { return candles_; }

    /// Changes whenever any candle except the last one is added, changed or removed. A copy of all
    /// candles except the last one is valid as long as the revision is the same.
    [[nodiscard]] std::uint64_t revision() const { return revision_; }

    [[nodiscard]] CandleInterval interval() const { return interval_; }

private:
    using Place = std::deque<Candle>::iterator;

    void open_next(base::Timestamp open, const Candle& first);
    void fill_until(base::Timestamp open);
    void carry_close(Place from);
    void trim();

    CandleInterval interval_;
    std::deque<Candle> candles_;
    std::uint64_t revision_ = 0;
    bool is_whole_ = false;  ///< Every trade since the last candle was seen.
    std::optional<base::Timestamp> lost_since_;
};

/// A period in which trades may be missing.
struct CandleGap {
    base::Timestamp from;
    base::Timestamp until;

    friend bool operator==(const CandleGap&, const CandleGap&) = default;
};

/// The number of gaps that are stored for each instrument. The newest gaps are kept.
inline constexpr std::size_t kCandleGapsMax = 100;

/// Counts trades that arrived out of the order of their times.
struct LateTrades {
    std::uint64_t folded = 0;  ///< Trades added to their candle although a later candle was open.
    /// Trades whose candle was no longer held in at least one interval.
    std::uint64_t too_late = 0;
};

/// The candles of one instrument in all intervals.
class CandleBoard {
public:
    CandleBoard();

    /// Adds a trade to every interval that still holds its candle; a malformed trade is added to
    /// none (C2). Returns `TooOld` when at least one interval no longer holds the candle.
    [[nodiscard]] base::Outcome<CandleError> add(base::Timestamp time,
                                                 Price price,
                                                 Quantity quantity);

    /// See `CandleSeries::advance`. A call is cheap unless a minute ends.
    void advance(base::Timestamp now);

    /// See `CandleSeries::lose`.
    void lose(base::Timestamp since);

    /// The gaps, ascending and disjoint. A gap that has not ended yet is not included.
    [[nodiscard]] const std::deque<CandleGap>& gaps() const { return gaps_; }

    /// The time since which trades may be missing; empty if no trade is missing, and before the
    /// first trade.
    [[nodiscard]] std::optional<base::Timestamp> lost_since() const { return lost_since_; }

    [[nodiscard]] const LateTrades& late_trades() const { return late_; }

    [[nodiscard]] CandleSeries& series(CandleInterval interval) {
        return series_[static_cast<std::size_t>(interval)];
    }

    [[nodiscard]] const CandleSeries& series(CandleInterval interval) const {
        return series_[static_cast<std::size_t>(interval)];
    }

private:
    void end_gap(base::Timestamp until);

    std::array<CandleSeries, kCandleIntervalCount> series_;
    std::deque<CandleGap> gaps_;
    std::optional<base::Timestamp> lost_since_;
    base::Timestamp minute_end_;  ///< The end of the minute that contains the newest known time.
    LateTrades late_;
};

}  // namespace botcore::model
