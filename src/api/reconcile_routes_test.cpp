#include "api/api_context.hpp"
#include "tests/api_world/api_world.hpp"
// Tests of comparisons with the exchange through the API.

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <fstream>

namespace botcore::api {
namespace {

class ReconcileApi : public testing::Test {
protected:
    boost::json::object futures() {
        const auto list = ApiWorld::data(world_.get("/api/reconciliation"));
        for (const auto& item : list.as_array()) {
            if (item.at("account").as_string() == "futures") return item.as_object();
        }
        return {};
    }

    std::string status() { return std::string(futures().at("status").as_string()); }

    std::string state() { return std::string(futures().at("state").as_string()); }

    /// Sets the total that the exchange reports for the account, without a position. If the total
    /// is empty, the exchange does not report the account.
    void set_total(std::optional<std::string_view> total) {
        world_.on_loop([&] {
            world_.exchange.books.reset();
            if (!total) return;
            const auto amount = model::parse_amount<model::Money>(*total).value();
            world_.exchange.books = model::VenueBooks{{}, {{model::Asset("USDT"), amount}}, {}};
        });
    }

    void compare() {
        EXPECT_EQ(world_.ask("POST", "/api/reconciliation").status, 200);
        world_.pass(model::Duration::milliseconds(10));
    }

