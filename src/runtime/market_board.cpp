#include "runtime/market_board.hpp"

#include "base/check.hpp"

#include <algorithm>

namespace botcore::runtime {

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
        note_event(event);
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
            add_mark_price(row);
            return;
        case MarketEventKind::BookReset:
            row.book.clear();
            row.ready = false;
            row.book_time = event.time;
            return;
        case MarketEventKind::BookReady:
            row.ready = true;
            row.book_time = event.time;
            add_mark_price(row);
            return;
        case MarketEventKind::Trade:
        case MarketEventKind::LateTrade:
            take_trade(row, event);
            return;
        case MarketEventKind::RepeatedTrade:
            ++counts_.repeated;
            return;
        case MarketEventKind::NonMarketTrade:
            ++counts_.not_market;
            return;
        case MarketEventKind::TradesMissing:
            row.candles.lose(event.exchange_time);
            return;
        case MarketEventKind::BestPrice:
            row.best_bid = {event.price, event.quantity};
            row.best_ask = {event.price_ask, event.quantity_ask};
            row.best_time = event.time;
            row.seen_best = true;
            add_mark_price(row);
            return;
    }
}

void MarketBoard::add_mark_price(Row& row) {
    if (!row.ready) return;  // B1
    const auto bid = row.seen_best ? row.best_bid : row.book.best(Side::Buy).value_or(Level{});
    const auto ask = row.seen_best ? row.best_ask : row.book.best(Side::Sell).value_or(Level{});
    if (bid.price.is_zero() || ask.price.is_zero()) return;
    row.span.marked.add(Price::from_units((bid.price.units() + ask.price.units()) / 2));
}

void MarketBoard::take_trade(Row& row, const MarketEvent& event) {
    const std::uint64_t folded = row.candles.late_trades().folded;
    const auto added = row.candles.add(event.exchange_time, event.price, event.quantity);
    if (!added) {  // B5
        const bool too_late = added.error() == model::CandleError::TooOld;
        ++(too_late ? counts_.too_late : counts_.malformed);
        return;
    }
    ++counts_.counted;
    counts_.late += row.candles.late_trades().folded - folded;
    if (event.kind != MarketEventKind::Trade) return;
    row.last_trade = {event.price, event.quantity};
    row.span.traded.add(event.price);
}

/// Any event ends a silence of the source (B6).
void MarketBoard::note_event(const MarketEvent& event) {
    const bool was_silent = last_event_ && event.time - *last_event_ > kFeedSilenceMax;
    last_event_ = std::max(last_event_.value_or(event.time), event.time);
    const Timestamp time = event.exchange_time;
    const bool tells_time = time != Timestamp{} && event.kind != MarketEventKind::TradesMissing;
    const bool leapt =
        tells_time && exchange_now_ != Timestamp{} && time - exchange_now_ > kFeedSilenceMax;
    if (was_silent || leapt) {
        for (Row& row : rows_)
            row.candles.lose(exchange_now_);
    }
    if (tells_time) advance_exchange_time(time);
}

void MarketBoard::advance_exchange_time(Timestamp time) {
    if (time <= exchange_now_) return;
    exchange_now_ = time;
    if (time < minute_end_) return;
    const auto open = model::candle_open(model::CandleInterval::Minute1, time);
    minute_end_ = model::candle_end(model::CandleInterval::Minute1, open);
    for (Row& row : rows_)
        row.candles.advance(time);
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

ports::MarketData::Span MarketBoard::span(const InstrumentId& instrument) const {
    const Row* const row = find(instrument);
    return row != nullptr ? row->span : Span{};
}

void MarketBoard::begin_span() {
    for (Row& row : rows_)
        row.span = {};
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

ports::CandleHistory* MarketBoard::history(const InstrumentId& instrument) const {
    const Row* const row = find(instrument);
    return row != nullptr ? row->history : nullptr;
}

void MarketBoard::set_history(std::size_t place, ports::CandleHistory* history) {
    CHECK(place < rows_.size());
    rows_[place].history = history;
}

std::optional<Timestamp> MarketBoard::trades_missing_since(const InstrumentId& instrument) const {
    const Row* const row = find(instrument);
    if (row == nullptr) return std::nullopt;
    if (const auto since = row->candles.lost_since()) return since;
    if (last_event_ && now_ - *last_event_ > kFeedSilenceMax) return exchange_now_;
    return std::nullopt;
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

}  // namespace botcore::runtime
