#pragma once

/// A generated market for a daemon without a feed: one seeded generator per instrument, with output
/// in the event format of every market source. It has no thread and no timer: the loop polls it,
/// for example every 100 ms. Its data must be labeled `MarketSource::Generated`.
///
/// N1  The same seed, settings and poll times produce the same events.
/// N2  Each poll ends an instrument's events with its best prices, and after each poll every book
///     is complete.
/// N3  At the first poll the history ends and the market begins, both at the same price. The
///     history depends on the time of the first poll and on the seed, and on nothing else in this
///     run.

#include "base/time.hpp"
#include "model/depth.hpp"
#include "model/names.hpp"
#include "ports/market_data.hpp"
#include "protocol/market_event.hpp"
#include "venue/market_event.hpp"
#include "venue/market_generator.hpp"
#include "venue/market_history.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace botcore::market_generated {

class GeneratedMarket {
public:
    GeneratedMarket(std::uint64_t seed, const std::vector<venue::MarketSettings>& settings);

    /// Makes one step of every instrument at `now`, which is the time of the events. A `now` before
    /// the last poll is replaced by the time of the last poll. The result is valid until the next
    /// poll.
    [[nodiscard]] std::span<const protocol::MarketEvent> poll(base::Timestamp now);

    /// The history of the instrument at index `place` of the table; `nullptr` before the first
    /// poll.
    [[nodiscard]] ports::CandleHistory* history(std::size_t place) const {
        return place < histories_.size() ? histories_[place].get() : nullptr;
    }

    /// The table to which the instrument indexes of the events refer.
    [[nodiscard]] const std::vector<model::InstrumentId>& instruments() const {
        return instruments_;
    }

private:
    struct Row {
        venue::MarketGenerator generator;
        model::DepthBook book;
    };

    void begin(base::Timestamp now);
    void translate(Row& row, protocol::InstrumentIndex index);

    std::vector<model::InstrumentId> instruments_;
    std::uint64_t seed_;
    std::vector<venue::MarketSettings> settings_;
    std::vector<Row> rows_;  ///< Empty before the first poll.
    std::vector<std::unique_ptr<ports::CandleHistory>> histories_;
    base::Timestamp now_;
    std::vector<venue::MarketEvent> venue_events_;
    std::vector<protocol::MarketEvent> events_;
};

}  // namespace botcore::market_generated
