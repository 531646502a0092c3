#include "protocol/maintenance_requests.hpp"

#include <gtest/gtest.h>

namespace botcore::protocol {
namespace {

TEST(MaintenanceRequests, EverythingHasADefault) {
    const auto requested = parse_maintenance_request("");
    ASSERT_TRUE(requested);
    EXPECT_FALSE(requested.value().value.begin);
    EXPECT_EQ(requested.value().value.length, base::Duration::seconds(7'200));
    EXPECT_FALSE(requested.value().value.emergency);
    const auto now = parse_maintenance_now("{}");
    ASSERT_TRUE(now);
    EXPECT_EQ(now.value().value.length, base::Duration::seconds(3'600));
    EXPECT_TRUE(now.value().value.emergency);
    const auto end = parse_maintenance_end("");
    ASSERT_TRUE(end);
    EXPECT_FALSE(end.value().value.ramp);
}

TEST(MaintenanceRequests, ReadsAllFields) {
    const auto requested = parse_maintenance_request(
        R"({"text":"a new disk","minutes":90,"emergency":true,"begin":"2026-12-06T02:00Z"})");
    ASSERT_TRUE(requested);
    EXPECT_EQ(requested.value().value.begin, base::Timestamp::from_milliseconds(1'796'522'400'000));
    EXPECT_EQ(requested.value().value.length, base::Duration::seconds(5'400));
    EXPECT_TRUE(requested.value().value.emergency);
    EXPECT_EQ(requested.value().value.text, "a new disk");
    EXPECT_EQ(
        requested.value().canonical,
        R"({"begin":"2026-12-06T02:00Z","emergency":"true","minutes":"90","text":"a new disk"})");
    EXPECT_TRUE(parse_maintenance_end(R"({"ramp":true})").value().value.ramp);
}

TEST(MaintenanceRequests, RejectsInvalidRequests) {
    const auto code = [](const auto& parsed) {
        return parsed ? std::string("none") : std::string(parsed.error().code);
    };
    EXPECT_EQ(code(parse_maintenance_request("[")), "INVALID_JSON");
    EXPECT_EQ(code(parse_maintenance_request(R"({"begin":"tomorrow"})")), "INVALID_FIELD");
    EXPECT_EQ(code(parse_maintenance_request(R"({"minutes":0})")), "INVALID_FIELD");
    EXPECT_EQ(code(parse_maintenance_request(R"({"minutes":100001})")), "INVALID_FIELD");
    EXPECT_EQ(code(parse_maintenance_request(R"({"emergency":"yes"})")), "INVALID_FIELD");
    EXPECT_EQ(code(parse_maintenance_request(R"({"text":"two\nlines"})")), "INVALID_FIELD");
    for (const char* mark : {"\\u001b", "\\u007f", "\\u009b", "\\u202e", "\\u2066", "\\u2028"}) {
        const std::string body = std::string(R"({"text":"a)") + mark + "\"}";
        EXPECT_EQ(code(parse_maintenance_request(body)), "INVALID_FIELD") << mark;
        EXPECT_EQ(code(parse_maintenance_now(body)), "INVALID_FIELD") << mark;
    }
    EXPECT_EQ(code(parse_maintenance_request(R"({"text":")" + std::string(501, 'x') + "\"}")),
              "INVALID_FIELD");
    EXPECT_EQ(code(parse_maintenance_request(R"({"end":"2026-12-06T02:00Z"})")), "UNKNOWN_FIELD");
    EXPECT_EQ(code(parse_maintenance_now(R"({"begin":"2026-12-06T02:00Z"})")), "UNKNOWN_FIELD");
    EXPECT_EQ(code(parse_maintenance_now(R"({"minutes":"soon"})")), "INVALID_FIELD");
    EXPECT_EQ(code(parse_maintenance_end(R"({"ramp":1})")), "INVALID_FIELD");
    EXPECT_EQ(code(parse_maintenance_end(R"({"when":1})")), "UNKNOWN_FIELD");
}

}  // namespace
}  // namespace botcore::protocol
