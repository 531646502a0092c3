#pragma once

/// Candles: what the price of an instrument did within equal spans of time, folded from its trades.
/// Bounded, in memory only, integers throughout.
///
/// C1  A series is ascending by open time and holds each open time once: the same open time
///     replaces the candle, whatever came before. It holds the newest `kCandlesMax`.
/// C2  low <= open, close <= high; prices are above zero, volumes are not below. What breaks this,
///     or does not fit in 128 bits, is refused whole and changes nothing: a malformed number never
///     becomes a zero price.
/// C3  A span without a trade has a candle as the exchange makes it: volume 0, all four prices the
///     close before it. It is made only while every trade was seen since that close.
/// C4  Times are the exchange's trade times; a trade belongs to the candle whose span
///     [open, next open) holds it, also when it arrives after a later one. Open and close are the
///     earliest and the latest trade by that time.
/// C5  A span of which trades may be missing is never shown with a volume of 0: its candle has
///     `complete` false, and where no trade of it was seen there is no candle.

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
    base::Timestamp first_trade_time;  ///< Of the trade that `open` is from; zero without a trade.
    base::Timestamp last_trade_time;   ///< Of the trade that `close` is from.
    bool complete = true;              ///< False: trades of the span may be missing (C5).

    friend bool operator==(const Candle&, const Candle&) = default;
};

enum class CandleError : std::uint8_t {
    Malformed,  ///< It breaks C2, or does not open where candles of its interval open.
    TooOld,     ///< Older than all candles that are kept.
};

/// The candles of one instrument and interval.
class CandleSeries {
public:
    explicit CandleSeries(CandleInterval interval) : interval_(interval) {}

    /// Adds a trade to the candle that holds `time`, closed ones included, or opens the next one.
    /// After `lose`, the first trade that is not older than the loss ends it.
    [[nodiscard]] base::Outcome<CandleError> add(base::Timestamp time,
                                                 Price price,
                                                 Quantity quantity);

    /// Sets a candle that was made elsewhere, the exchange's history for example (C1).
    [[nodiscard]] base::Outcome<CandleError> put(const Candle& candle);

    /// The exchange's clock shows `now` and every trade before it was seen: makes the candles of
    /// spans without a trade (C3). Changes nothing while trades may be missing.
    void advance(base::Timestamp now);

    /// Trades may be missing from `since` on, until the next trade (C5).
    void lose(base::Timestamp since);

    /// Ascending. The last one may still be open.
    [[nodiscard]] const std::deque<Candle>& candles() const { return candles_; }

    /// Changes whenever any candle but the last one is new, other or gone: a copy of those under
    /// the same revision is still right.
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
    bool is_whole_ = false;  ///< Every trade since the last one was seen.
    std::optional<base::Timestamp> lost_since_;
};

/// A span of which trades may be missing.
struct CandleGap {
    base::Timestamp from;
    base::Timestamp until;

    friend bool operator==(const CandleGap&, const CandleGap&) = default;
};

/// Gaps kept for each instrument, the newest.
inline constexpr std::size_t kCandleGapsMax = 100;

/// Trades that did not arrive in the order of their times.
struct LateTrades {
    std::uint64_t folded = 0;    ///< Came after a later candle had opened, and are in their own.
    std::uint64_t too_late = 0;  ///< Their candle was no longer held in at least one interval.
};

/// All intervals of one instrument.
class CandleBoard {
public:
    CandleBoard();

    /// Adds a trade to every interval that holds its candle, a malformed one to none (C2).
    /// `TooOld`: at least one interval does not hold it any more.
    [[nodiscard]] base::Outcome<CandleError> add(base::Timestamp time,
                                                 Price price,
                                                 Quantity quantity);

    /// See `CandleSeries::advance`. Cheap while no minute ends.
    void advance(base::Timestamp now);

    /// See `CandleSeries::lose`.
    void lose(base::Timestamp since);

    /// Ascending and apart from each other; one that still lasts is not among them.
    [[nodiscard]] const std::deque<CandleGap>& gaps() const { return gaps_; }

    /// Since when trades may be missing; nothing while none are, and before the first trade.
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
    base::Timestamp minute_end_;  ///< When the minute of the newest known time ends.
    LateTrades late_;
};

}  // namespace botcore::model
