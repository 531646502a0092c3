// Requests while a commit is in progress: the state in memory may still be lost, so nobody reads it
// before the result (I6).

#include "tests/api_world/api_world.hpp"

#include <future>

namespace botcore::api {
namespace {

class LateCommit : public ::testing::Test {
protected:
    /// Sends a request from another thread.
    std::future<net::TestResponse> start(std::string method, std::string path, std::string body) {
        return std::async(std::launch::async, [this, method, path, body] {
            return body.empty() ? world_.get(path) : world_.command(method, path, body);
        });
    }

    [[nodiscard]] std::size_t orders_in(const net::TestResponse& response) const {
        return ApiWorld::data(response).at("orders").as_array().size();
    }

    ApiWorld world_;
};

// @spec:I6
TEST_F(LateCommit, AReaderSeesAnOrderOnlyOnceItIsDurable) {
    world_.hold_commits();
    auto placed = start("POST", std::string(kOrders), std::string(kRest));
    world_.await_held_commit();
    auto list = start("GET", std::string(kOrders), "");
    EXPECT_EQ(world_.get("/health").status, 200) << "Probes do not wait.";
    EXPECT_EQ(world_.get("/health/ready").status, 200);
    EXPECT_EQ(world_.get("/health/detailed").status, 200);
    EXPECT_EQ(world_.metric("orders_live"), 0.0);
    world_.complete_commit();
    EXPECT_EQ(placed.get().status, 200);
    EXPECT_EQ(world_.metric("orders_live"), 1.0);
    EXPECT_EQ(orders_in(list.get()), 1U);
}

// @spec:I6
TEST_F(LateCommit, AReaderNeverSeesAnOrderWhoseCommitFails) {
    world_.hold_commits();
    auto placed = start("POST", std::string(kOrders), std::string(kRest));
    world_.await_held_commit();
    auto list = start("GET", std::string(kOrders), "");
    EXPECT_EQ(world_.get("/health").status, 200);
    world_.break_store(true);
    world_.complete_commit();
    const auto response = placed.get();
    EXPECT_EQ(response.status, 503);
    EXPECT_NE(response.body.find("OUTCOME_UNKNOWN"), std::string::npos);
    EXPECT_NE(list.get().body.find("\"error\""), std::string::npos) << "The store is not loaded.";
    world_.break_store(false);
    world_.pass(model::Duration::seconds(1));
    EXPECT_EQ(orders_in(world_.get(kOrders)), 0U);
    EXPECT_EQ(world_.exchange.placed, 0) << "I1";
}

/// Reads are served from memory while the disk hangs, so only the commit shows it.
TEST_F(LateCommit, ACommitThatHangsMakesTheStoreUnhealthy) {
    world_.hold_commits();
    auto placed = start("POST", std::string(kOrders), std::string(kRest));
    world_.await_held_commit();
    EXPECT_EQ(world_.get("/health").status, 200);
    world_.pass(model::Duration::seconds(3));
    EXPECT_EQ(world_.get("/health").status, 503);
    const auto details = world_.get("/health/detailed");
    EXPECT_NE(details.body.find("a commit has been waiting for 3 s"), std::string::npos)
        << details.body;
    world_.complete_commit();
    EXPECT_EQ(placed.get().status, 200);
    EXPECT_EQ(world_.get("/health").status, 200);
}

TEST_F(LateCommit, RequestsOfThatTimeAreCommittedTogetherAfterwards) {
    world_.hold_commits();
    auto first = start("POST", std::string(kOrders), std::string(kRest));
    world_.await_held_commit();
    auto second = start("POST", std::string(kOrders), std::string(kRest));
    auto third = start("POST", "/api/accounts/futures/positions/BTCUSDT/close", "{}");
    EXPECT_EQ(world_.get("/health").status, 200);
    world_.complete_commit();
    EXPECT_EQ(first.get().status, 200);
    EXPECT_EQ(second.get().status, 200);
    EXPECT_EQ(third.get().status, 404) << "There is no position.";
}

}  // namespace
}  // namespace botcore::api
