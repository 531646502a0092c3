#include "gateway/market_feed.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace botcore::gateway {
namespace {

using base::Timestamp;
using model::InstrumentId;
using model::Level;
using model::Market;
using model::Price;
using model::Quantity;
using model::Side;
using model::Symbol;
using protocol::InstrumentIndex;
using protocol::MarketEvent;
using protocol::MarketEventKind;
using protocol::MarketMessage;
using protocol::MarketMessageKind;

constexpr InstrumentIndex kSpot{0};
constexpr InstrumentIndex kFutures{1};

Level level(std::int64_t price, std::int64_t quantity) {
    return {Price::whole(price), Quantity::whole(quantity)};
}

MarketMessage snapshot(std::uint64_t last_update) {
    MarketMessage message;
    message.kind = MarketMessageKind::DepthSnapshot;
    message.last_update = last_update;
    message.bids = {level(99, 1), level(98, 2)};
    message.asks = {level(101, 1), level(102, 2)};
    return message;
}

MarketMessage change(std::uint64_t update, Level bid) {
    MarketMessage message;
    message.kind = MarketMessageKind::DepthUpdate;
    message.first_update = update;
    message.last_update = update;
    message.previous_update = update - 1;
    message.bids = {bid};
    return message;
}

MarketMessage ticker(std::uint64_t update, Level bid, Level ask) {
    MarketMessage message;
    message.kind = MarketMessageKind::BookTicker;
    message.last_update = update;
    message.best_bid = bid;
    message.best_ask = ask;
    return message;
}

class MarketFeedTest : public ::testing::Test {
protected:
    StitchStep take(const MarketMessage& message, std::int64_t milliseconds = 0) {
        events.clear();
        return feed.apply(kSpot, message, Timestamp::from_milliseconds(milliseconds), events);
    }

    void sync() {
        (void)take(change(10, level(97, 1)));
        (void)take(snapshot(10));
        (void)take(change(11, level(97, 2)));
    }

    [[nodiscard]] std::vector<MarketEventKind> kinds() const {
        std::vector<MarketEventKind> result;
        for (const MarketEvent& event : events)
            result.push_back(event.kind);
        return result;
    }

