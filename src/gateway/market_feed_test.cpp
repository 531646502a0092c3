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

TEST_F(MarketFeedTest, EmitsBookEventsInOrder) {
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

TEST_F(MarketFeedTest, ShowsTheNewerBestPriceOfTickerAndBook) {
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
    EXPECT_EQ(feed.feed(kSpot).best->bid, level(99, 7)) << "The book is newer than the ticker.";
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

MarketMessage trade(std::uint64_t id, std::int64_t milliseconds) {
    MarketMessage message;
    message.kind = MarketMessageKind::Trade;
    message.trade_id = message.first_trade = message.last_trade = id;
    message.trade_time = Timestamp::from_milliseconds(milliseconds);
    message.trade = level(100, 3);
    message.taker = Side::Sell;
    return message;
}

MarketMessage aggregate(std::uint64_t id, std::uint64_t first, std::uint64_t last) {
    MarketMessage message = trade(id, 5);
    message.kind = MarketMessageKind::AggregateTrade;
    message.first_trade = first;
    message.last_trade = last;
    message.trade = level(100, 3 * static_cast<std::int64_t>(last - first + 1));
    return message;
}

TEST_F(MarketFeedTest, EmitsTradesOfBothStreams) {
    for (const MarketMessage& message : {trade(7, 5), aggregate(3, 8, 8)}) {
        EXPECT_EQ(take(message, 6), StitchStep::Applied);
        ASSERT_EQ(events.size(), 1U);
        EXPECT_EQ(events[0].kind, MarketEventKind::Trade);
        EXPECT_EQ(events[0].side, Side::Sell);
        EXPECT_EQ(events[0].quantity, Quantity::whole(3));
        EXPECT_EQ(events[0].time, Timestamp::from_milliseconds(6));
        EXPECT_EQ(events[0].exchange_time, Timestamp::from_milliseconds(5));
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

TEST_F(MarketFeedTest, ResetsEveryBookAndItsBestPrice) {
    sync();
    events.clear();
    feed.reset(FeedInterruption::RecordingRestarted, Timestamp::from_milliseconds(9), events);
    EXPECT_EQ(kinds(), (std::vector{MarketEventKind::BookReset, MarketEventKind::BookReset}));
    EXPECT_FALSE(feed.feed(kSpot).best.has_value());
    sync();
    EXPECT_EQ(feed.feed(kSpot).best->update, 11U) << "Update ids may start again.";
}

TEST_F(MarketFeedTest, CountsATradeOnceWhenReceivedTwiceOrOnTwoStreams) {
    using enum MarketEventKind;
    const auto told = [&](const MarketMessage& message) {
        (void)take(message);
        EXPECT_EQ(events.size(), 1U);
        return std::pair(events.back().kind, events.back().quantity);
    };
    const Quantity none;
    EXPECT_EQ(told(trade(10, 5)), std::pair(Trade, Quantity::whole(3)));
    EXPECT_EQ(told(trade(10, 5)), std::pair(RepeatedTrade, none)) << "Twice.";
    EXPECT_EQ(told(aggregate(1, 10, 10)), std::pair(RepeatedTrade, none))
        << "The same trade on the other stream.";
    EXPECT_EQ(told(aggregate(2, 11, 13)), std::pair(Trade, Quantity::whole(9)));
    for (const std::uint64_t id : {11U, 12U, 13U})
        EXPECT_EQ(told(trade(id, 5)), std::pair(RepeatedTrade, none)) << id;
    EXPECT_EQ(told(trade(14, 5)), std::pair(Trade, Quantity::whole(3)));
    EXPECT_EQ(told(aggregate(3, 14, 16)), std::pair(Trade, Quantity::whole(6)))
        << "The trades that were not counted before.";
    EXPECT_EQ(told(trade(16, 5)), std::pair(RepeatedTrade, none));
    events.clear();
    feed.reset(FeedInterruption::ConnectionLost, Timestamp::from_milliseconds(9), events);
    EXPECT_EQ(told(trade(16, 5)), std::pair(RepeatedTrade, none)) << "After a reconnect.";
    EXPECT_EQ(told(trade(17, 5)), std::pair(Trade, Quantity::whole(3)));
    feed.reset(FeedInterruption::RecordingRestarted, Timestamp::from_milliseconds(9), events);
    EXPECT_EQ(told(trade(17, 5)), std::pair(Trade, Quantity::whole(3)))
        << "The recording was played again.";
}

TEST_F(MarketFeedTest, NonMarketTradesDoNotChangeTheLastPrice) {
    (void)take(trade(10, 5));
    for (const std::uint64_t id : {11U, 12U}) {
        MarketMessage fund = trade(id, 6);
        fund.trade_origin = protocol::TradeOrigin::Other;
        fund.trade = {};
        EXPECT_EQ(take(fund), StitchStep::Ignored);
        ASSERT_EQ(kinds(), std::vector{MarketEventKind::NonMarketTrade});
    }
    EXPECT_EQ(feed.feed(kSpot).last_trade, level(100, 3));
    EXPECT_EQ(take(trade(13, 5)), StitchStep::Applied);
    EXPECT_EQ(kinds(), std::vector{MarketEventKind::Trade}) << "No id is missing.";
}

TEST_F(MarketFeedTest, ALateTradeDoesNotChangeTheLastPrice) {
    (void)take(trade(10, 50));
    MarketMessage late = trade(9, 40);
    late.trade = level(90, 1);
    (void)take(late);
    EXPECT_EQ(kinds(), std::vector{MarketEventKind::LateTrade});
    EXPECT_EQ(feed.feed(kSpot).last_trade, level(100, 3));
}

TEST_F(MarketFeedTest, ReportsSinceWhenTradesAreMissing) {
    using enum MarketEventKind;
    (void)take(trade(10, 50));
    (void)take(trade(12, 60));
    EXPECT_EQ(kinds(), (std::vector{TradesMissing, Trade})) << "Trade 11 was not reported.";
    EXPECT_EQ(events[0].exchange_time, Timestamp::from_milliseconds(50));
    MarketMessage message = change(1, level(97, 1));
    message.event_time = Timestamp::from_milliseconds(70);
    (void)take(message, 80);
    events.clear();
    feed.reset(FeedInterruption::ConnectionLost, Timestamp::from_milliseconds(90), events);
    EXPECT_EQ(kinds(), (std::vector{BookReset, TradesMissing, BookReset, TradesMissing}));
    EXPECT_EQ(events[1].exchange_time, Timestamp::from_milliseconds(70));
}

TEST_F(MarketFeedTest, AggregatesMaySkipIdsOfNonMarketTrades) {
    using enum MarketEventKind;
    (void)take(aggregate(1, 10, 12));
    (void)take(aggregate(2, 14, 15));
    EXPECT_EQ(kinds(), std::vector{Trade});
    (void)take(aggregate(4, 17, 18));
    EXPECT_EQ(kinds(), (std::vector{TradesMissing, Trade})) << "Aggregate 3 was not reported.";
}

TEST_F(MarketFeedTest, TimeNeverDecreases) {
    (void)take(ticker(1, level(9, 1), level(10, 1)), 50);
    (void)take(ticker(2, level(9, 1), level(10, 1)), 40);
    EXPECT_EQ(events.back().time, Timestamp::from_milliseconds(50));
    EXPECT_EQ(feed.feed(kSpot).last_message, Timestamp::from_milliseconds(50));
}

TEST_F(MarketFeedTest, IgnoresUnknownMessages) {
    EXPECT_EQ(take(MarketMessage{}), StitchStep::Ignored);
    EXPECT_TRUE(events.empty());
}

}  // namespace
}  // namespace botcore::gateway
