#include "shell/market/market_board.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace botcore::shell {
namespace {

using base::Duration;
using base::Timestamp;
using model::InstrumentId;
using model::Market;
using model::MarketSource;
using model::Price;
using model::Quantity;
using model::Side;
using model::Symbol;
using protocol::InstrumentIndex;
using protocol::MarketEvent;
using protocol::MarketEventKind;

Timestamp at(std::int64_t milliseconds) {
    return Timestamp::from_milliseconds(milliseconds);
}

class MarketBoardTest : public ::testing::Test {
protected:
    MarketEvent event(MarketEventKind kind, std::int64_t milliseconds) const {
        MarketEvent result;
        result.kind = kind;
        result.time = at(milliseconds);
        return result;
    }

    MarketEvent level(Side side, std::int64_t price, std::int64_t quantity, std::int64_t time) {
        MarketEvent result = event(MarketEventKind::Level, time);
        result.side = side;
        result.price = Price::whole(price);
        result.quantity = Quantity::whole(quantity);
        return result;
    }

    MarketEvent best(std::int64_t bid, std::int64_t ask, std::int64_t time) {
        MarketEvent result = event(MarketEventKind::BestPrice, time);
        result.price = Price::whole(bid);
        result.price_ask = Price::whole(ask);
        return result;
    }

    void apply(const std::vector<MarketEvent>& events) { board.apply(events); }

    void fill(std::int64_t time) {
        apply({event(MarketEventKind::BookReset, time),
               level(Side::Buy, 99, 1, time),
               level(Side::Sell, 101, 1, time),
               level(Side::Sell, 102, 4, time),
               event(MarketEventKind::BookReady, time),
               best(99, 101, time)});
    }

    model::Quote quote(Side side = Side::Buy, std::int64_t quantity = 0) {
        return board.quote(bitcoin, side, Quantity::whole(quantity));
    }

