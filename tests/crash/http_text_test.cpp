#include "tests/crash/http_text.hpp"

#include <gtest/gtest.h>

namespace botcore::crash {
namespace {

constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\ncontent-length: 13\r\nIdempotent-Replayed: true\r\n\r\n"
    "{\"a\":\"b\",\"c\":";

TEST(HttpText, WaitsForTheWholeResponse) {
    ReplyFields answer;
    for (std::size_t size = 0; size < kAnswer.size(); ++size) {
        const auto taken = parse_response(kAnswer.substr(0, size), answer);
        ASSERT_TRUE(taken.has_value());
        EXPECT_EQ(*taken, 0U);
    }
    const std::string two = std::string(kAnswer) + "HTTP/1.1 ";
    EXPECT_EQ(parse_response(two, answer), kAnswer.size());
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "{\"a\":\"b\",\"c\":");
    EXPECT_TRUE(answer.replayed);
}

TEST(HttpText, RefusesBytesThatAreNotAResponse) {
    ReplyFields answer;
    EXPECT_FALSE(parse_response("hello\r\n\r\n", answer).has_value());
    EXPECT_FALSE(parse_response("HTTP/1.1 200 OK\r\n\r\n", answer).has_value());
}

TEST(HttpText, FindsFieldsOfABody) {
    constexpr std::string_view kBody =
        R"({"data":{"order_id":"BC1","price":null,"version":2,"last":true}})";
    EXPECT_EQ(field_of(kBody, "order_id"), "BC1");
    EXPECT_EQ(field_of(kBody, "price"), "");
    EXPECT_EQ(field_of(kBody, "version"), "2");
    EXPECT_EQ(field_of(kBody, "last"), "true");
    EXPECT_EQ(field_of(kBody, "none"), "");
}

}  // namespace
}  // namespace botcore::crash
