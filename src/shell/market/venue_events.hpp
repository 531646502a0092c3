#pragma once

/// Translates the market's events to those of the paper venue.

#include "model/names.hpp"
#include "protocol/market_event.hpp"
#include "venue/market_event.hpp"

#include <optional>
#include <vector>

namespace botcore::shell {

/// Nothing for events that the venue does not use: it takes a book from its levels alone.
/// `instruments` is the table of the source that sent the event.
[[nodiscard]] std::optional<venue::MarketEvent> venue_event_of(
    const protocol::MarketEvent& event, const std::vector<model::InstrumentId>& instruments);

}  // namespace botcore::shell
