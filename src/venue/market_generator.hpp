#pragma once

/// Generates a market from a seed: a full order book around a random walk, changed step by step,
/// and public trades against it. It is used by simulations and by a daemon without a feed, which
/// labels the market as generated.
///
/// G1  The same seed, settings and number of steps produce the same events.
/// G2  The book that the events describe is never crossed, and both sides always have levels.
/// G3  Each trade is followed by the depth event of the level whose quantity it reduced.
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
    model::Price start;          ///< The price to which the walk reverts.
    model::Price tick;           ///< Positive.
    model::Quantity lot;         ///< Positive.
    std::int64_t levels = 30;    ///< Per side, at least 2.
    std::int64_t moves_max = 2;  ///< Maximum random move of the middle in one step, in rows.
    /// The price at which the walk begins; `start` when not set.
    std::optional<model::Price> begin = std::nullopt;
};

/// Settings with the instrument's tick and lot (the smallest unit when a filter defines none).
[[nodiscard]] MarketSettings settings_for(const model::Instrument& instrument, model::Price start);

/// Approximate number of lots at a level near the best price; at least one.
[[nodiscard]] std::int64_t typical_lots(const MarketSettings& settings);

class MarketGenerator {
public:
    MarketGenerator(std::uint64_t seed, MarketSettings settings);

    /// Appends the events of one step at `now`. The first step appends a Reset and then the whole
    /// book.
    void step(model::Timestamp now, std::vector<MarketEvent>& events);

    /// Appends the whole book again, for a consumer that starts late. Does not change the state.
    void snapshot(model::Timestamp now, std::vector<MarketEvent>& events) const;

private:
    using Lots = std::int64_t;
    using Levels = std::map<std::int64_t, Lots>;  ///< Keyed by row; see `price_of`.

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
    std::int64_t middle_ = 0;  ///< The highest row for bids; asks are in the rows above.
    Lots typical_lots_ = 1;
    bool started_ = false;
    model::Timestamp now_;
    Levels bids_;
    Levels asks_;
};

}  // namespace botcore::venue