    MarketFeed feed{{{.market = Market::Spot, .symbol = Symbol("BTCUSDT")},
                     {.market = Market::Futures, .symbol = Symbol("BTCUSDT")}}};
    std::vector<MarketEvent> events;
};

TEST_F(MarketFeedTest, FindsInstrumentsByMarketAndSymbol) {
    EXPECT_EQ(feed.find(Market::Spot, "BTCUSDT"), kSpot);
    EXPECT_EQ(feed.find(Market::Futures, "BTCUSDT"), kFutures);
    EXPECT_FALSE(feed.find(Market::Spot, "ETHUSDT").has_value());
}

TEST_F(MarketFeedTest, TellsTheBookInOrder) {
    EXPECT_EQ(take(change(10, level(97, 1))), StitchStep::Kept);
    EXPECT_TRUE(events.empty());
    EXPECT_EQ(take(snapshot(10)), StitchStep::Applied);
    using enum MarketEventKind;
    EXPECT_EQ(kinds(), (std::vector{BookReset, Level, Level, Level, Level}));
    EXPECT_EQ(take(change(11, level(97, 2)), 7), StitchStep::Applied);
    ASSERT_EQ(kinds(), (std::vector{Level, BookReady, BestPrice}));
    EXPECT_EQ(events[0].price, Price::whole(97));
    EXPECT_EQ(events[0].side, Side::Buy);
    EXPECT_EQ(events[0].time, Timestamp::from_milliseconds(7));
    EXPECT_EQ(events[2].price, Price::whole(99));
    EXPECT_EQ(events[2].price_ask, Price::whole(101));
    EXPECT_EQ(feed.feed(kSpot).book.levels(Side::Buy).size(), 3U);
}

TEST_F(MarketFeedTest, ShowsTheNewerOfTickerAndBook) {
    sync();
    (void)take(ticker(15, level(100, 1), level(101, 1)));
    EXPECT_EQ(feed.feed(kSpot).best->bid, level(100, 1));
    (void)take(change(12, level(99, 3)));
    EXPECT_EQ(feed.feed(kSpot).best->bid, level(100, 1)) << "The book is older.";
    (void)take(ticker(14, level(96, 1), level(101, 1)));
    EXPECT_EQ(feed.feed(kSpot).best->bid, level(100, 1)) << "An older ticker changes nothing.";
    (void)take(change(13, level(99, 4)));
    (void)take(change(14, level(99, 5)));
    (void)take(change(15, level(99, 6)));
    (void)take(change(16, level(99, 7)));
    EXPECT_EQ(feed.feed(kSpot).best->bid, level(99, 7)) << "The book has overtaken the ticker.";
    EXPECT_EQ(events.back().price, Price::whole(99));
}

TEST_F(MarketFeedTest, ShowsASideWithoutOrdersAsZero) {
    sync();
    for (std::uint64_t i = 0; i < 3; ++i) {
        (void)take(change(12 + i, level(97 + static_cast<std::int64_t>(i), 0)));
    }
    EXPECT_EQ(events.back().kind, MarketEventKind::BestPrice);
    EXPECT_TRUE(events.back().price.is_zero());
    EXPECT_EQ(events.back().price_ask, Price::whole(101));
}

TEST_F(MarketFeedTest, TellsTradesOfBothKinds) {
    MarketMessage message;
    message.trade = level(100, 3);
    message.taker = Side::Sell;
    for (const auto kind : {MarketMessageKind::Trade, MarketMessageKind::AggregateTrade}) {
        message.kind = kind;
        EXPECT_EQ(take(message, 5), StitchStep::Applied);
        ASSERT_EQ(events.size(), 1U);
        EXPECT_EQ(events[0].kind, MarketEventKind::Trade);
        EXPECT_EQ(events[0].side, Side::Sell);
        EXPECT_EQ(events[0].quantity, Quantity::whole(3));
    }
    EXPECT_EQ(feed.feed(kSpot).last_trade, level(100, 3));
}

TEST_F(MarketFeedTest, ResetsTheBookAfterAGap) {
    sync();
    EXPECT_FALSE(feed.snapshot_wanted(kSpot));
    EXPECT_EQ(take(change(20, level(99, 1))), StitchStep::Gap);
    EXPECT_EQ(kinds(), (std::vector{MarketEventKind::BookReset}));
    EXPECT_TRUE(feed.snapshot_wanted(kSpot));
}

TEST_F(MarketFeedTest, ResetsEveryBookAndForgetsBestPrices) {
    sync();
    events.clear();
    feed.reset(Timestamp::from_milliseconds(9), events);
    EXPECT_EQ(kinds(), (std::vector{MarketEventKind::BookReset, MarketEventKind::BookReset}));
    EXPECT_FALSE(feed.feed(kSpot).best.has_value());
    sync();
    EXPECT_EQ(feed.feed(kSpot).best->update, 11U) << "Update ids may start again.";
}

TEST_F(MarketFeedTest, TimeNeverFalls) {
    (void)take(ticker(1, level(9, 1), level(10, 1)), 50);
    (void)take(ticker(2, level(9, 1), level(10, 1)), 40);
    EXPECT_EQ(events.back().time, Timestamp::from_milliseconds(50));
    EXPECT_EQ(feed.feed(kSpot).last_message, Timestamp::from_milliseconds(50));
}

TEST_F(MarketFeedTest, IgnoresWhatItDoesNotKnow) {
    EXPECT_EQ(take(MarketMessage{}), StitchStep::Ignored);
    EXPECT_TRUE(events.empty());
}

}  // namespace
}  // namespace botcore::gateway
