#include "protocol/flat_reader.hpp"

#include <gtest/gtest.h>

namespace botcore::protocol {
namespace {

FieldReader reader_of(std::string_view body) {
    return FieldReader(parse_flat_object(body).value());
}

TEST(FieldReader, ShowsNothingOfARejectedSecret) {
    for (const char* body : {R"({"password":"hunter2-hunter2"})",
                             R"({"password":2718281828})",
                             R"({"password":true})",
                             R"({"password":null})"}) {
        FieldReader reader = reader_of(body);
        const auto secret = reader.secret("password", 8);
        ASSERT_FALSE(secret.has_value()) << body;
        EXPECT_EQ(secret.error().code, "INVALID_FIELD");
        EXPECT_EQ(secret.error().field, "password");
        EXPECT_EQ(secret.error().message, "'password' must be a text of at most 8 bytes");
        EXPECT_TRUE(secret.error().received.empty());
        EXPECT_EQ(reader.canonical().find("hunter2"), std::string::npos);
    }
}

TEST(FieldReader, ReadsASecretUpToItsLimitAndOmitsItFromTheCanonicalText) {
    FieldReader reader = reader_of(R"({"password":"hunter22"})");
    EXPECT_EQ(reader.secret("password", 8).value(), "hunter22");
    EXPECT_EQ(reader.canonical().find("hunter22"), std::string::npos);
    EXPECT_EQ(reader.secret("pin", 8).error().code, "MISSING_FIELD");
}

}  // namespace
}  // namespace botcore::protocol
