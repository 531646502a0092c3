#include "venue/market_translation.hpp"

#include "base/check.hpp"

#include <cstddef>

namespace botcore::venue {

std::optional<MarketEvent> venue_event_of(const protocol::MarketEvent& event,
                                          const std::vector<model::InstrumentId>& instruments) {
    const std::size_t place = protocol::position_of(event.instrument);
    CHECK(place < instruments.size());
    MarketEvent result{.instrument = instruments[place],
                       .kind = MarketEventKind::Depth,
                       .side = event.side,
                       .price = event.price,
                       .quantity = event.quantity,
                       .time = event.time};
    switch (event.kind) {
        case protocol::MarketEventKind::Level:
            return result;
        case protocol::MarketEventKind::BookReset:
            result.kind = MarketEventKind::Reset;
            return result;
        case protocol::MarketEventKind::Trade:
            result.kind = MarketEventKind::Trade;
            return result;
        case protocol::MarketEventKind::BookReady:
        case protocol::MarketEventKind::BestPrice:
        // A trade that is late, repeated or outside the order book does not change the price.
        case protocol::MarketEventKind::LateTrade:
        case protocol::MarketEventKind::RepeatedTrade:
        case protocol::MarketEventKind::NonMarketTrade:
        case protocol::MarketEventKind::TradesMissing:
            break;
    }
    return std::nullopt;
}

void translate(std::span<const protocol::MarketEvent> events,
               const std::vector<model::InstrumentId>& instruments,
               const MarketEventSink& sink) {
    if (!sink) return;
    for (const auto& event : events) {
        if (const auto translated = venue_event_of(event, instruments)) sink(*translated);
    }
}

}  // namespace botcore::venue