    InstrumentId bitcoin{Market::Spot, Symbol("BTCUSDT")};
    InstrumentId ether{Market::Spot, Symbol("ETHUSDT")};
    MarketBoard board{{bitcoin, ether}, MarketSource::Recorded};
};

TEST_F(MarketBoardTest, HasNoPricesForWhatWasNeverSeen) {
    EXPECT_EQ(quote().source, MarketSource::None);
    EXPECT_EQ(quote().instrument, bitcoin);
    EXPECT_EQ(board.book(bitcoin), nullptr);
    EXPECT_TRUE(board.instruments().empty());
    EXPECT_FALSE(board.last_event(bitcoin).has_value());
    const InstrumentId unknown{Market::Futures, Symbol("BTCUSDT")};
    EXPECT_EQ(board.quote(unknown, Side::Buy, {}).source, MarketSource::None);
    EXPECT_EQ(board.book(unknown), nullptr);
}

TEST_F(MarketBoardTest, QuotesACompleteBook) {
    fill(1'000);
    MarketEvent trade = event(MarketEventKind::Trade, 1'000);
    trade.price = Price::whole(100);
    trade.quantity = Quantity::whole(1);
    apply({trade});
    EXPECT_EQ(quote().source, MarketSource::Recorded);
    EXPECT_EQ(quote().bid, Price::whole(99));
    EXPECT_EQ(quote().ask, Price::whole(101));
    EXPECT_EQ(quote().last, Price::whole(100));
    EXPECT_NE(board.book(bitcoin), nullptr);
    EXPECT_EQ(board.instruments(), std::vector{bitcoin});
}

TEST_F(MarketBoardTest, WalksTheBookForTheWorstPrice) {
    fill(1'000);
    EXPECT_EQ(quote(Side::Buy, 1).worst, Price::whole(101));
    EXPECT_EQ(quote(Side::Buy, 5).worst, Price::whole(102));
    EXPECT_TRUE(quote(Side::Buy, 6).worst.is_zero()) << "The book is too thin.";
    EXPECT_TRUE(quote(Side::Buy, 0).worst.is_zero());
    EXPECT_EQ(quote(Side::Sell, 1).worst, Price::whole(99));
}

TEST_F(MarketBoardTest, WorstIsNeverBetterThanTheNewerBestPrice) {
    fill(1'000);
    apply({best(97, 103, 1'001)});
    EXPECT_EQ(quote(Side::Buy, 1).worst, Price::whole(103));
    EXPECT_EQ(quote(Side::Sell, 1).worst, Price::whole(97));
}

TEST_F(MarketBoardTest, HasNoPricesWhileTheBookIsRebuilt) {
    fill(1'000);
    apply({event(MarketEventKind::BookReset, 1'100)});
    EXPECT_EQ(quote().source, MarketSource::None);
    EXPECT_TRUE(quote().bid.is_zero());
    EXPECT_EQ(board.book(bitcoin), nullptr);
    apply({level(Side::Buy, 98, 1, 1'100), best(98, 101, 1'100)});
    EXPECT_EQ(quote().source, MarketSource::None);
    apply({event(MarketEventKind::BookReady, 1'101)});
    EXPECT_EQ(quote().bid, Price::whole(98));
}

TEST_F(MarketBoardTest, AgeGrowsWithTheSourcesClock) {
    fill(1'000);
    EXPECT_EQ(quote().age, Duration{});
    board.set_now(at(1'700));
    EXPECT_EQ(quote().age, Duration::milliseconds(700));
    board.set_now(at(1'500));
    EXPECT_EQ(quote().age, Duration::milliseconds(700)) << "The clock never goes back.";
}

TEST_F(MarketBoardTest, AgeGrowsWithTheEventsOfOtherInstruments) {
    fill(1'000);
    MarketEvent other = best(9, 10, 3'500);
    other.instrument = InstrumentIndex{1};
    apply({other});
    EXPECT_EQ(quote().age, Duration::milliseconds(2'500));
}

TEST_F(MarketBoardTest, TradesMakeNoPriceYounger) {
    fill(1'000);
    apply({event(MarketEventKind::Trade, 4'000)});
    EXPECT_EQ(quote().age, Duration::milliseconds(3'000));
    EXPECT_EQ(board.last_event(bitcoin), at(4'000));
}

TEST_F(MarketBoardTest, TheOlderOfBookAndBestPriceCounts) {
    fill(1'000);
    apply({best(99, 101, 4'000)});
    EXPECT_EQ(quote().age, Duration::milliseconds(3'000)) << "The book is silent.";
    apply({level(Side::Buy, 98, 1, 4'200)});
    EXPECT_EQ(quote().age, Duration::milliseconds(200)) << "The best price was told at 4,000.";
}

TEST_F(MarketBoardTest, FoldsTradesIntoCandles) {
    const auto trade = [&](std::int64_t price, std::int64_t time) {
        MarketEvent one = event(MarketEventKind::Trade, time);
        one.price = Price::whole(price);
        one.quantity = Quantity::whole(1);
        return one;
    };
    fill(1'000);
    apply({trade(100, 2'000), trade(103, 3'000), trade(101, 61'000)});
    const auto& minutes = board.candles(bitcoin)->series(model::CandleInterval::Minute1).candles();
    ASSERT_EQ(minutes.size(), 2U);
    EXPECT_EQ(minutes[0].high, Price::whole(103));
    EXPECT_EQ(minutes[1].open_time, at(60'000));
    EXPECT_EQ(board.candles(ether)->series(model::CandleInterval::Minute1).candles().size(), 0U);
    EXPECT_EQ(board.candles({Market::Futures, Symbol("BTCUSDT")}), nullptr);
    EXPECT_EQ(board.trades_refused(), 0U);

    apply({trade(0, 62'000), trade(-5, 62'000)});
    EXPECT_EQ(board.trades_refused(), 2U);
    EXPECT_EQ(quote().last, Price::whole(101)) << "A price of zero is no price.";
    EXPECT_EQ(minutes.back().low, Price::whole(101));
}

}  // namespace
}  // namespace botcore::shell
