#include "net/server_errors.hpp"

#include <gtest/gtest.h>

namespace botcore::net {
namespace {

TEST(ServerErrors, ArePlainTextWithoutARenderer) {
    const HttpResponse response = refusal({}, kMalformed, "req_1");
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(response.error_code, "INVALID_HTTP");
    EXPECT_EQ(response.content_type, "text/plain; charset=utf-8");
    EXPECT_EQ(response.body, "INVALID_HTTP: this is not a well-formed HTTP/1.1 request\n");
    EXPECT_TRUE(response.headers.empty());
}

TEST(ServerErrors, AreRenderedByTheOwnerOfTheServer) {
    const RenderError render =
        [](const ErrorResponse& error, std::string_view id, HttpResponse& to) {
            to.content_type = "application/json";
            to.body = std::string(error.code) + " for " + std::string(id);
        };
    const HttpResponse response = refusal(render, kTooMany, "req_2");
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.content_type, "application/json");
    EXPECT_EQ(response.body, "TOO_MANY_CONNECTIONS for req_2");
    ASSERT_EQ(response.headers.size(), 1U);
    EXPECT_EQ(response.headers[0].first, "Retry-After");
    EXPECT_EQ(response.headers[0].second, "1");
}

}  // namespace
}  // namespace botcore::net
