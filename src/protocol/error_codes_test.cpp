#include "protocol/error_codes.hpp"

#include "model/order.hpp"
#include "protocol/api_json.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace botcore::protocol {
namespace {

// @spec:R2-ERR-11
// @spec:R2-AC-20
TEST(ErrorCodes, HaveACauseAndANextStep) {
    for (const auto& row : error_codes()) {
        EXPECT_FALSE(row.cause.empty()) << row.code;
        EXPECT_GE(row.next_step.size(), 12U) << row.code;
        EXPECT_EQ(find_error_code(row.code), &row);
    }
    EXPECT_EQ(find_error_code("NO_SUCH_CODE"), nullptr);
    EXPECT_EQ(find_error_code(""), nullptr);
}

TEST(ErrorCodes, HaveARowForEachRefusalReason) {
    std::size_t reasons = 0;
    for (unsigned i = 1; i < 256; ++i) {
        const std::string_view code = to_text(static_cast<model::OrderReason>(i));
        if (code == "?") continue;
        EXPECT_NE(find_error_code(code), nullptr) << code;
        ++reasons;
    }
    EXPECT_GE(reasons, 40U);
}

// @spec:R2-ERR-09 R2-ERR-11
TEST(ErrorBody, HasRetriesAndTheLastErrorOfTheTable) {
    const std::string body = error_body({.code = "PRICE_STALE",
                                         .message = "the price is 3000 ms old",
                                         .request_id = "req_abc123",
                                         .details = {},
                                         .retries = 2},
                                        {});
    const auto error = boost::json::parse(body).at("error");
    EXPECT_EQ(error.at("code").as_string(), "PRICE_STALE");
    EXPECT_EQ(error.at("details").at("retries").as_int64(), 2);
    EXPECT_EQ(error.at("details").at("last_error").as_string(), "the newest price is too old");
    EXPECT_TRUE(error.at("details").as_object().contains("next_step"));
    EXPECT_EQ(error.at("request_id").as_string(), "req_abc123");
    EXPECT_TRUE(error.at("timestamp").is_string());
}

// Such texts may have been stored before they were rejected, or come from an exchange; they are
// still shown.
TEST(Bodies, EscapeControlAndBidirectionalCharacters) {
    boost::json::object data;
    data["name"] = "a\u009b2Jb\u202ec\x7f";
    const std::string body = success_body(data, {});
    EXPECT_NE(body.find(R"("a\u009b2Jb\u202ec\u007f")"), std::string::npos) << body;
    EXPECT_EQ(boost::json::parse(body).at("data"), boost::json::value(data))
        << "Both spellings mean the same.";
    const std::string error = error_body(
        {.code = "NOT_FOUND", .message = "no \u202e here", .request_id = {}, .details = {}}, {});
    EXPECT_NE(error.find("no \\u202e here"), std::string::npos) << error;
}

}  // namespace
}  // namespace botcore::protocol