    ApiWorld world_;
};

}  // namespace

// @spec:R4-MAN-02
// @spec:R3-INTEG-08
TEST_F(ReconcileApi, APersistentDifferenceFreezesAndAnOperatorAdoptsIt) {
    set_total("10000");
    const auto comparisons = [&] { return world_.api_context().runtime.counters().comparisons; };
    std::uint64_t before = 0;
    world_.on_loop([&] { before = comparisons(); });
    compare();
    ASSERT_EQ(status(), "OK") << boost::json::serialize(futures());
    world_.on_loop([&] { EXPECT_EQ(comparisons(), before + 2) << "Both accounts are compared."; });
    set_total("9990");
    compare();
    compare();
    EXPECT_EQ(status(), "MISMATCH");
    EXPECT_EQ(state(), "FROZEN");
    EXPECT_EQ(futures().at("balances").at(0).at("exchange").as_string(), "9990");
    EXPECT_EQ(world_.command("POST", kOrders, kBuy).status, 503);
    const auto adopted = world_.command(
        "POST",
        "/api/accounts/futures/adopt",
        R"({"asset":"USDT","seen":"10000","total":"9990","text":"the exchange's statement"})");
    EXPECT_EQ(adopted.status, 200) << adopted.body;
    const auto late =
        world_.command("POST",
                       "/api/accounts/futures/adopt",
                       R"({"asset":"USDT","seen":"10000","total":"9990","text":"once more"})");
    EXPECT_EQ(late.status, 409);
    compare();
    EXPECT_EQ(world_
                  .command("POST",
                           "/api/accounts/futures/state",
                           R"({"state":"ACTIVE","text":"the amounts agree"})")
                  .status,
              200);
    EXPECT_EQ(status(), "OK");
    EXPECT_EQ(world_.command("POST", kOrders, kBuy).status, 200);
}

TEST_F(ReconcileApi, RefusesMalformedRequests) {
    const auto adopt = [&](std::string_view body) {
        return world_.command("POST", "/api/accounts/futures/adopt", body).status;
    };
    EXPECT_EQ(adopt(R"({"asset":"USDT","seen":"1"})"), 400);
    EXPECT_EQ(adopt(R"({"symbol":"BTCUSDT","seen":"1","quantity":"1","cost":"-5","text":"x"})"),
              400);
    EXPECT_EQ(adopt(R"({"symbol":"NOSUCH","seen":"0","quantity":"0","cost":"0","text":"x"})"), 422);
    EXPECT_EQ(
        world_.command("POST", "/api/accounts/futures/state", R"({"state":"ASLEEP","text":"x"})")
            .status,
        400);
}

// @spec:R3-INTEG-12
TEST_F(ReconcileApi, LogsAConsistencyReportAndPublishesItsResult) {
    const auto send = [&](std::string_view body) {
        return world_.ask("POST", "/api/consistency-checks", "", body).status;
    };
    std::vector<ports::Notice> notices;
    world_.on_loop([&] {
        world_.send_report = [&](const ports::Notice& notice) { notices.push_back(notice); };
    });
    EXPECT_EQ(send(R"({"result":"inconsistent","report":"step 1: passed\nstep 2: FAILED"})"), 200);
    world_.on_loop([&] { world_.send_report = nullptr; });
    ASSERT_EQ(notices.size(), 1U);
    EXPECT_EQ(notices[0].level, ports::NoticeLevel::Warning);
    EXPECT_EQ(notices[0].text, "A consistency check ended: inconsistent");
    EXPECT_EQ(std::get<std::string>(notices[0].facts.at(0).second),
              "step 1: passed\nstep 2: FAILED");
    EXPECT_EQ(send(R"({"result":"inconsistent"})"), 400);
    EXPECT_EQ(send(R"({"result":"good","report":"x"})"), 400);
    EXPECT_EQ(send(R"({"result":"consistent","report":""})"), 400);
    EXPECT_EQ(send(R"({"result":"consistent","report":")" + std::string(16'385, 'x') + "\"}"), 400);
    EXPECT_EQ(world_
                  .ask_as(kTraderToken,
                          "POST",
                          "/api/consistency-checks",
                          R"({"result":"consistent","report":"x"})")
                  .status,
              403);
    std::vector<protocol::Event> events;
    world_.on_loop([&] { events = world_.events; });
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].name, "consistency_checked");
    EXPECT_EQ(events[0].channel, protocol::Channel::System);
    EXPECT_EQ(events[0].data.at("result").as_string(), "inconsistent");
    // All users get the result, but only operators may read about the accounts of others.
    EXPECT_EQ(protocol::render(events[0]).find("step 2"), std::string::npos);
    world_.flush_log();
    std::ifstream log(world_.log_file());
    std::string line;
    std::vector<std::string> reports;
    while (std::getline(log, line)) {
        const auto parsed = boost::json::parse(line).as_object();
        if (const auto* report = parsed.if_contains("report")) {
            EXPECT_EQ(parsed.at("level").as_string(), "ERROR");
            reports.emplace_back(report->as_string());
        }
    }
    EXPECT_EQ(reports, std::vector<std::string>{"step 1: passed\nstep 2: FAILED"});
}

// @spec:R4-MAN-04
// @spec:R4-MAN-05
// @spec:R4-FAIL-03
TEST_F(ReconcileApi, ListsAFailedOrderAndAbandonsItWithAReason) {
    const auto refused = world_.command(
        "POST", kOrders, R"({"symbol":"BTCUSDT","side":"BUY","quantity":"0.0000001"})");
    ASSERT_EQ(refused.status, 422);
    (void)world_.command("POST", kOrders, kBuy);
    const auto failed = ApiWorld::data(world_.get(std::string(kOrders) + "?status=failed"));
    ASSERT_EQ(failed.at("orders").as_array().size(), 1U);
    const std::string id(failed.at("orders").at(0).at("order_id").as_string());
    const int placed = world_.exchange.placed;
    const std::string path = std::string(kOrders) + "/" + id;
    EXPECT_EQ(world_.command("DELETE", path, "").status, 409);
    const auto given_up = world_.command("DELETE", path, R"({"reason":"the signal is old"})");
    EXPECT_EQ(given_up.status, 200) << given_up.body;
    EXPECT_EQ(ApiWorld::data(given_up).at("cancelled_reason").as_string(), "the signal is old");
    EXPECT_EQ(world_.exchange.placed, placed);
}

}  // namespace botcore::api
