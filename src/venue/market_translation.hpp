#pragma once

/// Translates the events of a market source to those of the venue.

#include "model/names.hpp"
#include "protocol/market_event.hpp"
#include "venue/market_event.hpp"

#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace botcore::venue {

/// Receives the events that a market source has translated for the venue.
using MarketEventSink = std::function<void(const MarketEvent& event)>;

/// Returns nothing for events that the venue does not use: it builds a book from its levels alone.
/// `instruments` is the instrument table of the source that sent the event.
[[nodiscard]] std::optional<MarketEvent> venue_event_of(
    const protocol::MarketEvent& event, const std::vector<model::InstrumentId>& instruments);

/// Passes every translated event to `sink`, in order; an empty sink receives nothing.
void translate(std::span<const protocol::MarketEvent> events,
               const std::vector<model::InstrumentId>& instruments,
               const MarketEventSink& sink);

}  // namespace botcore::venue
