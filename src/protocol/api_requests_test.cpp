#include "protocol/api_requests.hpp"

#include <gtest/gtest.h>

namespace botcore::protocol {
namespace {

std::string code_of(const std::string& body) {
    const auto parsed = parse_place_order(body);
    return parsed ? "" : std::string(parsed.error().code) + " " + parsed.error().field;
}

constexpr const char* kLimit =
    R"({"symbol":"BTCUSDT","side":"SELL","type":"LIMIT","quantity":"0.5","price":"61800.20",)"
    R"("time_in_force":"GTX","reduce_only":true})";

TEST(ApiRequests, ReadsAWholeOrder) {
    const auto parsed = parse_place_order(kLimit);
    ASSERT_TRUE(parsed.has_value());
    const model::PlaceOrder& order = parsed.value().value;
    EXPECT_EQ(order.instrument.symbol.text(), "BTCUSDT");
    EXPECT_EQ(order.side, model::Side::Sell);
    EXPECT_EQ(order.type, model::OrderType::Limit);
    EXPECT_EQ(to_text(order.quantity), "0.5");
    EXPECT_EQ(to_text(*order.price), "61800.2");
    EXPECT_EQ(order.time_in_force, model::TimeInForce::PostOnly);
    EXPECT_EQ(order.reduce_only, model::ReduceOnly::Yes);
}

TEST(ApiRequests, MeansTheSameWhateverSpacesOrderAndZeros) {
    const auto first = parse_place_order(R"({"symbol":"BTCUSDT","side":"BUY","quantity":"1"})");
    const auto second = parse_place_order(
        "\n{ \"quantity\" : \"1.000\",\t\"side\":\"BUY\",\"symbol\":\"BTC\\u0055SDT\"} ");
    ASSERT_TRUE(first.has_value() && second.has_value());
    EXPECT_EQ(first.value().canonical, second.value().canonical);
    EXPECT_EQ(first.value().canonical, R"({"quantity":"1","side":"BUY","symbol":"BTCUSDT"})");
}

TEST(ApiRequests, RefusesWhatIsNoFlatObject) {
    for (const char* body : {"",
                             "{",
                             "[]",
                             "1",
                             "\"x\"",
                             "{}{}",
                             "{\"a\":1,}",
                             "{'a':1}",
                             "{\"a\":NaN}",
                             "\xEF\xBB\xBF{}",
                             "{\"a\":\"\xff\"}",
                             "// c\n{}"}) {
        EXPECT_EQ(code_of(body), "INVALID_JSON ") << body;
    }
    std::string deep = "{\"symbol\":";
    for (int i = 0; i < 12; ++i)
        deep += "[";
    EXPECT_EQ(code_of(deep), "INVALID_JSON ");
    EXPECT_EQ(code_of(R"({"side":"BUY","s\u0069de":"SELL"})"), "INVALID_JSON side");
    EXPECT_EQ(code_of(std::string(kRequestBodyMax + 1, ' ')), "PAYLOAD_TOO_LARGE ");
}

TEST(ApiRequests, NamesTheFieldThatIsWrong) {
    EXPECT_EQ(code_of(R"({"symbol":"BTCUSDT","side":"BUY","quantity":"1","stop":"2"})"),
              "UNKNOWN_FIELD stop");
    EXPECT_EQ(code_of(R"({"side":"BUY","quantity":"1"})"), "MISSING_FIELD symbol");
    EXPECT_EQ(code_of(R"({"symbol":1,"side":"BUY","quantity":"1"})"), "INVALID_SYMBOL symbol");
    for (const char* quantity : {"\"\"",
                                 "\"-1\"",
                                 "\"0\"",
                                 "\"1e3\"",
                                 "\"0.000000001\"",
                                 "\" 1\"",
                                 "\"1000000000000000\"",
                                 "1",
                                 "1.5",
                                 "null",
                                 "true",
                                 "{}",
                                 "[1]"}) {
        EXPECT_EQ(code_of(R"({"symbol":"BTCUSDT","side":"BUY","quantity":)" +
                          std::string(quantity) + "}"),
                  "INVALID_FIELD quantity")
            << quantity;
    }
    EXPECT_EQ(code_of(R"({"symbol":"BTCUSDT","side":"BUY","quantity":"1","reduce_only":"true"})"),
              "INVALID_FIELD reduce_only");
}

TEST(ApiRequests, WantsAPriceWithLimitAndNoneWithMarket) {
    EXPECT_EQ(code_of(R"({"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","quantity":"1"})"),
              "MISSING_FIELD price");
    EXPECT_EQ(code_of(R"({"symbol":"BTCUSDT","side":"BUY","quantity":"1","price":"1"})"),
              "INVALID_FIELD price");
    EXPECT_EQ(code_of(R"({"symbol":"BTCUSDT","side":"BUY","quantity":"1","time_in_force":"GTC"})"),
              "INVALID_FIELD time_in_force");
    const auto parsed = parse_place_order(
        R"({"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","quantity":"1","price":"2"})");
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(parsed.value().value.time_in_force, model::TimeInForce::GoodTillCanceled);
}

TEST(ApiRequests, ShowsAtMostSixtyFourWholeCharactersOfWhatCame) {
    std::string quantity;
    for (int i = 0; i < 100; ++i)
        quantity += "\xC3\xA4";
    const auto parsed =
        parse_place_order(R"({"symbol":"BTCUSDT","side":"BUY","quantity":")" + quantity + "\"}");
    ASSERT_FALSE(parsed.has_value());
    EXPECT_LE(parsed.error().came.size(), 64U);
    EXPECT_TRUE(parsed.error().came.ends_with("\xC3\xA4..."));
}

TEST(ApiRequests, ReadsTheOtherCommands) {
    EXPECT_EQ(to_text(parse_set_leverage(R"({"leverage":10})").value().value.leverage), "10");
    EXPECT_EQ(parse_set_leverage(R"({"leverage":"10"})").value().canonical,
              parse_set_leverage(R"({"leverage":10})").value().canonical);
    EXPECT_FALSE(parse_set_leverage(R"({"leverage":1.5})").has_value());
    EXPECT_FALSE(parse_set_leverage(R"({"leverage":"0"})").has_value());
    const auto opened = parse_open_account(R"({"account":"mine-2","market":"spot","deposit":"0"})");
    ASSERT_TRUE(opened.has_value());
    EXPECT_EQ(opened.value().value.quote.text(), "USDT");
    EXPECT_FALSE(
        parse_open_account(R"({"account":"Mine","market":"spot","deposit":"0"})").has_value());
    const auto moved = parse_transfer(R"({"from":"a","to":"b","amount":"1.5","asset":"BTC"})");
    ASSERT_TRUE(moved.has_value());
    EXPECT_EQ(moved.value().value.asset.text(), "BTC");
    EXPECT_FALSE(parse_transfer(R"({"from":"a","to":"b","amount":"0"})").has_value());
    EXPECT_TRUE(parse_no_fields("").has_value());
    EXPECT_TRUE(parse_no_fields(" {} ").has_value());
    EXPECT_FALSE(parse_no_fields(R"({"a":1})").has_value());
}

}  // namespace
}  // namespace botcore::protocol
