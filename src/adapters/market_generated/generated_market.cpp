#include "adapters/market_generated/generated_market.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace botcore::market_generated {

using protocol::MarketEvent;
using protocol::MarketEventKind;

namespace {

class GeneratedHistory final : public ports::CandleHistory {
public:
    explicit GeneratedHistory(venue::MarketHistory history) : history_(std::move(history)) {}

    [[nodiscard]] base::Timestamp begin() const override { return history_.begin(); }

    [[nodiscard]] base::Timestamp end() const override { return history_.end(); }

    [[nodiscard]] std::optional<model::Candle> candle(model::CandleInterval interval,
                                                      base::Timestamp open) override {
        return history_.candle(interval, open);
    }

    [[nodiscard]] bool prepare(base::Timestamp from,
                               base::Timestamp until,
                               int& days_left) override {
        return history_.prepare(from, until, days_left);
    }

private:
    venue::MarketHistory history_;
};

}  // namespace

GeneratedMarket::GeneratedMarket(std::uint64_t seed,
                                 const std::vector<venue::MarketSettings>& settings)
    : seed_(seed),
      settings_(settings) {
    for (const venue::MarketSettings& each : settings)
        instruments_.push_back(each.instrument);
}

void GeneratedMarket::begin(base::Timestamp now) {
    base::Random random(seed_);
    for (venue::MarketSettings& each : settings_) {
        venue::MarketHistory history(seed_, each, now);
        each.begin = history.price_at(history.end());
        rows_.push_back({.generator = venue::MarketGenerator(random.next(), each), .book = {}});
        histories_.push_back(std::make_unique<GeneratedHistory>(std::move(history)));
    }
}

std::span<const MarketEvent> GeneratedMarket::poll(base::Timestamp now) {
    if (rows_.empty()) begin(now);
    now_ = std::max(now_, now);
    events_.clear();
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        venue_events_.clear();
        rows_[i].generator.step(now_, venue_events_);
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
    for (const venue::MarketEvent& told : venue_events_) {
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

}  // namespace botcore::market_generated
