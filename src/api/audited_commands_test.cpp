#include "api/audited_commands.hpp"

#include "services/users/operator_token.hpp"
#include "tests/api_world/api_world.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace botcore::api {
namespace {

const model::Owner kAda("ada");

host::Caller operator_caller() {
    return {users::operator_owner(), host::Role::Operator, "operator"};
}

/// The audit as "act subject outcome detail" lines, newest first.
std::vector<std::string> acts(ApiWorld& world) {
    std::vector<std::string> list;
    const auto page = ApiWorld::data(world.get("/api/audit"));
    for (const auto& action : page.at("acts").as_array()) {
        std::string line;
        for (const char* field : {"act", "subject", "outcome", "detail"}) {
            const auto& value = action.at(field);
            line += (line.empty() ? "" : " ") +
                    (value.is_null() ? std::string("-") : std::string(value.as_string()));
        }
        list.push_back(std::move(line));
    }
    return list;
}

TEST(OperatorActs, AreRecordedInTheAuditWithTheirReason) {
    ApiWorld world;
    const std::string state = "/api/accounts/futures/state";
    const std::string freeze = R"({"state":"FROZEN","text":"a strange fill"})";
    const std::string once = "Idempotency-Key: once\r\n";
    EXPECT_EQ(world.ask("POST", state, once, freeze).status, 200);
    EXPECT_EQ(world.ask("POST", state, once, freeze).status, 200)
        << "The repetition has no second effect.";
    EXPECT_EQ(
        world.command("POST", state, R"({"state":"ACTIVE","text":"it was explained"})").status,
        200);
    EXPECT_EQ(world
                  .command("POST",
                           "/api/transfers",
                           R"({"from":"futures","to":"nowhere","amount":"5","asset":"USDT"})")
                  .status,
              404);
    EXPECT_EQ(world.command("POST", "/api/accounts/futures/flatten").status, 200);
    EXPECT_EQ(world
                  .command("POST",
                           "/api/accounts/futures/orders",
                           R"({"symbol":"BTCUSDT","side":"BUY","quantity":"0.01"})")
                  .status,
              200);
    EXPECT_EQ(
        acts(world),
        (std::vector<std::string>{"account-flattened futures ok ",
                                  "money-moved futures refused 5 USDT to nowhere: ACCOUNT_UNKNOWN",
                                  "account-released futures ok it was explained",
                                  "account-frozen futures ok a strange fill",
                                  "account-opened spot ok ",
                                  "account-opened futures ok "}));
}

TEST(OperatorActs, IncludeTradesOnlyOnAccountsOfOtherOwners) {
    model::PlaceOrder order;
    order.account = model::AccountId("ada-futures");
    order.instrument.symbol = model::Symbol("BTCUSDT");
    order.quantity = model::Quantity::whole(2);
    const auto action = audited_command(operator_caller(), order, kAda);
    ASSERT_TRUE(action.has_value());
    EXPECT_EQ(action->action, "order-placed");
    EXPECT_EQ(action->subject, "ada-futures");
    EXPECT_EQ(action->detail, "BUY 2 BTCUSDT");
    EXPECT_FALSE(audited_command(operator_caller(), order, users::operator_owner()).has_value());
    EXPECT_FALSE(audited_command({kAda, host::Role::Trader, "ada"}, order, kAda).has_value());
}

TEST(OperatorActs, IncludeTheReasonOfAnAbandonedOrder) {
    model::CancelOrder cancel;
    cancel.account = model::AccountId("futures");
    cancel.order = model::ClientOrderId("BC1-000001-42");
    EXPECT_FALSE(audited_command(operator_caller(), cancel, users::operator_owner()).has_value());
    cancel.reason = "the signal is old";
    const auto action = audited_command(operator_caller(), cancel, users::operator_owner());
    ASSERT_TRUE(action.has_value());
    EXPECT_EQ(action->action, "order-given-up");
    EXPECT_EQ(action->detail, "BC1-000001-42: the signal is old");
}

}  // namespace
}  // namespace botcore::api
