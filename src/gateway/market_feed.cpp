#include "gateway/market_feed.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace botcore::gateway {

using base::Timestamp;
using model::InstrumentId;
using model::Level;
using model::Side;
using protocol::InstrumentIndex;
using protocol::MarketEvent;
using protocol::MarketEventKind;
using protocol::MarketMessage;
using protocol::MarketMessageKind;
using protocol::position_of;

namespace {

/// Updates the book and appends the events of one message.
class Publisher final : public DepthSink {
public:
    /// `event` holds the fields that all these events share.
    Publisher(const MarketEvent& event, model::DepthBook& book, MarketFeed::Events& events)
        : book_(book),
          events_(events),
          event_(event) {}

    void book_reset() override {
        book_.clear();
        emit(MarketEventKind::BookReset);
    }

    void set_level(Side side, const Level& level) override {
        book_.set(side, level);
        MarketEvent& event = events_.emplace_back(event_);
        event.kind = MarketEventKind::Level;
        event.side = side;
        event.price = level.price;
        event.quantity = level.quantity;
    }

    void book_ready() override { emit(MarketEventKind::BookReady); }

private:
    void emit(MarketEventKind kind) { events_.emplace_back(event_).kind = kind; }

    model::DepthBook& book_;
    MarketFeed::Events& events_;
    MarketEvent event_;
};

}  // namespace

MarketFeed::MarketFeed(std::vector<InstrumentId> instruments)
    : instruments_(std::move(instruments)) {
    CHECK(instruments_.size() < std::numeric_limits<std::uint16_t>::max());
    for (std::size_t i = 0; i < instruments_.size(); ++i) {
        feeds_.push_back({.stitcher = DepthStitcher(instruments_[i].market),
                          .book = {},
                          .best = {},
                          .trades = TradeDeduplicator(),
                          .last_trade = {},
                          .last_trade_time = {},
                          .last_exchange_time = {},
                          .last_message = {}});
        by_name_.push_back(static_cast<InstrumentIndex>(i));
    }
    std::ranges::sort(by_name_, {}, [this](InstrumentIndex i) -> const InstrumentId& {
        return instruments_[position_of(i)];
    });
}

std::optional<InstrumentIndex> MarketFeed::find(model::Market market,
                                                std::string_view symbol) const {
    const auto name = [this](InstrumentIndex i) {
        const InstrumentId& id = instruments_[position_of(i)];
        return std::pair(id.market, std::string_view(id.symbol.text()));
    };
    const auto wanted = std::pair(market, symbol);
    const auto found = std::ranges::lower_bound(by_name_, wanted, {}, name);
    if (found == by_name_.end() || name(*found) != wanted) return std::nullopt;
    return *found;
}

StitchStep MarketFeed::apply(InstrumentIndex instrument,
                             const MarketMessage& message,
                             Timestamp time,
                             Events& events) {
    time_ = std::max(time_, time);
    InstrumentFeed& feed = at(instrument);
    feed.last_message = time_;
    feed.last_exchange_time = std::max(feed.last_exchange_time, message.event_time);
    switch (message.kind) {
        case MarketMessageKind::Ignored:
            return StitchStep::Ignored;
        case MarketMessageKind::BookTicker:
            show_ticker(instrument, message, events);
            return StitchStep::Applied;
        case MarketMessageKind::Trade:
        case MarketMessageKind::AggregateTrade:
            return take_trade(instrument, message, events);
        case MarketMessageKind::DepthUpdate:
        case MarketMessageKind::DepthSnapshot:
            break;
    }
    Publisher publisher(event_of(instrument, MarketEventKind::Level), feed.book, events);
    const StitchStep step = feed.stitcher.apply(message, publisher);
    if (step == StitchStep::Applied) show_book_best(instrument, events);
    return step;
}

