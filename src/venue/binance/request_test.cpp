#include "venue/binance/request.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace botcore::venue::binance {
namespace {

constexpr model::Timestamp kNow = model::Timestamp::from_milliseconds(1'499'827'319'559);

Request with_query(std::string_view query) {
    Request request;
    request.query = query;
    return request;
}

int code_of(std::string_view query) {
    const auto parsed = Parameters::parse(with_query(query));
    return parsed ? 0 : parsed.error().code;
}

int timing_code(std::string_view query) {
    const auto timing = read_timing(Parameters::parse(with_query(query)).value(), kNow);
    return timing ? 0 : timing.error().code;
}

TEST(WireRequest, DecodesParametersInTheirOrder) {
    Request request = with_query("symbol=BTC%2fUSDT&&empty=&flag");
    request.body = "newClientOrderId=a+b";
    const auto parameters = Parameters::parse(request);
    ASSERT_TRUE(parameters);
    ASSERT_EQ(parameters.value().all().size(), 4U);
    EXPECT_EQ(*parameters.value().find("symbol"), "BTC/USDT");
    EXPECT_EQ(*parameters.value().find("empty"), "");
    EXPECT_EQ(*parameters.value().find("flag"), "");
    EXPECT_EQ(*parameters.value().find("newClientOrderId"), "a b");
    EXPECT_EQ(parameters.value().find("price"), nullptr);
    request.content_type = "application/json";
    EXPECT_EQ(Parameters::parse(request).value().all().size(), 3U);
}

// The third example of the documentation: part in the query, part in the body.
TEST(WireRequest, SignedTextIsTheQueryFollowedByTheBodyAsSent) {
    Request request = with_query("symbol=LTC%2DBTC&signature=abc&side=BUY");
    request.body = "quantity=1&price=0.1";
    EXPECT_EQ(Parameters::parse(request).value().signed_text(),
              "symbol=LTC%2DBTC&side=BUYquantity=1&price=0.1");
}

TEST(WireRequest, RejectsMalformedAndDuplicateParameters) {
    EXPECT_EQ(code_of("a=%"), -1100);
    EXPECT_EQ(code_of("a=%4"), -1100);
    EXPECT_EQ(code_of("a=%g1"), -1100);
    EXPECT_EQ(code_of("%zz=1"), -1100);
    EXPECT_EQ(code_of("a=1&a=1"), -1101);
    Request both = with_query("a=1");
    both.body = "a=2";
    EXPECT_EQ(Parameters::parse(both).error().text, "Duplicate values for a parameter detected.");
    EXPECT_EQ(code_of("a=" + std::string(kParameterBytesMax, '1')), -1101);
    std::string many;
    for (std::size_t i = 0; i <= kParametersMax; ++i)
        many += "p" + std::to_string(i) + "=1&";
    EXPECT_EQ(code_of(many), -1101);
}

TEST(WireRequest, ReceiveWindowMustContainTheCurrentTime) {
    const std::string at = "timestamp=1499827319559";
    EXPECT_EQ(timing_code(at), 0);
    EXPECT_EQ(timing_code("timestamp=1499827319559000"), 0) << "Microseconds.";
    EXPECT_EQ(timing_code("timestamp=1499827320558"), 0);
    EXPECT_EQ(timing_code("timestamp=1499827320559"), -1021) << "A second ahead.";
    EXPECT_EQ(timing_code("timestamp=1499827314559"), 0) << "5 s old, the default.";
    EXPECT_EQ(timing_code("timestamp=1499827314558"), -1021);
    EXPECT_EQ(timing_code("timestamp=1499827314558&recvWindow=5001"), 0);
    EXPECT_EQ(timing_code("timestamp=1499827319558999&recvWindow=0.56"), 0);
    EXPECT_EQ(timing_code("timestamp=1499827319558439&recvWindow=0.56"), -1021);
    EXPECT_EQ(timing_code(at + "&recvWindow=60000"), 0);
    EXPECT_EQ(timing_code(at + "&recvWindow=60000.001"), -1131);
}

TEST(WireRequest, RejectsInvalidTimes) {
    EXPECT_EQ(timing_code("symbol=BTCUSDT"), -1102);
    EXPECT_EQ(timing_code("timestamp="), -1102);
    for (const char* const wrong : {"now", "-1", "1.5", "14998273195590000", "1e12", " 1"})
        EXPECT_EQ(timing_code("timestamp=" + std::string(wrong)), -1100) << wrong;
    for (const char* const wrong : {"", "x", "-1", "1.0001", "1e3"}) {
        EXPECT_EQ(timing_code("timestamp=1499827319559&recvWindow=" + std::string(wrong)), -1100)
            << wrong;
    }
}

TEST(WireRequest, ChecksSignaturesOfBothKinds) {
    const auto parameters = Parameters::parse(with_query("a=1")).value();
    EXPECT_EQ(check_signature(parameters, std::string("secret"))->code, -1102);
    // The empty text, signed with the key of RFC 8032, section 7.1, test 1.
    const auto key = protocol::Ed25519PublicKey::parse(
        "-----BEGIN PUBLIC KEY-----\n"
        "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
        "-----END PUBLIC KEY-----\n");
    ASSERT_TRUE(key);
    const std::string signature =
        "signature=5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc"
        "%2BbRr0lv18FlbviRlUUFDjnoQCw%3D%3D";
    EXPECT_FALSE(check_signature(Parameters::parse(with_query(signature)).value(), *key));
    EXPECT_EQ(
        check_signature(Parameters::parse(with_query(signature + "&a=1")).value(), *key)->code,
        -1022);
}

/// Requests recorded from published clients; empty when there is no data.
std::vector<boost::json::value> recorded_requests() {
    const char* const data = std::getenv("BOTTEST_DATA");
    std::vector<boost::json::value> rows;
    if (data == nullptr) return rows;
    for (const char* const below : {"vectors", "binance/vectors"}) {
        std::ifstream file(std::filesystem::path(data) / below / "signed-requests.jsonl");
        for (std::string line; std::getline(file, line);)
            rows.push_back(boost::json::parse(line));
    }
    return rows;
}

TEST(WireRequest, AcceptsAndRejectsRecordedRequestsAsExpected) {
    const auto rows = recorded_requests();
    if (rows.empty()) GTEST_SKIP() << "BOTTEST_DATA names no signed requests.";
    const auto text = [](const boost::json::value& row, const char* name) {
        const auto& value = row.at(name);
        return value.is_null() ? std::string() : std::string(value.as_string());
    };
    std::size_t good = 0;
    for (const auto& row : rows) {
        const std::string query = text(row, "query");
        const std::string body = text(row, "body");
        const std::string kind = text(row, "content_type");
        Request request = with_query(query);
        request.body = body;
        request.content_type = kind;
        const auto parameters = Parameters::parse(request);
        ASSERT_TRUE(parameters) << query;
        EXPECT_EQ(parameters.value().signed_text(), text(row, "payload"));
        const auto refused = check_signature(parameters.value(), text(row, "secret"));
        EXPECT_EQ(refused ? "bad-signature" : "ok", text(row, "expect")) << query;
        if (refused) EXPECT_EQ(refused->code, -1022);
        good += refused ? 0 : 1;
        const auto sent = std::stoll(*parameters.value().find("timestamp"));
        EXPECT_TRUE(
            read_timing(parameters.value(), model::Timestamp::from_milliseconds(sent + 100)));
    }
    EXPECT_EQ(rows.size(), 78U);
    EXPECT_EQ(good, 73U);
}

}  // namespace
}  // namespace botcore::venue::binance
