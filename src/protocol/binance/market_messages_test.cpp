#include "protocol/binance/market_messages.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::protocol {
namespace {

using model::Level;
using model::Price;
using model::Quantity;

// Examples of the documentation (spot web-socket-streams.md; futures "Diff. Book Depth Streams",
// "Individual Symbol Book Ticker Streams").
constexpr std::string_view kSpotDepth =
    R"({"e":"depthUpdate","E":1672515782136,"s":"BNBBTC","U":157,"u":160,)"
    R"("b":[["0.0024","10"]],"a":[["0.0026","100"]]})";
constexpr std::string_view kFuturesDepth =
    R"({"e":"depthUpdate","E":123456789,"T":123456788,"s":"BTCUSDT","U":157,"u":160,"pu":149,)"
    R"("b":[["0.0024","10"]],"a":[["0.0026","100"]]})";
constexpr std::string_view kFuturesTicker =
    R"({"e":"bookTicker","u":400900217,"E":1568014460893,"T":1568014460891,"s":"BNBUSDT",)"
    R"("b":"25.35190000","B":"31.21000000","a":"25.36520000","A":"40.66000000"})";
constexpr std::string_view kSpotTicker =
    R"({"u":400900217,"s":"BNBUSDT","b":"25.35190000","B":"31.21000000","a":"25.36520000",)"
    R"("A":"40.66000000"})";
constexpr std::string_view kTrade =
    R"({"e":"trade","E":1672515782136,"s":"BNBBTC","t":12345,"p":"0.001","q":"100",)"
    R"("T":1672515782136,"m":true,"M":true})";
constexpr std::string_view kAggregateTrade =
    R"({"e":"aggTrade","E":1672515782136,"s":"BNBBTC","a":12345,"p":"0.001","q":"100","f":100,)"
    R"("l":105,"T":1672515782136,"m":false,"M":true})";
constexpr std::string_view kSnapshot =
    R"({"lastUpdateId":1027024,"bids":[["4.00000000","431.00000000"]],)"
    R"("asks":[["4.00000200","12.00000000"]]})";

Level level(std::string_view price, std::string_view quantity) {
    return {model::parse_amount<Price>(price).value(),
            model::parse_amount<Quantity>(quantity).value()};
}

MarketMessage read(std::string_view text) {
    static MarketParser parser;
    MarketMessage message;
    const auto outcome = parser.parse(text, message);
    EXPECT_TRUE(outcome.has_value()) << text;
    return message;
}

std::string_view refusal(std::string_view text) {
    MarketParser parser;
    MarketMessage message;
    const auto outcome = parser.parse(text, message);
    return outcome ? std::string_view("accepted") : to_text(outcome.error());
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
    std::string result(text);
    const std::size_t at = result.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return result.replace(at, from.size(), to);
}

TEST(MarketParser, ReadsADepthUpdateOfSpot) {
    MarketParser parser;
    MarketMessage message;
    ASSERT_TRUE(parser.parse(kSpotDepth, message).has_value());
    EXPECT_EQ(message.kind, MarketMessageKind::DepthUpdate);
    EXPECT_EQ(message.symbol, "BNBBTC");
    EXPECT_EQ(message.event_time, base::Timestamp::from_milliseconds(1672515782136));
    EXPECT_EQ(message.first_update, 157U);
    EXPECT_EQ(message.last_update, 160U);
    EXPECT_FALSE(message.previous_update.has_value());
    EXPECT_EQ(message.bids, std::vector{level("0.0024", "10")});
    EXPECT_EQ(message.asks, std::vector{level("0.0026", "100")});
}

TEST(MarketParser, ReadsThePreviousUpdateIdOnFutures) {
    EXPECT_EQ(read(kFuturesDepth).previous_update, 149U);
}

TEST(MarketParser, ReadsBookTickersOfBothMarkets) {
    for (const std::string_view text : {kSpotTicker, kFuturesTicker}) {
        const MarketMessage message = read(text);
        EXPECT_EQ(message.kind, MarketMessageKind::BookTicker);
        EXPECT_EQ(message.last_update, 400900217U);
        EXPECT_EQ(message.best_bid, level("25.3519", "31.21"));
        EXPECT_EQ(message.best_ask, level("25.3652", "40.66"));
    }
    EXPECT_EQ(read(kSpotTicker).event_time, base::Timestamp{});
}

TEST(MarketParser, ReadsTradesWithTheTakersSide) {
    const MarketMessage trade = read(kTrade);
    EXPECT_EQ(trade.kind, MarketMessageKind::Trade);
    EXPECT_EQ(trade.trade_id, 12345U);
    EXPECT_EQ(trade.trade, level("0.001", "100"));
    EXPECT_EQ(trade.taker, model::Side::Sell) << "The buyer had the resting order.";
    const MarketMessage aggregate = read(kAggregateTrade);
    EXPECT_EQ(aggregate.kind, MarketMessageKind::AggregateTrade);
    EXPECT_EQ(aggregate.trade_id, 12345U);
    EXPECT_EQ(aggregate.taker, model::Side::Buy);
}

TEST(MarketParser, ReadsTradeTimesAndTradeIds) {
    const MarketMessage trade = read(kTrade);
    EXPECT_EQ(trade.trade_time, base::Timestamp::from_milliseconds(1672515782136));
    EXPECT_EQ(trade.first_trade, 12345U);
    EXPECT_EQ(trade.last_trade, 12345U);
    const MarketMessage aggregate = read(kAggregateTrade);
    EXPECT_EQ(aggregate.first_trade, 100U);
    EXPECT_EQ(aggregate.last_trade, 105U);
    EXPECT_EQ(refusal(replaced(kTrade, R"("T":1672515782136,)", "")), "BAD_SHAPE");
    EXPECT_EQ(refusal(replaced(kTrade, R"("T":1672515782136)", R"("T":1672515842137)")),
              "BAD_NUMBER")
        << "More than a minute after its own message.";
    EXPECT_EQ(refusal(replaced(kAggregateTrade, R"("f":100,)", "")), "BAD_SHAPE");
    EXPECT_EQ(refusal(replaced(kAggregateTrade, R"("f":100)", R"("f":106)")), "BAD_NUMBER");
    EXPECT_EQ(refusal(replaced(kTrade, R"("q":"100")", R"("q":"0")")), "BAD_NUMBER");
}

/// Messages of both markets with every field that changes, or seems to change, the meaning of a
/// message.
struct MeaningRow {
    std::string_view about;
    std::string_view text;
    MarketMessageKind kind = MarketMessageKind::Ignored;
    TradeOrigin origin = TradeOrigin::Market;
};

constexpr auto kMeanings = std::to_array<MeaningRow>({
    {"a market trade of futures",
     R"({"e":"trade","E":9,"T":8,"s":"BTCUSDT","t":7,"p":"5","q":"1","X":"MARKET","m":true,)"
     R"("st":1})",
     MarketMessageKind::Trade},
    {"a trade of the insurance fund",
     R"({"e":"trade","E":9,"T":8,"s":"BTCUSDT","t":7,"p":"5","q":"1","X":"INSURANCE_FUND",)"
     R"("m":true})",
     MarketMessageKind::Trade,
     TradeOrigin::Other},
    {"automatic deleveraging",
     R"({"e":"trade","E":9,"T":8,"s":"BTCUSDT","t":7,"p":"5","q":"1","X":"ADL","m":true})",
     MarketMessageKind::Trade,
     TradeOrigin::Other},
    {"a mark without a trade, as recorded",
     R"({"e":"trade","E":9,"T":8,"s":"BTCUSDT","t":7,"p":"0","q":"0","X":"NA","m":true,"st":1})",
     MarketMessageKind::Trade,
     TradeOrigin::Other},
    {"a kind that does not exist yet",
     R"({"e":"trade","E":9,"T":8,"s":"BTCUSDT","t":7,"p":"5","q":"1","X":"SETTLEMENT","m":true})",
     MarketMessageKind::Trade,
     TradeOrigin::Other},
    {"an aggregate that is no market trade",
     R"({"e":"aggTrade","E":9,"T":8,"s":"BTCUSDT","a":3,"f":7,"l":8,"p":"5","q":"1","X":"ADL",)"
     R"("m":true})",
     MarketMessageKind::AggregateTrade,
     TradeOrigin::Other},
    {"an aggregate with the quantity without RPI orders",
     R"({"e":"aggTrade","E":9,"T":8,"s":"BTCUSDT","a":3,"f":7,"l":8,"p":"5","q":"1","nq":"0",)"
     R"("m":true,"st":1})",
     MarketMessageKind::AggregateTrade},
    {"spot, M is to be ignored",
     R"({"e":"trade","E":9,"s":"BNBBTC","t":7,"p":"5","q":"1","T":8,"m":true,"M":false})",
     MarketMessageKind::Trade},
    {"spot, with the ids of both orders",
     R"({"e":"trade","E":9,"s":"BNBBTC","t":7,"p":"5","q":"1","b":88,"a":50,"T":8,"m":true,)"
     R"("M":true})",
     MarketMessageKind::Trade},
    {"a trade beside the book",
     R"({"e":"blockTrade","E":9,"s":"BNBBTC","t":7,"p":"5","q":"1","T":8,"m":true})"},
    {"a retail price improvement book",
     R"({"stream":"btcusdt@rpiDepth@500ms","data":{"e":"depthUpdate","E":9,"T":8,"s":"BTCUSDT",)"
     R"("U":1,"u":2,"pu":0,"b":[["5","1"]],"a":[]}})"},
    {"a partial book",
     R"({"stream":"btcusdt@depth5","data":{"e":"depthUpdate","E":9,"T":8,"s":"BTCUSDT","U":1,)"
     R"("u":2,"pu":0,"b":[["5","1"]],"a":[]}})"},
    {"a candle that is not closed",
     R"({"e":"kline","E":9,"s":"BTCUSDT","k":{"t":0,"T":59999,"s":"BTCUSDT","i":"1m","c":"5",)"
     R"("x":false}})"},
    {"a candle that is closed",
     R"({"e":"kline","E":9,"s":"BTCUSDT","k":{"t":0,"T":59999,"s":"BTCUSDT","i":"1m","c":"5",)"
     R"("x":true}})"},
    {"a mark price",
     R"({"e":"markPriceUpdate","E":9,"s":"BTCUSDT","p":"5","i":"5","P":"5","r":"0","T":8})"},
    {"a liquidation order, not a trade",
     R"({"e":"forceOrder","E":9,"o":{"s":"BTCUSDT","S":"SELL","q":"1","p":"5","ap":"5",)"
     R"("X":"FILLED","T":8}})"},
    {"a change of a contract's state",
     R"({"e":"contractInfo","E":9,"s":"IOTAUSDT","ct":"PERPETUAL","cs":"PRE_SETTLE"})"},
    {"a reference price", R"({"e":"referencePrice","s":"BAZUSD","r":"1.00","t":9})"},
    {"the server's shutdown", R"({"e":"serverShutdown","E":9})"},
    {"a ticker of the day, with the letters of a book ticker",
     R"({"e":"24hrTicker","E":9,"s":"BNBBTC","p":"1","b":"0.0024","B":"10","a":"0.0026",)"
     R"("A":"100","u":1})"},
    {"a book ticker of futures",
     R"({"e":"bookTicker","u":2,"E":9,"T":8,"s":"BTCUSDT","b":"5","B":"1","a":"6","A":"1","st":1})",
     MarketMessageKind::BookTicker},
    {"changes of the book of futures",
     R"({"e":"depthUpdate","E":9,"T":8,"s":"BTCUSDT","U":1,"u":2,"pu":0,"b":[],"a":[],"st":1})",
     MarketMessageKind::DepthUpdate},
});

TEST(MarketParser, ReadsTheFieldsThatChangeAMessagesMeaning) {
    for (const MeaningRow& row : kMeanings) {
        const MarketMessage message = read(row.text);
        EXPECT_EQ(message.kind, row.kind) << row.about;
        const bool is_trade =
            row.kind == MarketMessageKind::Trade || row.kind == MarketMessageKind::AggregateTrade;
        if (!is_trade) continue;
        EXPECT_EQ(message.trade_origin, row.origin) << row.about;
        EXPECT_EQ(message.trade_time, base::Timestamp::from_milliseconds(8)) << row.about;
        const bool counts = row.origin == TradeOrigin::Market;
        EXPECT_EQ(message.trade, counts ? level("5", "1") : Level{}) << row.about;
    }
    EXPECT_EQ(refusal(replaced(kMeanings[0].text, R"("MARKET")", "7")), "BAD_SHAPE");
    EXPECT_EQ(refusal(replaced(kMeanings[0].text, R"("5")", R"("0")")), "BAD_NUMBER")
        << "Only a market trade must have a price.";
}

TEST(MarketParser, ReadsARestSnapshot) {
    const MarketMessage message = read(kSnapshot);
    EXPECT_EQ(message.kind, MarketMessageKind::DepthSnapshot);
    EXPECT_TRUE(message.symbol.empty());
    EXPECT_EQ(message.last_update, 1027024U);
    EXPECT_EQ(message.bids, std::vector{level("4", "431")});
    EXPECT_EQ(message.asks, std::vector{level("4.000002", "12")});
}

TEST(MarketParser, UnwrapsACombinedStreamInAnyFieldOrder) {
    const std::string data(kSpotDepth);
    const std::string forward = R"({"stream":"bnbbtc@depth@100ms","data":)" + data + "}";
    const std::string backward = R"({ "data" : )" + data + R"( , "stream" : "bnbbtc@depth" } )";
    for (const std::string& text : {forward, backward}) {
        const MarketMessage message = read(text);
        EXPECT_EQ(message.kind, MarketMessageKind::DepthUpdate) << text;
        EXPECT_EQ(message.bids.size(), 1U);
    }
}

// @spec:X-60
TEST(MarketParser, AcceptsUnknownFieldsAndAnyOrder) {
    const MarketMessage message =
        read(R"({"a":[],"b":[["1.5","2"],["1.4","0.000",[]]],"zz":{"b":[1,{"e":"x"}]},"u":9,"U":7,)"
             R"("Q":[[["deep"]]],"s":"AB","E":5 ,"e":"depthUpdate"})");
    EXPECT_EQ(message.kind, MarketMessageKind::DepthUpdate);
    EXPECT_EQ(message.bids, (std::vector{level("1.5", "2"), level("1.4", "0")}));
    EXPECT_TRUE(message.asks.empty());
}

// @spec:X-60
TEST(MarketParser, IgnoresUnknownEvents) {
    for (const std::string_view text :
         {R"({"e":"kline","E":1,"s":"BNBBTC","k":{"t":1,"o":"0.0010"}})",
          R"({"result":null,"id":1})",
          R"({"e":"forecast","b":[["not","levels"]],"a":7,"u":"x"})",
          R"({"stream":"!ticker@arr","data":[{"e":"24hrTicker"}]})",
          R"({})"}) {
        EXPECT_EQ(read(text).kind, MarketMessageKind::Ignored) << text;
    }
}

TEST(MarketParser, IgnoresPartialBooks) {
    const std::string spot = R"({"stream":"bnbbtc@depth5","data":)" + std::string(kSnapshot) + "}";
    EXPECT_EQ(read(spot).kind, MarketMessageKind::Ignored);
    for (const std::string_view stream : {"btcusdt@depth5@100ms", "btcusdt@rpiDepth@500ms"}) {
        const std::string text = R"({"stream":")" + std::string(stream) + R"(","data":)" +
                                 std::string(kFuturesDepth) + "}";
        EXPECT_EQ(read(text).kind, MarketMessageKind::Ignored) << text;
    }
}

TEST(MarketParser, ReadsAmountsExactly) {
    const auto bid = [](std::string_view price, std::string_view quantity) {
        auto text = replaced(kSpotTicker, "25.35190000", price);
        return read(replaced(text, "31.21000000", quantity)).best_bid;
    };
    EXPECT_EQ(bid("61837.63000000", "0.00000001"), level("61837.63", "0.00000001"));
    EXPECT_EQ(bid("0.1", "0"), level("0.1", "0"));
    EXPECT_EQ(bid("999999999999999.99999999", "123456789012345.6"),
              level("999999999999999.99999999", "123456789012345.6"));
    EXPECT_EQ(bid("1.500000000000", "00012"), level("1.5", "12"));
}

TEST(MarketParser, RejectsMalformedAndForbiddenAmounts) {
    for (const std::string_view price : {"",
                                         ".",
                                         "1.",
                                         ".5",
                                         "-1",
                                         "+1",
                                         "1e3",
                                         "1,5",
                                         " 1",
                                         "1 ",
                                         "NaN",
                                         "0",
                                         "0.000000000",
                                         "0.000000001",
                                         "1.123456789",
                                         "1000000000000000",
                                         "99999999999999999999999999",
                                         "1.2.3",
                                         "\\u0031"}) {
        EXPECT_EQ(refusal(replaced(kSpotTicker, "25.35190000", price)), "BAD_NUMBER") << price;
        EXPECT_EQ(refusal(replaced(kSpotDepth, "0.0024", price)), "BAD_NUMBER") << price;
    }
    EXPECT_EQ(refusal(replaced(kTrade, R"("0.001")", R"("0.00")")), "BAD_NUMBER");
    EXPECT_EQ(refusal(replaced(kSpotTicker, "31.21000000", "-1")), "BAD_NUMBER");
    EXPECT_EQ(refusal(replaced(kSnapshot, "4.00000200", "x")), "BAD_NUMBER");
}

TEST(MarketParser, RejectsMalformedWholeNumbers) {
    for (const std::string_view number : {"-157", "1.5", "1e3", "9999999999999999999"}) {
        const std::string last = R"("u":)" + std::string(number);
        EXPECT_NE(refusal(replaced(kSpotDepth, R"("u":160)", last)), "accepted") << number;
    }
    EXPECT_EQ(refusal(replaced(kSpotDepth, R"("U":157)", R"("U":161)")), "BAD_NUMBER");
    EXPECT_EQ(refusal(replaced(kSpotDepth, "1672515782136", "999999999999999999")), "BAD_NUMBER");
}

TEST(MarketParser, RejectsWrongShapes) {
    EXPECT_EQ(refusal(replaced(kSpotDepth, R"("u":160,)", "")), "BAD_SHAPE");
    EXPECT_EQ(refusal(replaced(kSpotDepth, R"("u":160,)", R"("u":160,"u":161,)")), "BAD_SHAPE");
    EXPECT_EQ(refusal(replaced(kSpotDepth, R"([["0.0024","10"]])", R"("0.0024")")), "BAD_SHAPE");
    EXPECT_EQ(refusal(replaced(kSpotDepth, R"(["0.0024","10"])", R"(["0.0024"])")), "BAD_SHAPE");
    EXPECT_EQ(refusal(replaced(kSpotDepth, R"(["0.0024","10"])", R"({})")), "BAD_SHAPE");
    EXPECT_EQ(refusal(replaced(kSpotDepth, R"("0.0024")", "0.0024")), "BAD_SHAPE");
    EXPECT_EQ(refusal(replaced(kSpotDepth, R"("BNBBTC")", R"("")")), "BAD_SHAPE");
    EXPECT_EQ(refusal(replaced(kTrade, R"("m":true)", R"("m":"yes")")), "BAD_SHAPE");
    EXPECT_EQ(refusal(replaced(kSnapshot, R"(,"asks")", R"(,"ask")")), "BAD_SHAPE");
    EXPECT_EQ(refusal(R"({"data":{},"data":{}})"), "BAD_SHAPE");
    EXPECT_EQ(refusal(R"({"e":7})"), "BAD_SHAPE");
    EXPECT_EQ(refusal("[1,2]"), "BAD_SHAPE");
}

TEST(MarketParser, RejectsGarbage) {
    for (const std::string_view text : {"",
                                        " ",
                                        "{",
                                        "}",
                                        "{\"e\"",
                                        "{\"e\":}",
                                        "{]",
                                        "\xff\xfe",
                                        "{\"e\":\"\xff\"}",
                                        "nul",
                                        "{\"e\":\"x\"",
                                        "{\"a\" 1}",
                                        "{\"s\":\"unclosed}"}) {
        EXPECT_NE(refusal(text), "accepted") << text;
    }
    EXPECT_EQ(refusal(std::string(kSpotDepth) + std::string(kSpotDepth)), "NOT_JSON");
    EXPECT_EQ(refusal(std::string(kSpotDepth) + "]"), "NOT_JSON");
}

TEST(MarketParser, RejectsDamageInsideListsAndObjects) {
    const auto damaged = [](std::string_view from, std::string_view to) {
        return refusal(replaced(kSpotDepth, from, to));
    };
    EXPECT_EQ(damaged(R"("0.0024","10")", R"("0.0024" "10")"), "NOT_JSON");
    EXPECT_EQ(damaged(R"(["0.0024","10"])", R"(["0.0024","10"]["0.0023","1"])"), "NOT_JSON");
    const std::string wrapped = R"({"stream":"s@depth","data":)" + std::string(kFuturesDepth) + "}";
    EXPECT_EQ(refusal(replaced(wrapped, R"("U":157,)", R"("U":157 )")), "NOT_JSON");
}

TEST(MarketParser, RejectsMessagesThatAreTooLong) {
    std::string long_text(kMarketMessageBytesMax + 1, ' ');
    EXPECT_EQ(refusal(long_text), "TOO_LARGE");
    long_text.resize(long_text.size() + kMarketMessagePadding, ' ');
    MarketParser parser;
    MarketMessage message;
    const PaddedText in_place{std::string_view(long_text).substr(0, kMarketMessageBytesMax + 1),
                              long_text.size()};
    const auto outcome = parser.parse(in_place, message);
    ASSERT_FALSE(outcome.has_value());
    EXPECT_EQ(outcome.error(), MarketParseError::TooLarge);
}

TEST(MarketParser, RejectsEveryTruncation) {
    const std::string wrapped = R"({"stream":"s@depth","data":)" + std::string(kFuturesDepth) + "}";
    for (const std::string_view text : {std::string_view(wrapped),
                                        kSpotDepth,
                                        kFuturesTicker,
                                        kSpotTicker,
                                        kTrade,
                                        kAggregateTrade,
                                        kSnapshot}) {
        for (std::size_t size = 0; size < text.size(); ++size) {
            EXPECT_NE(refusal(text.substr(0, size)), "accepted") << text.substr(0, size);
        }
    }
}

TEST(MarketParser, LeavesNothingFromAPreviousMessage) {
    MarketParser parser;
    MarketMessage message;
    ASSERT_TRUE(parser.parse(kFuturesDepth, message).has_value());
    ASSERT_TRUE(parser.parse(kSpotDepth, message).has_value());
    EXPECT_FALSE(message.previous_update.has_value());
    EXPECT_EQ(message.bids.size(), 1U);
    EXPECT_FALSE(parser.parse("{", message).has_value());
    ASSERT_TRUE(parser.parse(kSpotTicker, message).has_value());
    EXPECT_EQ(message.event_time, base::Timestamp{});
    EXPECT_TRUE(message.bids.empty());
}

TEST(MarketParser, ParsesAMessageInPlace) {
    MarketParser parser;
    MarketMessage message;
    std::string buffer = std::string(kTrade) + "\n" + std::string(kSnapshot);
    buffer.resize(buffer.size() + kMarketMessagePadding);
    ASSERT_TRUE(parser.parse({{buffer.data(), kTrade.size()}, buffer.size()}, message).has_value());
    EXPECT_EQ(message.kind, MarketMessageKind::Trade);
    EXPECT_GE(message.symbol.data(), buffer.data());
    EXPECT_LT(message.symbol.data(), buffer.data() + buffer.size());
}

}  // namespace
}  // namespace botcore::protocol
