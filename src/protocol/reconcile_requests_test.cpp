#include "protocol/reconcile_requests.hpp"

#include <gtest/gtest.h>

namespace botcore::protocol {
namespace {

std::string code(const auto& parsed) {
    return parsed ? std::string("none") : std::string(parsed.error().code);
}

TEST(ReconcileRequests, ReasonsAreOneLineWithoutControlCharacters) {
    for (const char* mark :
         {"\\n", "\\u001b", "\\u007f", "\\u009b", "\\u202e", "\\u2066", "\\u2028"}) {
        const std::string text = std::string("\"a") + mark + "b\"}";
        EXPECT_EQ(code(parse_cancel_order(R"({"reason":)" + text)), "INVALID_FIELD") << mark;
        EXPECT_EQ(code(parse_account_state(R"({"state":"FROZEN","text":)" + text)), "INVALID_FIELD")
            << mark;
        EXPECT_EQ(
            code(parse_adopt_books(R"({"asset":"USDT","seen":"1","total":"1","text":)" + text)),
            "INVALID_FIELD")
            << mark;
    }
    const auto parsed =
        parse_account_state(R"({"state":"FROZEN","text":"caf\u00e9 \u4e0a\u6d77"})");
    ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
    EXPECT_EQ(parsed.value().value.text, "caf\u00e9 \u4e0a\u6d77");
}

}  // namespace
}  // namespace botcore::protocol
