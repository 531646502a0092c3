#pragma once

/// A market out of a seed: a full order book around a random walk, changed step by step, and public
/// trades that hit it. For a daemon without a feed (labelled as generated there) and for
/// simulations.
///
/// G1  Same seed, settings and number of steps, same events.
/// G2  The book that the events describe is never crossed, and both sides always have levels.
/// G3  A trade is followed by the depth event of the level that it ate from.
/// G4  Prices are positive multiples of the tick, quantities positive multiples of the lot.

#include "base/random.hpp"
#include "model/instrument.hpp"
#include "venue/market_event.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace botcore::venue {

struct MarketSettings {
    model::InstrumentId instrument;
    model::Price start;          ///< Where the walk is drawn back to.
    model::Price tick;           ///< Positive.
    model::Quantity lot;         ///< Positive.
    std::int64_t levels = 30;    ///< Per side, at least 2.
    std::int64_t moves_max = 2;  ///< Levels that the middle may move by in one step.
    /// Where the walk begins; `start` where nothing else is said.
    std::optional<model::Price> begin = std::nullopt;
};

/// Settings with the instrument's tick and lot (the smallest unit where a filter has none).
[[nodiscard]] MarketSettings settings_for(const model::Instrument& instrument, model::Price start);

/// Lots that a level near the best price holds, more or less; at least one.
[[nodiscard]] std::int64_t typical_lots(const MarketSettings& settings);

class MarketGenerator {
public:
    MarketGenerator(std::uint64_t seed, MarketSettings settings);

    /// Appends what happens at `now`. The first step tells the whole book after a Reset.
    void step(model::Timestamp now, std::vector<MarketEvent>& events);

    /// Tells the whole book again, for whoever starts to listen late. Changes nothing.
    void snapshot(model::Timestamp now, std::vector<MarketEvent>& events) const;

private:
    using Lots = std::int64_t;
    using Levels = std::map<std::int64_t, Lots>;  ///< By row; see `price_of`.

    [[nodiscard]] Levels& levels(model::Side side) {
        return side == model::Side::Buy ? bids_ : asks_;
    }

    [[nodiscard]] model::Price price_of(std::int64_t row) const;
    [[nodiscard]] std::int64_t row_of(model::Side side, std::int64_t depth) const;
    [[nodiscard]] MarketEvent event(MarketEventKind kind,
                                    model::Side side,
                                    std::int64_t row,
                                    Lots lots) const;
    [[nodiscard]] Lots draw_lots(std::int64_t depth);
    void set(model::Side side, std::int64_t row, Lots lots, std::vector<MarketEvent>& events);
    void trade(model::Side aggressor,
               std::int64_t row,
               Lots lots,
               std::vector<MarketEvent>& events);
    void move_middle(std::vector<MarketEvent>& events);
    void refill(std::vector<MarketEvent>& events);
    void change_some(std::vector<MarketEvent>& events);
    void trade_some(std::vector<MarketEvent>& events);

    MarketSettings settings_;
    base::Random random_;
    std::uint64_t jitter_seed_ = 0;
    std::int64_t row_ticks_ = 1;  ///< A row is this many ticks high and holds at most one level.
    std::int64_t start_row_ = 0;
    std::int64_t middle_ = 0;  ///< Bids stand in rows up to here, asks above.
    Lots typical_lots_ = 1;
    bool started_ = false;
    model::Timestamp now_;
    Levels bids_;
    Levels asks_;
};

}  // namespace botcore::venue
