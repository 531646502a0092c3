// Responses to failures that the caller did not cause.

#include "adapters/store_sqlite/database.hpp"
#include "api/api.hpp"
#include "api/api_context.hpp"
#include "tests/api_world/api_world.hpp"

#include <gtest/gtest.h>

#include <future>
#include <map>
#include <memory>

namespace botcore::api {
namespace {

class ApiFailures : public testing::Test {
protected:
    /// Damages the journal in the store file, as another program could.
    void damage_the_journal() {
        change_the_file("UPDATE journal SET record = x'00FF' WHERE seq > 1");
    }

    void change_the_file(const char* statements) {
        auto opened = store_sqlite::Database::open(
            world_.database().string(), "", store_sqlite::OpenMode::ReadWrite);
        ASSERT_TRUE(opened.has_value());
        store_sqlite::Database file = std::move(opened).value();
        ASSERT_TRUE(file.execute(statements).has_value());
    }

    ApiWorld world_;
};

// @spec:I7
TEST_F(ApiFailures, AFencedWriterRefusesReadsAndCommands) {
    world_.fence();
    EXPECT_EQ(world_.command("POST", kOrders, kBuy).status, 503);
    EXPECT_EQ(ApiWorld::code(world_.get(kOrders)), "NOT_THE_WRITER");
    EXPECT_EQ(ApiWorld::code(world_.command("POST", kOrders, kBuy)), "NOT_THE_WRITER");
}

TEST_F(ApiFailures, AMissingOrderBookIsReportedAsPriceMissing) {
    world_.market.silent = true;
    const auto response = world_.get("/api/market/book/BTCUSDT");
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(ApiWorld::code(response), "PRICE_MISSING");
}

// @spec:I12
TEST_F(ApiFailures, ADamagedJournalIsReported) {
    const auto placed = ApiWorld::data(world_.command("POST", kOrders, kBuy));
    const std::string id(placed.at("order_id").as_string());
    damage_the_journal();
    const auto response = world_.get("/api/journal");
    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(ApiWorld::code(response), "JOURNAL_DAMAGED");
    EXPECT_EQ(ApiWorld::code(world_.get("/api/orders/" + id + "/explain")), "JOURNAL_DAMAGED");
    EXPECT_EQ(ApiWorld::code(world_.get("/api/audit")), "JOURNAL_DAMAGED");
}

TEST_F(ApiFailures, AnUnreadableJournalGivesNoExplanation) {
    const auto placed = ApiWorld::data(world_.command("POST", kOrders, kBuy));
    const std::string id(placed.at("order_id").as_string());
    change_the_file("ALTER TABLE journal RENAME TO journal_lost");
    EXPECT_EQ(world_.get("/api/orders/" + id).status, 200);
    EXPECT_EQ(world_.get("/api/orders/" + id + "/explain").status, 503);
    change_the_file("ALTER TABLE head RENAME TO head_lost");
    EXPECT_EQ(world_.get("/api/audit").status, 503);
}

// @spec:R2-TMO-02 @spec:R2-TMO-07 @spec:R2-TMO-08 @error:STORE_TIMEOUT
TEST_F(ApiFailures, ASlowReadTimesOutAndIsCounted) {
    world_.fail_reads(1, ports::StoreError::TimedOut);
    const auto response = world_.get(kOrders);
    EXPECT_EQ(response.status, 504);
    EXPECT_EQ(ApiWorld::code(response), "STORE_TIMEOUT");
    EXPECT_EQ(world_.metric("timeouts_total{op=\"database_query\"}"), 1.0);
    EXPECT_EQ(world_.get(kOrders).status, 200);
}

// @spec:R2-RETRY-09 @spec:R2-RETRY-02 @spec:R2-RETRY-03
TEST_F(ApiFailures, AFailedReadIsRetriedAfterOneTwoAndFourSeconds) {
    const auto expect_waits = [&](const std::vector<std::int64_t>& seconds) {
        ASSERT_EQ(world_.waits.size(), seconds.size());
        for (std::size_t i = 0; i < seconds.size(); ++i) {  // Each wait varies by 20 %.
            EXPECT_GE(world_.waits[i], model::Duration::milliseconds(seconds[i] * 800));
            EXPECT_LE(world_.waits[i], model::Duration::milliseconds(seconds[i] * 1'200));
        }
    };
    world_.fail_reads(2, ports::StoreError::Unavailable);
    EXPECT_EQ(world_.get(kOrders).status, 200);
    expect_waits({1, 2});
    EXPECT_EQ(world_.metric("retry_attempts_total{op=\"store\",result=\"failure\"}"), 1.0);
    EXPECT_EQ(world_.metric("retry_attempts_total{op=\"store\",result=\"success\"}"), 1.0);
    world_.fail_reads(4, ports::StoreError::Unavailable);
    const auto response = world_.get(kOrders);
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(ApiWorld::code(response), "SERVICE_UNAVAILABLE");
    expect_waits({1, 2, 1, 2, 4});
    const auto details = ApiWorld::json(response).at("error").at("details");
    EXPECT_EQ(details.at("retries").as_int64(), 3);
    EXPECT_EQ(details.at("last_error").as_string(), "the store could not be read");
    EXPECT_EQ(world_.metric("retry_attempts_total{op=\"store\",result=\"failure\"}"), 4.0);
}

// @spec:R2-RETRY-09
TEST_F(ApiFailures, TheRetriesOfFailedReadsHaveABudget) {
    std::size_t requests = 0;
    std::size_t retries = 0;
    do {  // Each request makes up to three retries, until the budget is spent.
        world_.waits.clear();
        world_.fail_reads(4, ports::StoreError::Unavailable);
        EXPECT_EQ(world_.get(kOrders).status, 503);
        retries += world_.waits.size();
        ASSERT_LT(++requests, 100U);
    } while (!world_.waits.empty());
    EXPECT_EQ(retries, 100U);
    world_.fail_reads(0, ports::StoreError::Unavailable);
    net::HttpExchange answered;
    answered.status = 200;
    for (int i = 0; i < 5; ++i)
        world_.handler().on_finished(answered);
    world_.waits.clear();
    world_.fail_reads(1, ports::StoreError::Unavailable);
    EXPECT_EQ(world_.get(kOrders).status, 200) << "Successful requests refill the budget.";
    EXPECT_EQ(world_.waits.size(), 1U);
}

// Storing the response in the cache does not count the retry a second time.
TEST_F(ApiFailures, ARetriedReadOfACachedRouteIsCountedOnce) {
    const std::map<std::string, std::string> paths{
        {"/api/accounts/futures/history", "/api/accounts/futures/history?limit=7"},
        {"/api/accounts/futures/performance", "/api/accounts/spot/performance"}};
    for (const auto& [path, unread] : paths) {
        const auto count = [&](const std::string& result) {
            return world_.metric("retry_attempts_total{op=\"store\",result=\"" + result + "\"}")
                .value_or(0.0);
        };
        const auto succeeded = count("success");
        const auto failed = count("failure");
        world_.fail_reads(2, ports::StoreError::Unavailable);
        EXPECT_EQ(world_.get(path).status, 200) << path;
        EXPECT_EQ(count("success"), succeeded + 1) << path;
        EXPECT_EQ(count("failure"), failed + 1) << path;
        world_.fail_reads(4, ports::StoreError::Unavailable);
        EXPECT_EQ(world_.get(unread).status, 503) << path;
        EXPECT_EQ(count("success"), succeeded + 1) << path;
        EXPECT_EQ(count("failure"), failed + 4) << path;
    }
}

// @spec:I12
TEST_F(ApiFailures, EveryReadRouteReportsAnUnreadableStore) {
    const auto placed = ApiWorld::data(world_.command("POST", kOrders, kBuy));
    const std::string id(placed.at("order_id").as_string());
    change_the_file(
        "ALTER TABLE journal RENAME TO journal_lost;"
        "ALTER TABLE orders RENAME TO orders_lost;"
        "ALTER TABLE fills RENAME TO fills_lost;");
    for (const std::string& path : {std::string(kOrders),
                                    std::string("/api/accounts/futures/history"),
                                    std::string("/api/accounts/futures/performance"),
                                    std::string("/api/orders/" + id),
                                    std::string("/api/orders/" + id + "/explain"),
                                    std::string("/api/journal"),
                                    std::string("/api/audit")}) {
        const auto response = world_.get(path);
        EXPECT_EQ(response.status, 503) << path;
        EXPECT_EQ(ApiWorld::code(response), "SERVICE_UNAVAILABLE") << path;
    }
}

// @spec:R2-TMO-01
// @spec:R2-TMO-07
TEST_F(ApiFailures, ACommandThatWaitedBeyondItsDeadlineIsNotExecuted) {
    std::promise<net::HttpResponse> promised;
    world_.on_loop([&] {
        net::HttpRequest request;
        request.method = "POST";
        request.target = std::string(kOrders);
        request.segments = {"api", "accounts", "futures", "orders"};
        request.headers = {{"authorization", "Bearer " + std::string(kToken)},
                           {"content-type", "application/json"},
                           {"idempotency-key", "late"}};
        request.body = std::string(kBuy);
        world_.api().handle(std::move(request), [&promised](net::HttpResponse response) {
            promised.set_value(std::move(response));
        });
        world_.skip(model::Duration::seconds(25));
    });
    const net::HttpResponse response = promised.get_future().get();
    EXPECT_EQ(response.status, 504);
    EXPECT_EQ(response.error_code, "TIMEOUT");
    EXPECT_NE(response.body.find("\"retries\":0"), std::string::npos);
    EXPECT_NE(response.body.find("\"last_error\":"), std::string::npos);
    EXPECT_EQ(world_.exchange.placed, 0);
    EXPECT_EQ(world_.ask("POST", kOrders, "Idempotency-Key: late\r\n", kBuy).status, 200)
        << "The key can still be used.";
}

// @spec:R2-ERR-07
// @error:OVERLOADED
TEST_F(ApiFailures, RequestsBeyondTheQueueLimitAreRefusedAtOnce) {
    constexpr int kRequests = 5'000;
    // Shared, because responses may arrive after this function has ended.
    const auto codes = std::make_shared<std::map<std::string, int>>();
    int refused = 0;
    world_.on_loop([&] {
        for (int i = 0; i < kRequests; ++i) {
            net::HttpRequest request;
            request.method = "POST";
            request.target = std::string(kOrders);
            request.segments = {"api", "accounts", "futures", "orders"};
            request.headers = {{"authorization", "Bearer " + std::string(kToken)},
                               {"content-type", "application/json"},
                               {"idempotency-key", "many-" + std::to_string(i)}};
            request.body = std::string(kBuy);
            world_.api().handle(std::move(request), [codes](const net::HttpResponse& response) {
                ++(*codes)[response.error_code];
            });
        }
        refused = (*codes)["OVERLOADED"];
    });
    EXPECT_GT(refused, 0);
    EXPECT_LT(refused, kRequests);
}

}  // namespace
}  // namespace botcore::api
