#pragma once

/// The past of a generated market: candles of the 500 days before the daemon started, computed from
/// the seed on demand. Uses integers only and no clock.
///
/// P1  The price is a pure function of seed, instrument and time: it is the same after a restart
///     and does not depend on where the history ends. It stays within 1.5 % of the instrument's
///     `start`.
/// P2  All candles are built from candles of one minute. A minute opens at the price (P1) of its
///     first instant and closes at the price of the next minute's first instant, so that each
///     minute opens where the previous one closed.
/// P3  The history begins 500 days before the UTC midnight of the day in which it ends. A candle
///     covers the part of its span that lies in the history; it is not complete when the history
///     begins within its span.
/// P4  Candles satisfy the rules of model/candle.hpp (C2); prices are positive multiples of the
///     tick, volumes of the lot.
/// P5  Each day is computed once and cached as quarters of an hour. Candles of 15 minutes and more
///     are built from the cached quarters.

#include "model/candle.hpp"
#include "venue/market_generator.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace botcore::venue {

inline constexpr std::int64_t kHistoryDays = 500;

/// The price over time: octaves of value noise, each with its own grid that covers all times.
class PricePath {
public:
    PricePath(std::uint64_t seed, const MarketSettings& settings);

    /// The price at `time` in ticks; at least one.
    [[nodiscard]] std::int64_t ticks_at(model::Timestamp time) const;

    [[nodiscard]] model::Price price_at(model::Timestamp time) const;

private:
    static constexpr std::size_t kOctaves = 8;

    std::array<std::uint64_t, kOctaves> seeds_{};
    std::int64_t start_ticks_ = 1;
    model::Price tick_;
};

class MarketHistory {
public:
    /// The history of everything before `end`.
    MarketHistory(std::uint64_t seed, const MarketSettings& settings, model::Timestamp end);

    [[nodiscard]] model::Timestamp begin() const { return begin_; }

    [[nodiscard]] model::Timestamp end() const { return end_; }

    [[nodiscard]] model::Price price_at(model::Timestamp time) const {
        return path_.price_at(time);
    }

    /// The candle that opens at `open`; nothing when the history does not overlap its span.
    [[nodiscard]] std::optional<model::Candle> candle(model::CandleInterval interval,
                                                      model::Timestamp open);

    /// Computes the missing days of [from, until) in advance, at most `days_left`, and subtracts
    /// them from it. Returns true once all of them are computed.
    [[nodiscard]] bool prepare(model::Timestamp from, model::Timestamp until, int& days_left);

    /// Number of minutes computed so far, which measures the cost of the history.
    [[nodiscard]] std::uint64_t minutes_made() const { return minutes_made_; }

private:
    /// The aggregate of consecutive minutes.
    struct Sum {
        std::int64_t open = 0;  ///< Prices in ticks.
        std::int64_t high = 0;
        std::int64_t low = 0;
        std::int64_t close = 0;
        base::Int128 lots = 0;
        model::Money quote_volume;
        std::uint64_t trades = 0;
        bool is_empty = true;

        void add(const Sum& next);
    };

    using Quarters = std::array<Sum, std::size_t{24} * 4>;

    [[nodiscard]] Sum minute(model::Timestamp open, std::int64_t ticks);
    [[nodiscard]] Sum minutes(model::Timestamp from, model::Timestamp until);
    [[nodiscard]] Sum quarters(model::Timestamp from, model::Timestamp until);
    [[nodiscard]] const Quarters& day(std::size_t place);
    [[nodiscard]] std::size_t place_of(model::Timestamp time) const;

    PricePath path_;
    std::uint64_t minute_seed_ = 0;
    MarketSettings settings_;
    std::int64_t start_ticks_ = 1;
    std::int64_t typical_lots_ = 1;
    model::Timestamp begin_;
    model::Timestamp end_;
    std::vector<std::unique_ptr<Quarters>> days_;
    std::uint64_t minutes_made_ = 0;
};

}  // namespace botcore::venue
