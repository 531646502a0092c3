#include "services/users/session_table.hpp"

#include <gtest/gtest.h>

namespace botcore::users {
namespace {

class NoVerifier final : public host::TokenVerifier {
public:
    [[nodiscard]] std::optional<host::Caller> caller_of(std::string_view /*token*/,
                                                        model::Timestamp /*now*/) const override {
        return std::nullopt;
    }
};

TEST(SessionTable, KnowsEachUserAsLastPut) {
    const NoVerifier others;
    SessionTable table(others);
    ports::User ann;
    ann.id = model::Owner("u-ann");
    ann.email = "ann@example.org";
    table.put(ann);
    ASSERT_NE(table.find_user(ann.id), nullptr);
    EXPECT_EQ(table.find_user(ann.id)->email, "ann@example.org");
    ann.email = "ann@example.com";
    ann.active = false;
    table.put(ann);
    ASSERT_EQ(table.users().size(), 1U);
    EXPECT_EQ(table.users().front().email, "ann@example.com");
    EXPECT_FALSE(table.find_user(ann.id)->active);
    EXPECT_EQ(table.find_user(model::Owner("u-bob")), nullptr);
}

}  // namespace
}  // namespace botcore::users
