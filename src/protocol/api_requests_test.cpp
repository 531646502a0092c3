#include "protocol/api_requests.hpp"

#include "model/instrument.hpp"

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

TEST(ApiRequests, ReadsACompleteOrder) {
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

TEST(ApiRequests, IgnoresWhiteSpaceFieldOrderAndTrailingZeros) {
    const auto first = parse_place_order(R"({"symbol":"BTCUSDT","side":"BUY","quantity":"1"})");
    const auto second = parse_place_order(
        "\n{ \"quantity\" : \"1.000\",\t\"side\":\"BUY\",\"symbol\":\"BTC\\u0055SDT\"} ");
    ASSERT_TRUE(first.has_value() && second.has_value());
    EXPECT_EQ(first.value().canonical, second.value().canonical);
    EXPECT_EQ(first.value().canonical, R"({"quantity":"1","side":"BUY","symbol":"BTCUSDT"})");
}

TEST(ApiRequests, RejectsWhatIsNotAFlatObject) {
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
                                 "-1",
                                 "0",
                                 "1e3",
                                 "0.000000001",
                                 "1000000000000000",
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

// @spec:R3-IDEM-05
TEST(ApiRequests, ReadsNumbersExactlyAsWritten) {
    const auto body = [](const std::string& quantity) {
        return R"({"symbol":"BTCUSDT","side":"BUY","quantity":)" + quantity + "}";
    };
    const auto number = parse_place_order(body("0.1"));
    ASSERT_TRUE(number.has_value());
    EXPECT_EQ(to_text(number.value().value.quantity), "0.1");
    EXPECT_EQ(number.value().canonical, parse_place_order(body("\"0.10\"")).value().canonical)
        << "The request is the same in another spelling.";
    // These digits have no exact binary fraction.
    EXPECT_EQ(to_text(parse_place_order(body("123456789012.12345678")).value().value.quantity),
              "123456789012.12345678");
    EXPECT_EQ(to_text(parse_place_order(body("1")).value().value.quantity), "1");
}

TEST(ApiRequests, AcceptsSeveralSpellingsOfSidesAndSymbols) {
    const ReadSymbol read = [](std::string_view text) -> std::optional<model::Symbol> {
        for (const auto& instrument : model::builtin_instruments()) {
            if (model::is_named(instrument, text)) return instrument.id.symbol;
        }
        return std::nullopt;
    };
    const auto canonical = [&](const std::string& symbol, const std::string& side) {
        const auto parsed = parse_place_order(
            R"({"symbol":")" + symbol + R"(","side":")" + side + R"(","quantity":"1"})", read);
        return parsed ? parsed.value().canonical
                      : std::string(parsed.error().code) + parsed.error().field;
    };
    const std::string exact = canonical("BTCUSDT", "BUY");
    for (const char* symbol : {"btcusdt", "BTC/USDT", "btc-usdt", "BtcUsdt"})
        EXPECT_EQ(canonical(symbol, "buy"), exact) << symbol;
    for (const char* symbol : {"BTC", "BTC USDT", "BTC_USDT", "BTC//USDT", "XBT/USDT", "BTCUSD-T"})
        EXPECT_EQ(canonical(symbol, "BUY"), "INVALID_SYMBOLsymbol") << symbol;
    EXPECT_EQ(canonical("BTCUSDT", "b"), "INVALID_FIELDside");
    EXPECT_EQ(parse_place_order(R"({"symbol":"btcusdt","side":"BUY","quantity":"1"})").error().code,
              "INVALID_SYMBOL")
        << "Without a list of instruments no symbol is guessed.";
}

TEST(ApiRequests, ARequestMeansTheSameWithAndWithoutTheDefaultExchange) {
    const auto bare = parse_place_order(R"({"symbol":"BTCUSDT","side":"BUY","quantity":"1"})");
    const auto named = parse_place_order(
        R"({"symbol":"BTCUSDT","exchange":"binance","side":"BUY","quantity":"1"})");
    ASSERT_TRUE(bare.has_value() && named.has_value());
    EXPECT_EQ(named.value().value.instrument, bare.value().value.instrument);
    EXPECT_EQ(named.value().canonical, bare.value().canonical);
    EXPECT_EQ(code_of(R"({"symbol":"BTCUSDT","exchange":"kraken","side":"BUY","quantity":"1"})"),
              "INVALID_FIELD exchange");
    EXPECT_EQ(code_of(R"({"symbol":"BTCUSDT","exchange":1,"side":"BUY","quantity":"1"})"),
              "INVALID_FIELD exchange");
    EXPECT_EQ(parse_close_position(R"({"exchange":"binance"})").value().canonical,
              parse_close_position("").value().canonical);
    EXPECT_EQ(parse_close_position(R"({"exchange":"kraken"})").error().field, "exchange");
    EXPECT_EQ(parse_set_leverage(R"({"leverage":"5","exchange":"binance"})").value().canonical,
              parse_set_leverage(R"({"leverage":"5"})").value().canonical);
    EXPECT_EQ(parse_set_leverage(R"({"leverage":"5","exchange":""})").error().field, "exchange");
    EXPECT_EQ(parse_instrument(R"({"symbol":"BTCUSDT","exchange":"x"})").error().field, "exchange");
}

TEST(ApiRequests, RequiresAPriceWithLimitAndRejectsOneWithMarket) {
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

std::string order_with(const std::string& fields) {
    return R"({"symbol":"BTCUSDT","side":"SELL","quantity":"1",)" + fields + "}";
}

model::PlaceOrder order_of(const std::string& fields) {
    const auto parsed = parse_place_order(order_with(fields));
    EXPECT_TRUE(parsed.has_value()) << fields;
    return parsed ? parsed.value().value : model::PlaceOrder();
}

TEST(ApiRequests, ReadsStopsAndTakeProfitsInTheNamesOfBothMarkets) {
    using enum model::OrderType;

    struct Case {
        const char* word;
        bool price;
        model::OrderType type;
    };

    for (const Case& each : {Case{"STOP_MARKET", false, StopMarket},
                             Case{"STOP_LOSS", false, StopMarket},
                             Case{"STOP", false, StopMarket},
                             Case{"STOP", true, StopLimit},
                             Case{"STOP_LOSS_LIMIT", true, StopLimit},
                             Case{"TAKE_PROFIT_MARKET", false, TakeProfitMarket},
                             Case{"TAKE_PROFIT", false, TakeProfitMarket},
                             Case{"TAKE_PROFIT", true, TakeProfitLimit},
                             Case{"TAKE_PROFIT_LIMIT", true, TakeProfitLimit}}) {
        const std::string fields = R"("stop_price":"59000.50","type":")" + std::string(each.word) +
                                   (each.price ? R"(","price":"58990")" : "\"");
        const model::PlaceOrder order = order_of(fields);
        EXPECT_EQ(order.type, each.type) << fields;
        EXPECT_EQ(to_text(order.stop_price.value_or(model::Price())), "59000.5");
        EXPECT_EQ(order.price.has_value(), each.price);
    }
    EXPECT_EQ(order_of(R"("type":"STOP","stop_price":"2","price":"1","time_in_force":"IOC")")
                  .time_in_force,
              model::TimeInForce::ImmediateOrCancel);
}

TEST(ApiRequests, RequiresAStopPriceWithStopsAndRejectsOneWithOthers) {
    EXPECT_EQ(code_of(order_with(R"("type":"STOP_MARKET")")), "MISSING_FIELD stop_price");
    EXPECT_EQ(code_of(order_with(R"("type":"STOP_LOSS_LIMIT","stop_price":"1")")),
              "MISSING_FIELD price");
    EXPECT_EQ(code_of(order_with(R"("type":"STOP_MARKET","stop_price":"1","price":"1")")),
              "INVALID_FIELD price");
    EXPECT_EQ(code_of(order_with(R"("type":"STOP","stop_price":"1","time_in_force":"GTC")")),
              "INVALID_FIELD time_in_force");
    EXPECT_EQ(code_of(order_with(R"("stop_price":"1")")), "INVALID_FIELD stop_price");
    EXPECT_EQ(code_of(order_with(R"("type":"LIMIT","price":"1","stop_price":"1")")),
              "INVALID_FIELD stop_price");
    EXPECT_EQ(code_of(order_with(R"("type":"TRAILING")")), "INVALID_FIELD type");
}

TEST(ApiRequests, ReadsAttachedStops) {
    const auto order = order_of(R"("stop_loss":"61000","take_profit":"55000",)"
                                R"("trailing":{"distance":"0.0150","activation":"0.02"})");
    EXPECT_EQ(to_text(order.stop_loss.value_or(model::Price())), "61000");
    EXPECT_EQ(to_text(order.take_profit.value_or(model::Price())), "55000");
    EXPECT_EQ(to_text(order.trail_activation), "0.02");
    EXPECT_EQ(to_text(order.trail_distance), "0.015");
    EXPECT_EQ(
        parse_place_order(order_with(R"("trailing":{"distance":"0.0150","activation":"0.02"},)"
                                     R"("stop_loss":"61000")"))
            .value()
            .canonical,
        R"({"quantity":"1","side":"SELL","stop_loss":"61000","symbol":"BTCUSDT",)"
        R"("trailing.activation":"0.02","trailing.distance":"0.015"})");
}

// @spec:R3-VAL-02
TEST(ApiRequests, ChecksTheBoundsOfTrailing) {
    const auto code = [](const std::string& trailing) {
        return code_of(order_with(R"("stop_loss":"61000","trailing":)" + trailing));
    };
    EXPECT_EQ(code(R"({"activation":"0.05","distance":"0.05"})"), "");
    EXPECT_EQ(code(R"({"activation":"0.01","distance":"0.01"})"), "");
    EXPECT_EQ(code(R"({"activation":"0.0501","distance":"0.05"})"),
              "INVALID_FIELD trailing.activation");
    EXPECT_EQ(code(R"({"activation":"0.0049","distance":"0.01"})"),
              "INVALID_FIELD trailing.activation");
    EXPECT_EQ(code(R"({"activation":"0.02","distance":"0.021"})"),
              "INVALID_FIELD trailing.activation");
    EXPECT_EQ(code(R"({"activation":"0.02","distance":"0.0099"})"),
              "INVALID_FIELD trailing.distance");
    EXPECT_EQ(code(R"({"activation":"0.02","distance":true})"), "INVALID_FIELD trailing.distance");
    EXPECT_EQ(code(R"({"activation":"0.02"})"), "MISSING_FIELD trailing.distance");
    EXPECT_EQ(code(R"({"activation":"0.02","distance":"0.02","x":"1"})"),
              "UNKNOWN_FIELD trailing.x");
    EXPECT_EQ(code(R"({"activation":"0.02","activation":"0.03","distance":"0.02"})"),
              "INVALID_JSON trailing.activation");
    EXPECT_EQ(code(R"({"activation":{"a":"0.02"},"distance":"0.02"})"),
              "INVALID_FIELD trailing.activation");
    for (const char* trailing : {R"("0.02")", "null", "[]", R"([{"activation":"0.02"}])"}) {
        EXPECT_EQ(code(trailing), "INVALID_FIELD trailing") << trailing;
    }
    EXPECT_EQ(code_of(order_with(R"("trailing":{"activation":"0.02","distance":"0.02"})")),
              "MISSING_FIELD stop_loss");
    EXPECT_EQ(code_of(order_with(R"("stop_loss":"1","trailing.activation":"0.02")")),
              "UNKNOWN_FIELD trailing.activation");
}

TEST(ApiRequests, ReadsAQueuedClose) {
    for (const char* body : {"", "{}", " { } "}) {
        const auto plain = parse_close_position(body);
        ASSERT_TRUE(plain.has_value());
        EXPECT_EQ(plain.value().canonical, "");
        EXPECT_EQ(plain.value().value, model::ClosePosition());
    }
    const auto queued = parse_close_position(
        R"({"queue":{"until":"1970-01-01T00:00:01Z","limit_price":"59000.0"}})");
    ASSERT_TRUE(queued.has_value());
    EXPECT_EQ(to_text(queued.value().value.queue_limit.value_or(model::Price())), "59000");
    EXPECT_EQ(queued.value().value.queue_until, base::Timestamp::from_milliseconds(1'000));
    EXPECT_EQ(queued.value().canonical,
              R"({"queue.limit_price":"59000","queue.until":"1970-01-01T00:00:01Z"})");
    const auto field = [](const char* body) {
        const auto parsed = parse_close_position(body);
        return parsed ? "" : std::string(parsed.error().code) + " " + parsed.error().field;
    };
    EXPECT_EQ(field(R"({"queue":true})"), "INVALID_FIELD queue");
    EXPECT_EQ(field(R"({"queue":{"limit_price":"1"}})"), "MISSING_FIELD queue.until");
    EXPECT_EQ(field(R"({"queue":{"until":"1970-01-01T00:00:01Z"}})"),
              "MISSING_FIELD queue.limit_price");
    EXPECT_EQ(field(R"({"queue":{"limit_price":"1","until":"tomorrow"}})"),
              "INVALID_FIELD queue.until");
    EXPECT_EQ(field(R"({"limit_price":"1"})"), "UNKNOWN_FIELD limit_price");
}

TEST(ApiRequests, TruncatesTheReceivedValueAtACharacterBoundary) {
    std::string quantity;
    for (int i = 0; i < 100; ++i)
        quantity += "\xC3\xA4";
    const auto parsed =
        parse_place_order(R"({"symbol":"BTCUSDT","side":"BUY","quantity":")" + quantity + "\"}");
    ASSERT_FALSE(parsed.has_value());
    EXPECT_LE(parsed.error().received.size(), 64U);
    EXPECT_TRUE(parsed.error().received.ends_with("\xC3\xA4..."));
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

TEST(ApiRequests, ReadsCancelAll) {
    const auto all = parse_cancel_all("");
    ASSERT_TRUE(all.has_value());
    EXPECT_FALSE(all.value().value.symbol.has_value());
    EXPECT_FALSE(all.value().value.protective);
    EXPECT_EQ(all.value().canonical, "");
    const auto some = parse_cancel_all(R"({"symbol":"BTCUSDT","protective":true})");
    ASSERT_TRUE(some.has_value());
    EXPECT_EQ(some.value().value.symbol, model::Symbol("BTCUSDT"));
    EXPECT_TRUE(some.value().value.protective);
    EXPECT_TRUE(parse_cancel_all(R"({"exchange":"binance"})").has_value());
    EXPECT_EQ(parse_cancel_all(R"({"exchange":"kraken"})").error().field, "exchange");
    EXPECT_EQ(parse_cancel_all(R"({"symbol":"x"})").error().code, "INVALID_FIELD");
    EXPECT_EQ(parse_cancel_all(R"({"protective":1})").error().field, "protective");
    EXPECT_EQ(parse_cancel_all(R"({"all":true})").error().code, "UNKNOWN_FIELD");
}

}  // namespace
}  // namespace botcore::protocol
