#pragma once

/// What a generated market did before its daemon started: candles of 500 days, made from the seed
/// when somebody asks for them. Integers throughout, no clock.
///
/// P1  The price is a pure function of seed, instrument and moment: the same after a restart, and
///     at whatever moment the history ends. It stays within 1.5 % of the instrument's `start`.
/// P2  All candles are made of candles of one minute. A minute opens at the price of its beginning
///     and closes at that of its end, so that one minute goes on where the one before ended.
/// P3  The history begins 500 days before the UTC midnight of the day in which it ends. A candle
///     holds the part of its span that lies in the history; it is not complete where the history
///     begins within its span.
/// P4  Candles keep the rules of model/candle.hpp (C2); prices are positive multiples of the tick,
///     volumes of the lot.
/// P5  A day is folded once and kept by the quarter of an hour. Candles of a quarter and more are
///     made of kept quarters.

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

/// The path of the price: octaves of value noise, each with a grid of its own through all time.
class PricePath {
public:
    PricePath(std::uint64_t seed, const MarketSettings& settings);

    /// At least one.
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

    /// The candle that opens at `open`; nothing where the history has no part of its span.
    [[nodiscard]] std::optional<model::Candle> candle(model::CandleInterval interval,
                                                      model::Timestamp open);

    /// Folds days in [from, until) ahead, at most `days_left`, and takes them from it. True once
    /// all of them are folded.
    [[nodiscard]] bool prepare(model::Timestamp from, model::Timestamp until, int& days_left);

    /// How many minutes were made so far: what the history has cost.
    [[nodiscard]] std::uint64_t minutes_made() const { return minutes_made_; }

private:
    /// The sum of minutes that follow each other.
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