StitchStep MarketFeed::take_trade(InstrumentIndex instrument,
                                  const MarketMessage& message,
                                  Events& events) {
    InstrumentFeed& feed = at(instrument);
    const TradeDecision decision = feed.trades.decide(message);
    MarketEvent event = event_of(instrument, MarketEventKind::Trade);
    if (decision.trades_missing) {  // F6
        event.kind = MarketEventKind::TradesMissing;
        event.exchange_time = feed.last_trade_time;
        events.push_back(event);
    }
    event.exchange_time = message.trade_time;
    event.side = message.taker;
    event.price = message.trade.price;
    event.quantity = decision.quantity;
    switch (decision.verdict) {
        case TradeVerdict::NotMarket:
            event.kind = MarketEventKind::NonMarketTrade;
            events.push_back(event);
            return StitchStep::Ignored;
        case TradeVerdict::Repeated:
            event.kind = MarketEventKind::RepeatedTrade;
            events.push_back(event);
            return StitchStep::Ignored;
        case TradeVerdict::Counts:
            break;
    }
    if (message.trade_time < feed.last_trade_time) {
        event.kind = MarketEventKind::LateTrade;
    } else {
        event.kind = MarketEventKind::Trade;
        feed.last_trade = message.trade;
        feed.last_trade_time = message.trade_time;
    }
    events.push_back(event);
    return StitchStep::Applied;
}

void MarketFeed::reset(FeedInterruption why, Timestamp time, Events& events) {
    time_ = std::max(time_, time);
    for (std::size_t i = 0; i < feeds_.size(); ++i) {
        InstrumentFeed& feed = feeds_[i];
        const auto instrument = static_cast<InstrumentIndex>(i);
        Publisher publisher(event_of(instrument, MarketEventKind::Level), feed.book, events);
        feed.stitcher.reset(publisher);
        feed.best.reset();
        switch (why) {
            case FeedInterruption::ConnectionLost:
                events.push_back(event_of(instrument, MarketEventKind::TradesMissing));  // F6
                break;
            case FeedInterruption::RecordingRestarted:
                feed.trades.forget();
                feed.last_trade_time = {};
                break;
        }
    }
}

const InstrumentFeed& MarketFeed::feed(InstrumentIndex instrument) const {
    CHECK(position_of(instrument) < feeds_.size());
    return feeds_[position_of(instrument)];
}

bool MarketFeed::snapshot_wanted(InstrumentIndex instrument) const {
    return feed(instrument).stitcher.snapshot_wanted();
}

void MarketFeed::show_ticker(InstrumentIndex instrument,
                             const MarketMessage& message,
                             Events& events) {
    InstrumentFeed& feed = at(instrument);
    if (!feed.best || message.last_update >= feed.best->update) {  // F2
        feed.best = BestPrice{message.best_bid, message.best_ask, message.last_update};
    }
    emit_best(instrument, events);
}

void MarketFeed::show_book_best(InstrumentIndex instrument, Events& events) {
    InstrumentFeed& feed = at(instrument);
    if (feed.stitcher.state() != StitchState::Synced) return;  // F3
    const std::uint64_t update = feed.stitcher.last_update();
    if (!feed.best || update > feed.best->update) {  // F2
        feed.best = BestPrice{feed.book.best(Side::Buy).value_or(Level{}),
                              feed.book.best(Side::Sell).value_or(Level{}),
                              update};
    }
    emit_best(instrument, events);
}

void MarketFeed::emit_best(InstrumentIndex instrument, Events& events) {
    const InstrumentFeed& feed = at(instrument);
    if (!feed.best) return;
    MarketEvent& event = events.emplace_back(event_of(instrument, MarketEventKind::BestPrice));
    event.price = feed.best->bid.price;
    event.quantity = feed.best->bid.quantity;
    event.price_ask = feed.best->ask.price;
    event.quantity_ask = feed.best->ask.quantity;
}

/// `exchange_time` is the newest time in the instrument's messages.
MarketEvent MarketFeed::event_of(InstrumentIndex instrument, MarketEventKind kind) const {
    MarketEvent event;
    event.instrument = instrument;
    event.kind = kind;
    event.time = time_;
    event.exchange_time = feed(instrument).last_exchange_time;
    return event;
}

InstrumentFeed& MarketFeed::at(InstrumentIndex instrument) {
    CHECK(position_of(instrument) < feeds_.size());
    return feeds_[position_of(instrument)];
}

}  // namespace botcore::gateway
