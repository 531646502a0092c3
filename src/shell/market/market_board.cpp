#include "shell/market/market_board.hpp"

#include "base/check.hpp"

#include <algorithm>

namespace botcore::shell {

using base::Duration;
using base::Timestamp;
using model::InstrumentId;
using model::Level;
using model::Price;
using model::Side;
using protocol::MarketEvent;
using protocol::MarketEventKind;

namespace {

Price worst_of(const model::DepthBook& book, Side taker, model::Quantity quantity, Price best) {
    if (!quantity.is_positive()) return {};
    const auto worst = book.worst_price(taker, quantity);
    if (!worst) return {};
    if (!best.is_positive()) return *worst;
    return taker == Side::Buy ? std::max(*worst, best) : std::min(*worst, best);  // B4
}

}  // namespace

MarketBoard::MarketBoard(const std::vector<InstrumentId>& instruments, model::MarketSource source)
    : rows_(instruments.size()),
      source_(source) {
    for (std::size_t i = 0; i < instruments.size(); ++i) {
        const bool added = places_.emplace(instruments[i], i).second;
        CHECK(added);
    }
}

void MarketBoard::apply(std::span<const MarketEvent> events) {
    for (const MarketEvent& event : events) {
        const std::size_t place = protocol::position_of(event.instrument);
        CHECK(place < rows_.size());
        apply_to(rows_[place], event);
        set_now(event.time);
    }
}

void MarketBoard::apply_to(Row& row, const MarketEvent& event) {
    row.event_time = event.time;
    switch (event.kind) {
        case MarketEventKind::Level:
            row.book.set(event.side, {event.price, event.quantity});
            row.book_time = event.time;
            return;
        case MarketEventKind::BookReset:
            row.book.clear();
            row.ready = false;
            row.book_time = event.time;
            return;
        case MarketEventKind::BookReady:
            row.ready = true;
            row.book_time = event.time;
            return;
        case MarketEventKind::Trade:
            if (!row.candles.add(event.time, event.price, event.quantity)) {
                ++trades_refused_;  // B5
                return;
            }
            row.last_trade = {event.price, event.quantity};
            return;
        case MarketEventKind::BestPrice:
            row.best_bid = {event.price, event.quantity};
            row.best_ask = {event.price_ask, event.quantity_ask};
            row.best_time = event.time;
            row.seen_best = true;
            return;
    }
}

void MarketBoard::set_now(Timestamp now) {
    now_ = std::max(now_, now);
}

model::Quote MarketBoard::quote(const InstrumentId& instrument,
                                Side side,
                                model::Quantity quantity) const {
    model::Quote quote;
    quote.instrument = instrument;
    const Row* const row = find(instrument);
    if (row == nullptr || !row->event_time) return quote;
    quote.age = age_of(*row);
    if (!row->ready) return quote;  // B1
    quote.source = source_;
    const auto bid = row->seen_best ? row->best_bid : row->book.best(Side::Buy).value_or(Level{});
    const auto ask = row->seen_best ? row->best_ask : row->book.best(Side::Sell).value_or(Level{});
    quote.bid = bid.price;
    quote.ask = ask.price;
    quote.last = row->last_trade.price;
    quote.worst = worst_of(row->book, side, quantity, side == Side::Buy ? ask.price : bid.price);
    return quote;
}

const model::DepthBook* MarketBoard::book(const InstrumentId& instrument) const {
    const Row* const row = find(instrument);
    return row != nullptr && row->ready ? &row->book : nullptr;
}

std::vector<InstrumentId> MarketBoard::instruments() const {
    std::vector<InstrumentId> seen;
    for (const auto& [instrument, place] : places_) {
        if (rows_[place].event_time) seen.push_back(instrument);
    }
    return seen;
}

const model::CandleBoard* MarketBoard::candles(const InstrumentId& instrument) const {
    const Row* const row = find(instrument);
    return row != nullptr ? &row->candles : nullptr;
}

std::optional<Timestamp> MarketBoard::last_event(const InstrumentId& instrument) const {
    const Row* const row = find(instrument);
    return row != nullptr ? row->event_time : std::nullopt;
}

const MarketBoard::Row* MarketBoard::find(const InstrumentId& instrument) const {
    const auto found = places_.find(instrument);
    return found == places_.end() ? nullptr : &rows_[found->second];
}

Duration MarketBoard::age_of(const Row& row) const {
    const Timestamp oldest = row.seen_best ? std::min(row.book_time, row.best_time) : row.book_time;
    return now_ - oldest;  // B3
}

}  // namespace botcore::shell
