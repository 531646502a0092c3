#pragma once

/// A generated market for a daemon without a feed: one seeded generator per instrument, in the
/// shape in which every source speaks. It has no thread and no timer: the loop polls it, every
/// 100 ms for example. What it says is to be labelled `MarketSource::Generated`.
///
/// N1  Same seed, settings and times of the polls, same events.
/// N2  Each poll ends an instrument's events with its best prices, and after each poll every book
///     is complete.
/// N3  The first poll is the end of the history and the beginning of the market: both have the same
///     price there. The history depends on the seed, and on nothing of this run but its end.

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

namespace botcore::shell {

class GeneratedMarket {
public:
    GeneratedMarket(std::uint64_t seed, const std::vector<venue::MarketSettings>& settings);

    /// One step of every instrument at `now`, which becomes the time of the events; a `now` before
    /// that of the last poll counts as that. The result lives until the next poll.
    [[nodiscard]] std::span<const protocol::MarketEvent> poll(base::Timestamp now);

    /// Of the instrument at that place of the table; `nullptr` before the first poll.
    [[nodiscard]] ports::CandleHistory* history(std::size_t place) const {
        return place < histories_.size() ? histories_[place].get() : nullptr;
    }

    /// The table that the events' indices point into.
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
    std::vector<venue::MarketEvent> told_;
    std::vector<protocol::MarketEvent> events_;
};

}  // namespace botcore::shell
