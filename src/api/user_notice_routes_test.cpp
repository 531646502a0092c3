#include "api/user_notice_routes.hpp"

#include "host/outbound_folder_test.hpp"
#include "services/users/operator_token.hpp"
#include "tests/api_world/route_call.hpp"
#include "tests/scratch/memory_service_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::api {
namespace {

using model::Owner;
using testing::HasSubstr;

class UserNoticeRoutesTest : public testing::Test {
protected:
    void SetUp() override {
        auto made = notifications::UserPreferences::make(store_, folder_.log());
        ASSERT_TRUE(made.has_value()) << made.error();
        preferences_ = std::move(made).value();
    }

    RouteResponse ask(const std::string& user, const std::string& method, const std::string& body) {
        UserNoticeRoutes routes({.preferences = *preferences_,
                                 .mail = mail_,
                                 .record = [this](const audit::AuditEvent& event) {
                                     acts_.push_back(event.actor.text() + " " +
                                                     std::string(event.action));
                                 }});
        return call_route(
            routes, method, {"api", "auth", "me", "notifications"}, body, {}, Owner(user));
    }

    host::TestFolder folder_;
    scratch::MemoryServiceStore store_;
    std::unique_ptr<notifications::UserPreferences> preferences_;
    UserMail mail_ = UserMail::Configured;
    std::vector<std::string> acts_;
};

TEST_F(UserNoticeRoutesTest, AUserIsToldEverythingUntilItChoosesOtherwise) {
    EXPECT_THAT(ask("u-ann", "GET", "").body,
                HasSubstr(R"("maintenance":true,"outages":true,"account":true)"));
    const auto changed =
        ask("u-ann", "PUT", R"({"maintenance":true,"outages":false,"account":true})");
    EXPECT_EQ(changed.status, 200);
    EXPECT_THAT(changed.body, HasSubstr(R"("outages":false)"));
    EXPECT_THAT(ask("u-ann", "GET", "").body, HasSubstr(R"("outages":false)"));
    EXPECT_THAT(ask("u-bob", "GET", "").body, HasSubstr(R"("outages":true)"));
    EXPECT_THAT(acts_, testing::ElementsAre("u-ann notifications-changed"));
}

TEST_F(UserNoticeRoutesTest, SaysWhetherMailsCanBeSent) {
    EXPECT_THAT(ask("u-ann", "GET", "").body, HasSubstr(R"("email_configured":true)"));
    mail_ = UserMail::NotConfigured;
    EXPECT_THAT(ask("u-ann", "GET", "").body, HasSubstr(R"("email_configured":false)"));
}

TEST_F(UserNoticeRoutesTest, AWrongBodyChangesNothing) {
    for (const auto* body :
         {"",
          "[]",
          R"({"maintenance":false})",
          R"({"maintenance":"no","outages":true,"account":true})",
          R"({"maintenance":1,"outages":true,"account":true})",
          R"({"maintenance":false,"maintenance":true,"outages":true,"account":true})",
          R"({"maintenance":false,"outages":true,"account":true,"marketing":true})"})
        EXPECT_EQ(ask("u-ann", "PUT", body).status, 400) << body;
    EXPECT_EQ(preferences_->of(Owner("u-ann")), operations::UserTopics());
    EXPECT_EQ(store_.size(), 0U);
}

TEST_F(UserNoticeRoutesTest, TheResponseWaitsUntilTheChoiceIsDurable) {
    store_.hang();
    const auto asked =
        ask("u-ann", "PUT", R"({"maintenance":false,"outages":false,"account":false})");
    EXPECT_EQ(asked.status, 0);
    EXPECT_THAT(acts_, testing::IsEmpty());
}

TEST_F(UserNoticeRoutesTest, TheOperatorsTokenIsNoUser) {
    const std::string nobody = users::operator_owner().text();
    const std::string body = R"({"maintenance":true,"outages":true,"account":true})";
    EXPECT_EQ(ask(nobody, "GET", "").code, "NOT_A_USER");
    EXPECT_EQ(ask(nobody, "PUT", body).code, "NOT_A_USER");
    EXPECT_EQ(store_.size(), 0U);
}

}  // namespace
}  // namespace botcore::api
