#include "shell/market/generated_market.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <cstddef>

namespace botcore::shell {

using protocol::MarketEvent;
using protocol::MarketEventKind;

GeneratedMarket::GeneratedMarket(std::uint64_t seed,
                                 const std::vector<venue::MarketSettings>& settings) {
    base::Random random(seed);
    for (const venue::MarketSettings& each : settings) {
        instruments_.push_back(each.instrument);
        rows_.push_back({.generator = venue::MarketGenerator(random.next(), each), .book = {}});
    }
}

std::span<const MarketEvent> GeneratedMarket::poll(base::Timestamp now) {
    now_ = std::max(now_, now);
    events_.clear();
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        told_.clear();
        rows_[i].generator.step(now_, told_);
        translate(rows_[i], static_cast<protocol::InstrumentIndex>(i));
    }
    return events_;
}

void GeneratedMarket::translate(Row& row, protocol::InstrumentIndex index) {
    MarketEvent event;
    event.instrument = index;
    event.time = now_;
    event.exchange_time = now_;
    bool reset = false;
    for (const venue::MarketEvent& told : told_) {
        event.side = told.side;
        event.price = told.price;
        event.quantity = told.quantity;
        switch (told.kind) {
            case venue::MarketEventKind::Reset:
                row.book.clear();
                reset = true;
                event.kind = MarketEventKind::BookReset;
                break;
            case venue::MarketEventKind::Depth:
                row.book.set(told.side, {told.price, told.quantity});
                event.kind = MarketEventKind::Level;
                break;
            case venue::MarketEventKind::Trade:
                event.kind = MarketEventKind::Trade;
                break;
        }
        events_.push_back(event);
    }
    if (reset) {
        event.kind = MarketEventKind::BookReady;
        events_.push_back(event);
    }
    const auto bid = row.book.best(model::Side::Buy).value_or(model::Level{});
    const auto ask = row.book.best(model::Side::Sell).value_or(model::Level{});
    event.kind = MarketEventKind::BestPrice;
    event.price = bid.price;
    event.quantity = bid.quantity;
    event.price_ask = ask.price;
    event.quantity_ask = ask.quantity;
    events_.push_back(event);
}

}  // namespace botcore::shell
