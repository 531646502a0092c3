#pragma once

/// One event of the public market, from a recorded stream, a live feed or the generator, as the
/// venue receives it.

#include "model/depth.hpp"
#include "model/names.hpp"
#include "model/order.hpp"

#include <cstdint>

namespace botcore::venue {

enum class MarketEventKind : std::uint8_t {
    Reset,  ///< A rebuild of the public book starts; only `instrument` and `time` have a meaning.
    Depth,  ///< The level's quantity is now `quantity`; zero removes it. `side` is the book's.
    Trade,  ///< A public trade; `side` is the aggressor's.
};

struct MarketEvent {
    model::InstrumentId instrument;
    MarketEventKind kind = MarketEventKind::Depth;
    model::Side side = model::Side::Buy;
    model::Price price;
    model::Quantity quantity;
    model::Timestamp time;

    friend bool operator==(const MarketEvent&, const MarketEvent&) = default;
};

}  // namespace botcore::venue
