#include "sim/world/sim_market.hpp"

#include "sim/world/coverage_marks.hpp"

namespace botcore::sim {

using model::Duration;

SimMarket::SimMarket(Context& context, VenueServer& server) : context_(context), server_(server) {
    base::Random random = context.random.split();
    for (const auto& instrument : model::builtin_instruments()) {
        const std::string& symbol = instrument.id.symbol.text();
        if (symbol != "BTCUSDT" && symbol != "ETHUSDT") continue;
        const auto start = model::Price::whole(symbol == "BTCUSDT" ? 60'000 : 3'000);
        auto settings = venue::settings_for(instrument, start);
        settings.levels = 8;
        boards_.emplace(instrument.id,
                        Board{venue::MarketGenerator(random.next(), settings), {}, {}, {}});
    }
}

void SimMarket::start() {
    for (const auto& [id, board] : boards_)
        tick(id);
}

void SimMarket::show(Board& board, const std::vector<venue::MarketEvent>& events) const {
    for (const auto& event : events) {
        switch (event.kind) {
            case venue::MarketEventKind::Reset:
                board.book.clear();
                break;
            case venue::MarketEventKind::Depth:
                board.book.set(event.side, {event.price, event.quantity});
                break;
            case venue::MarketEventKind::Trade:
                board.last = event.price;
                break;
        }
    }
    board.spoken = context_.now();
}

void SimMarket::tick(const model::InstrumentId& instrument) {
    if (stopped_) return;
    Board& board = boards_.at(instrument);
    std::vector<venue::MarketEvent> events;
    board.generator.step(context_.now(), events);
    server_.apply(events);
    if (context_.now() < hidden_until_) {
        board.book.clear();
    } else if (context_.now() >= frozen_until_) {
        std::vector<venue::MarketEvent> whole;
        board.generator.snapshot(context_.now(), whole);
        show(board, whole);
        for (const auto& event : events) {
            if (event.kind == venue::MarketEventKind::Trade) board.last = event.price;
        }
    }
    context_.queue.after(
        context_.faults.delay(Duration::milliseconds(200), Duration::milliseconds(900)),
        [this, instrument] { tick(instrument); });
}

void SimMarket::publish_to_venue() {
    for (auto& [id, board] : boards_) {
        std::vector<venue::MarketEvent> events;
        board.generator.snapshot(context_.now(), events);
        server_.apply(events);
    }
}

model::Quote SimMarket::quote(const model::InstrumentId& instrument,
                              model::Side side,
                              model::Quantity quantity) const {
    model::Quote quote;
    quote.instrument = instrument;
    const auto place = boards_.find(instrument);
    if (place == boards_.end()) return quote;
    const Board& board = place->second;
    const auto bid = board.book.best(model::Side::Buy);
    const auto ask = board.book.best(model::Side::Sell);
    if (!bid || !ask) return quote;
    quote.source = model::MarketSource::Generated;
    quote.bid = bid->price;
    quote.ask = ask->price;
    quote.last = board.last;
    if (quantity.is_positive()) {
        quote.worst = board.book.worst_price(side, quantity).value_or(model::Price());
    }
    quote.age = context_.now() - board.spoken;
    return quote;
}

const model::DepthBook* SimMarket::book(const model::InstrumentId& instrument) const {
    const auto place = boards_.find(instrument);
    return place == boards_.end() ? nullptr : &place->second.book;
}

std::vector<model::InstrumentId> SimMarket::instruments() const {
    std::vector<model::InstrumentId> ids;
    for (const auto& [id, board] : boards_)
        ids.push_back(id);
    return ids;
}

}  // namespace botcore::sim
