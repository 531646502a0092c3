#pragma once

/// Translates the market's events to those of the paper venue.

#include "model/names.hpp"
#include "protocol/market_event.hpp"
#include "venue/market_event.hpp"

#include <optional>
#include <vector>

namespace botcore::shell {

/// Returns nothing for events that the venue does not use: it builds a book from its levels alone.
/// `instruments` is the instrument table of the source that sent the event.
[[nodiscard]] std::optional<venue::MarketEvent> venue_event_of(
    const protocol::MarketEvent& event, const std::vector<model::InstrumentId>& instruments);

}  // namespace botcore::shell
