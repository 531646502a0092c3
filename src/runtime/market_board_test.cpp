#include "runtime/market_board.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace botcore::runtime {
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
        result.exchange_time = at(milliseconds);
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

TEST_F(MarketBoardTest, SpanIncludesEveryPriceSinceItsBegin) {
    fill(1'000);
    board.begin_span();
    apply({best(97, 99, 1'001), best(109, 111, 1'002), best(99, 101, 1'003)});
    MarketEvent trade = event(MarketEventKind::Trade, 1'004);
    trade.quantity = Quantity::whole(1);
    for (const std::int64_t price : {100, 120, 90, 100}) {
        trade.price = Price::whole(price);
        apply({trade});
    }
    trade.kind = MarketEventKind::RepeatedTrade;
    trade.price = Price::whole(500);
    apply({trade});
    EXPECT_EQ(board.span(bitcoin).marked.low, Price::whole(98));
    EXPECT_EQ(board.span(bitcoin).marked.high, Price::whole(110));
    EXPECT_EQ(board.span(bitcoin).traded.low, Price::whole(90));
    EXPECT_EQ(board.span(bitcoin).traded.high, Price::whole(120));
    board.begin_span();
    EXPECT_EQ(board.span(bitcoin).traded, model::PriceRange());
    apply({event(MarketEventKind::BookReset, 1'005), best(1, 3, 1'006)});
    EXPECT_EQ(board.span(bitcoin).marked, model::PriceRange()) << "No book, no price (B1).";
}

TEST_F(MarketBoardTest, HasNoPricesForAnInstrumentWithoutEvents) {
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

TEST_F(MarketBoardTest, ComputesTheWorstPriceFromTheBook) {
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

TEST_F(MarketBoardTest, AgeGrowsWithTheClockOfTheSource) {
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

TEST_F(MarketBoardTest, TradesDoNotMakePricesYounger) {
    fill(1'000);
    apply({event(MarketEventKind::Trade, 4'000)});
    EXPECT_EQ(quote().age, Duration::milliseconds(3'000));
    EXPECT_EQ(board.last_event(bitcoin), at(4'000));
}

TEST_F(MarketBoardTest, AgeIsThatOfTheOlderOfBookAndBestPrice) {
    fill(1'000);
    apply({best(99, 101, 4'000)});
    EXPECT_EQ(quote().age, Duration::milliseconds(3'000)) << "The book is silent.";
    apply({level(Side::Buy, 98, 1, 4'200)});
    EXPECT_EQ(quote().age, Duration::milliseconds(200)) << "The best price was told at 4,000.";
}

TEST_F(MarketBoardTest, AddsTradesToCandles) {
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
    EXPECT_EQ(board.trade_counts().malformed, 0U);

    apply({trade(0, 62'000), trade(-5, 62'000)});
    EXPECT_EQ(board.trade_counts().malformed, 2U);
    EXPECT_EQ(board.trade_counts().counted, 3U);
    EXPECT_EQ(quote().last, Price::whole(101)) << "A price of zero is no price.";
    EXPECT_EQ(minutes.back().low, Price::whole(101));
}

class CandlesOfTheBoard : public MarketBoardTest {
protected:
    MarketEvent trade(std::int64_t price, std::int64_t received, std::int64_t traded) const {
        MarketEvent one = event(MarketEventKind::Trade, received);
        one.exchange_time = at(traded);
        one.price = Price::whole(price);
        one.quantity = Quantity::whole(1);
        return one;
    }

    /// An event that is not a trade and shows that the source is connected.
    MarketEvent sign(std::int64_t milliseconds) { return best(99, 101, milliseconds); }

    const std::deque<model::Candle>& minutes() const {
        return board.candles(bitcoin)->series(model::CandleInterval::Minute1).candles();
    }
};

TEST_F(CandlesOfTheBoard, UseTheTradeTimeOfTheExchangeNotTheReceiveTime) {
    apply({trade(100, 59'000, 59'500), trade(101, 60'300, 59'990), trade(102, 60'400, 60'001)});
    ASSERT_EQ(minutes().size(), 2U);
    EXPECT_EQ(minutes()[0].open_time, at(0));
    EXPECT_EQ(minutes()[0].close, Price::whole(101)) << "Traded in the first minute, told later.";
    EXPECT_EQ(minutes()[1].open, Price::whole(102));
    EXPECT_EQ(board.exchange_now(), at(60'001));
}

TEST_F(CandlesOfTheBoard, LateTradeChangesItsClosedCandleButNotTheLastPrice) {
    fill(59'000);
    MarketEvent late = trade(90, 61'000, 59'900);
    late.kind = MarketEventKind::LateTrade;
    apply({trade(100, 59'500, 59'500), trade(102, 60'400, 60'001), late});
    EXPECT_EQ(minutes()[0].low, Price::whole(90));
    EXPECT_EQ(minutes()[0].close, Price::whole(90));
    EXPECT_EQ(minutes()[1].trades, 1U);
    EXPECT_EQ(quote().last, Price::whole(102));
    EXPECT_EQ(board.trade_counts().late, 1U);
    EXPECT_EQ(board.trade_counts().counted, 3U);
    late.exchange_time = at(-1);
    apply({late});
    EXPECT_EQ(board.trade_counts().too_late, 1U);
    EXPECT_EQ(board.candles(bitcoin)->late_trades().too_late, 1U);
}

TEST_F(CandlesOfTheBoard, QuietMinuteHasACandleWhileTheSourceSendsEvents) {
    apply({trade(100, 1'000, 1'000)});
    for (std::int64_t second = 2; second < 125; ++second) {
        MarketEvent other = sign(second * 1'000);
        other.instrument = InstrumentIndex{1};
        apply({other});
    }
    ASSERT_EQ(minutes().size(), 3U);
    EXPECT_TRUE(minutes()[1].complete);
    EXPECT_TRUE(minutes()[1].volume.is_zero());
    EXPECT_EQ(minutes()[2].close, Price::whole(100));
    EXPECT_EQ(board.trades_missing_since(bitcoin), std::nullopt);
}

TEST_F(CandlesOfTheBoard, SilenceOfTheSourceIsAGapAndNotAQuietMinute) {
    apply({trade(100, 1'000, 1'000)});
    for (std::int64_t second = 5; second <= 35; second += 5)
        apply({sign(second * 1'000)});
    board.set_now(at(200'000));
    EXPECT_EQ(board.trades_missing_since(bitcoin), at(35'000));
    apply({sign(200'000), trade(110, 201'000, 201'000)});
    EXPECT_EQ(board.trades_missing_since(bitcoin), std::nullopt);
    ASSERT_EQ(minutes().size(), 2U);
    EXPECT_FALSE(minutes()[0].complete);
    EXPECT_EQ(minutes()[1].open_time, at(180'000));
    EXPECT_FALSE(minutes()[1].complete);
    const std::deque<model::CandleGap> expected = {{at(35'000), at(201'000)}};
    EXPECT_EQ(board.candles(bitcoin)->gaps(), expected);
}

TEST_F(CandlesOfTheBoard, LostConnectionIsAGapUntilTheInstrumentTradesAgain) {
    apply({trade(100, 1'000, 1'000), sign(9'000)});
    MarketEvent missing = event(MarketEventKind::TradesMissing, 12'000);
    missing.exchange_time = at(9'000);
    apply({missing, sign(13'000)});
    EXPECT_EQ(board.trades_missing_since(bitcoin), at(9'000));
    for (std::int64_t second = 14; second < 130; ++second)
        apply({sign(second * 1'000)});
    EXPECT_EQ(minutes().size(), 1U) << "No minute of volume zero while nobody knows.";
    apply({trade(110, 131'000, 131'000)});
    EXPECT_EQ(board.trades_missing_since(bitcoin), std::nullopt);
    ASSERT_EQ(minutes().size(), 2U);
    EXPECT_FALSE(minutes()[1].complete);
}

TEST_F(CandlesOfTheBoard, RepeatedAndNonMarketTradesAreCountedAndChangeNothing) {
    fill(1'000);
    apply({trade(100, 1'000, 1'000)});
    const model::Quote before = quote();
    const auto candles = minutes();
    for (const auto kind : {MarketEventKind::RepeatedTrade, MarketEventKind::NonMarketTrade}) {
        MarketEvent other = trade(7, 1'100, 1'100);
        other.kind = kind;
        apply({other});
    }
    EXPECT_EQ(quote().last, before.last);
    EXPECT_EQ(minutes(), candles);
    EXPECT_EQ(board.trade_counts().repeated, 1U);
    EXPECT_EQ(board.trade_counts().not_market, 1U);
}

}  // namespace
}  // namespace botcore::runtime
