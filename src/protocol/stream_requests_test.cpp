#include "protocol/stream_requests.hpp"

#include <gtest/gtest.h>

namespace botcore::protocol {
namespace {

StreamRequest accepted(std::string_view text) {
    auto request = parse_stream_request(text);
    EXPECT_TRUE(request.has_value()) << text;
    return request ? std::move(request).value() : StreamRequest{};
}

std::string refused(std::string_view text) {
    const auto request = parse_stream_request(text);
    EXPECT_FALSE(request.has_value()) << text;
    if (request) return {};
    EXPECT_FALSE(request.error().message.empty());
    return std::string(request.error().code);
}

TEST(StreamRequests, AreReadWithAllTheirFields) {
    const auto ping = accepted(R"({"type":"ping","id":"7"})");
    EXPECT_EQ(ping.id, "7");
    EXPECT_TRUE(std::holds_alternative<StreamPing>(ping.body));
    const auto who = accepted(R"({"type":"authenticate","token":"t0k"})");
    EXPECT_EQ(std::get<StreamAuthenticate>(who.body).token, "t0k");
    const auto requested = std::get<StreamSubscribe>(
        accepted(R"({"type":"subscribe","channels":["orders","prices"],"accounts":["futures"],)"
                 R"("symbols":["BTCUSDT"],"since":12,"since_index":3,"timeline":"2-9f2c41d0"})")
            .body);
    EXPECT_EQ(requested.channels, (std::vector{Channel::Orders, Channel::Prices}));
    EXPECT_EQ(requested.accounts->front().text(), "futures");
    EXPECT_EQ(requested.symbols->front().text(), "BTCUSDT");
    EXPECT_EQ(requested.since->sequence, 12U);
    EXPECT_EQ(requested.since->index, 3U);
    EXPECT_EQ(requested.timeline, "2-9f2c41d0");
    const auto leave = std::get<StreamUnsubscribe>(
        accepted(R"({"type":"unsubscribe","channels":["prices"],"symbols":["ETHUSDT"]})").body);
    EXPECT_EQ(leave.channels, std::vector{Channel::Prices});
    EXPECT_EQ(leave.symbols.front().text(), "ETHUSDT");
}

TEST(StreamRequests, WithoutChannelsSubscribeToAllExceptPrices) {
    const auto requested = std::get<StreamSubscribe>(accepted(R"({"type":"subscribe"})").body);
    EXPECT_EQ(requested.channels.size(), kChannels.size() - 1);
    EXPECT_EQ(std::count(requested.channels.begin(), requested.channels.end(), Channel::Prices), 0);
    EXPECT_FALSE(requested.accounts || requested.symbols || requested.since);
}

// @spec:R3-VAL-01 @spec:R3-VAL-03 @spec:R3-VAL-04 @spec:R3-VAL-05
TEST(StreamRequests, AreRejectedWithTheMatchingErrorCode) {
    for (const char* text : {"", "{", "[]", "7", "\"x\"", "{}{}", "null"})
        EXPECT_EQ(refused(text), "INVALID_JSON");
    EXPECT_EQ(refused(std::string(20, '[') + std::string(20, ']')), "INVALID_JSON");
    EXPECT_EQ(refused("{}"), "MISSING_FIELD");
    EXPECT_EQ(refused(R"({"type":1})"), "MISSING_FIELD");
    EXPECT_EQ(refused(R"({"type":"dance"})"), "UNKNOWN_COMMAND");
    EXPECT_EQ(refused(R"({"type":"ping","extra":1})"), "UNKNOWN_FIELD");
    EXPECT_EQ(refused(R"({"type":"ping","id":7})"), "INVALID_FIELD");
    EXPECT_EQ(refused(R"({"type":"authenticate"})"), "MISSING_FIELD");
    EXPECT_EQ(refused(R"({"type":"authenticate","token":5})"), "INVALID_FIELD");
    EXPECT_EQ(refused(R"({"type":"authenticate","token":"x","user":"y"})"), "UNKNOWN_FIELD");
    EXPECT_EQ(refused(R"({"type":"subscribe","channels":"orders"})"), "INVALID_FIELD");
    EXPECT_EQ(refused(R"({"type":"subscribe","channels":["secrets"]})"), "INVALID_FIELD");
    EXPECT_EQ(refused(R"({"type":"subscribe","channels":[1]})"), "INVALID_FIELD");
    EXPECT_EQ(refused(R"({"type":"subscribe","accounts":["No Such"]})"), "INVALID_FIELD");
    EXPECT_EQ(refused(R"({"type":"subscribe","symbols":["btc"]})"), "INVALID_FIELD");
    EXPECT_EQ(refused(R"({"type":"subscribe","since":-1})"), "INVALID_FIELD");
    EXPECT_EQ(refused(R"({"type":"subscribe","since":1.5})"), "INVALID_FIELD");
    EXPECT_EQ(refused(R"({"type":"subscribe","since":9223372036854775807})"), "INVALID_FIELD");
    EXPECT_EQ(refused(R"({"type":"subscribe","since_index":1})"), "MISSING_FIELD");
    EXPECT_EQ(refused(R"({"type":"subscribe","since":1,"since_index":"x"})"), "INVALID_FIELD");
    EXPECT_EQ(refused(R"({"type":"unsubscribe"})"), "MISSING_FIELD");
    EXPECT_EQ(refused(R"({"type":"unsubscribe","since":1})"), "UNKNOWN_FIELD");
    for (const char* timeline : {"2", "\"\"", "null", "\"2-9f2c41d0-2-9f2c41d0-2-9f2c41d0-x\""}) {
        EXPECT_EQ(
            refused(std::string(R"({"type":"subscribe","since":1,"timeline":)") + timeline + "}"),
            "INVALID_FIELD")
            << timeline;
    }
}

TEST(StreamRequests, ErrorsAndRepliesAreOneObjectEach) {
    const base::Timestamp now = base::Timestamp::from_milliseconds(1'700'000'000'000);
    EXPECT_EQ(
        render(StreamError{.id = "a", .code = "X", .message = "m", .recoverable = false}, now),
        R"({"type":"error","id":"a","code":"X","message":"m","recoverable":false,)"
        R"("timestamp":"2023-11-14T22:13:20.000Z"})");
    EXPECT_EQ(render_stream_reply("pong", "", {}, now),
              R"({"type":"pong","timestamp":"2023-11-14T22:13:20.000Z"})");
}

}  // namespace
}  // namespace botcore::protocol
