#pragma once

/// From the market's events to those that the paper venue listens to.

#include "model/names.hpp"
#include "protocol/market_event.hpp"
#include "venue/market_event.hpp"

#include <optional>
#include <vector>

namespace botcore::shell {

/// Nothing for events that the venue has no use for: it knows a book from its levels alone.
/// `instruments` is the table of the source that told the event.
[[nodiscard]] std::optional<venue::MarketEvent> venue_event_of(
    const protocol::MarketEvent& event, const std::vector<model::InstrumentId>& instruments);

}  // namespace botcore::shell
