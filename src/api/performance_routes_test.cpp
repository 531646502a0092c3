#include "api/api.hpp"
#include "api/api_context.hpp"
#include "tests/api_world/api_world.hpp"

#include <gtest/gtest.h>

#include <future>

namespace botcore::api {
namespace {

class PerformanceRoutes : public testing::Test {
protected:
    void order(std::string_view side, std::string_view quantity) {
        const auto response =
            world_.command("POST",
                           "/api/accounts/futures/orders",
                           R"({"symbol":"BTCUSDT","side":")" + std::string(side) +
                               R"(","quantity":")" + std::string(quantity) + R"("})");
        EXPECT_EQ(response.status, 200) << response.body;
    }

    static std::string cache_header(const net::TestResponse& response) {
        for (const auto& [name, value] : response.headers) {
            if (name == "x-cache") return value;
        }
        return "none";
    }

    ApiWorld world_;
};

TEST_F(PerformanceRoutes, ReportsPerformanceAsExactDecimalTexts) {
    const auto before = ApiWorld::data(world_.get("/api/trading/performance"));
    EXPECT_EQ(before.at("total_trades").as_int64(), 0);
    EXPECT_TRUE(before.at("win_rate").is_null());
    EXPECT_TRUE(before.at("since").is_null());
    EXPECT_EQ(before.at("complete").as_bool(), true);
    order("BUY", "0.02");
    order("SELL", "0.01");
    order("SELL", "0.01");
    const auto after = ApiWorld::data(world_.get("/api/accounts/futures/performance"));
    EXPECT_EQ(after.at("account").as_string(), "futures");
    EXPECT_EQ(after.at("asset").as_string(), "USDT");
    EXPECT_EQ(after.at("total_trades").as_int64(), 1);
    EXPECT_EQ(after.at("losing_trades").as_int64(), 1)
        << "At the same price the loss equals the fees.";
    EXPECT_EQ(after.at("win_rate").as_string(), "0");
    EXPECT_EQ(after.at("gross_pnl").as_string(), "0");
    EXPECT_EQ(after.at("fees").as_string(), "0.00003");
    EXPECT_EQ(after.at("total_pnl").as_string(), "-0.00003");
    EXPECT_EQ(after.at("worst_trade").as_string(), "-0.00003");
    EXPECT_EQ(after.at("max_drawdown").as_string(), "0.00003");
    EXPECT_EQ(after.at("volume").as_string(), "2000");
    EXPECT_EQ(after.at("fills").as_int64(), 3);
}

TEST_F(PerformanceRoutes, IsCachedUntilTheAccountChanges) {
    order("BUY", "0.01");
    const std::string path = "/api/trading/performance";
    const auto first = world_.get(path);
    EXPECT_EQ(cache_header(first), "miss");
    const auto second = world_.get(path);
    EXPECT_EQ(cache_header(second), "hit");
    EXPECT_EQ(ApiWorld::data(second), ApiWorld::data(first));
    EXPECT_EQ(cache_header(world_.get("/api/accounts/futures/performance")), "hit")
        << "The same query on another path.";
    EXPECT_EQ(cache_header(world_.get("/api/accounts/spot/performance")), "miss");
    order("SELL", "0.01");
    const auto third = world_.get(path);
    EXPECT_EQ(cache_header(third), "miss");
    EXPECT_EQ(ApiWorld::data(third).at("total_trades").as_int64(), 1);
    EXPECT_EQ(cache_header(world_.get("/api/accounts/spot/performance")), "hit")
        << "An order of another account does not change it.";
}

// @spec:R2-TMO-07
TEST_F(PerformanceRoutes, ReadsAHistoryTooLongForOneDeadlineInSeveralRequests) {
    world_.exchange.trades = 10;  // A page has 6 fills.
    order("BUY", "0.02");
    order("SELL", "0.02");
    std::promise<net::HttpResponse> promised;
    world_.on_loop([&] {
        net::HttpRequest request;
        request.method = "GET";
        request.target = "/api/trading/performance";
        request.segments = {"api", "trading", "performance"};
        request.headers = {{"authorization", "Bearer " + std::string(kToken)}};
        world_.api().handle(std::move(request), [&promised](net::HttpResponse response) {
            promised.set_value(std::move(response));
        });
        world_.skip(model::Duration::seconds(31));
    });
    const net::HttpResponse late = promised.get_future().get();
    EXPECT_EQ(late.status, 504);
    EXPECT_EQ(late.error_code, "TIMEOUT");
    EXPECT_EQ(world_.metric("timeouts_total{op=\"database_query\"}"), 1);
    const auto whole = ApiWorld::data(world_.get("/api/trading/performance"));
    EXPECT_EQ(whole.at("fills").as_int64(), 20);
    EXPECT_EQ(whole.at("total_trades").as_int64(), 1);
}

TEST_F(PerformanceRoutes, CachesHistoryByItsQuery) {
    order("BUY", "0.01");
    EXPECT_EQ(cache_header(world_.get("/api/trading/history")), "miss");
    EXPECT_EQ(cache_header(world_.get("/api/trading/history?limit=1")), "miss");
    EXPECT_EQ(cache_header(world_.get("/api/trading/history?symbol=BTCUSDT")), "miss");
    const auto kept = world_.get("/api/trading/history");
    EXPECT_EQ(cache_header(kept), "hit");
    EXPECT_EQ(ApiWorld::data(kept).at("trades").as_array().size(), 1U);
    order("BUY", "0.01");
    const auto recomputed = world_.get("/api/trading/history");
    EXPECT_EQ(cache_header(recomputed), "miss");
    EXPECT_EQ(ApiWorld::data(recomputed).at("trades").as_array().size(), 2U);
}

TEST_F(PerformanceRoutes, IncludesEveryFillOfALongHistory) {
    world_.exchange.trades = 500;
    for (int round = 0; round < 6; ++round) {
        world_.exchange.price = 50'000;
        order("BUY", "0.02");
        world_.exchange.price = 50'100;
        order("SELL", "0.02");
    }
    const auto data = ApiWorld::data(world_.get("/api/trading/performance"));
    EXPECT_EQ(data.at("fills").as_int64(), 6'000);
    EXPECT_EQ(data.at("complete").as_bool(), true);
    EXPECT_EQ(data.at("total_trades").as_int64(), 6);
    EXPECT_EQ(data.at("winning_trades").as_int64(), 6);
    EXPECT_EQ(data.at("partial_trades").as_int64(), 0);
    EXPECT_EQ(data.at("gross_pnl").as_string(), "12");
    EXPECT_EQ(data.at("fees").as_string(), "0.06");
    EXPECT_EQ(data.at("volume").as_string(), "12012");
    world_.exchange.trades = 1;
    world_.exchange.price = 50'000;
    order("BUY", "0.01");
    const auto after = ApiWorld::data(world_.get("/api/trading/performance"));
    EXPECT_EQ(after.at("fills").as_int64(), 6'001) << "Only new fills are processed.";
    EXPECT_EQ(after.at("open_trades").as_int64(), 1);
}

TEST_F(PerformanceRoutes, DoesNotCountARoundThatAResetDropped) {
    order("BUY", "0.02");
    EXPECT_EQ(ApiWorld::data(world_.get("/api/trading/performance")).at("open_trades").as_int64(),
              1);
    EXPECT_EQ(world_.command("POST", "/api/trading/account/reset").status, 200);
    order("BUY", "0.01");
    world_.exchange.price = 50'100;
    order("SELL", "0.01");
    const auto data = ApiWorld::data(world_.get("/api/trading/performance"));
    EXPECT_EQ(data.at("fills").as_int64(), 3);
    EXPECT_EQ(data.at("open_trades").as_int64(), 0);
    EXPECT_EQ(data.at("winning_trades").as_int64(), 1);
}

TEST_F(PerformanceRoutes, ShowsAnAccountOnlyToItsOwner) {
    EXPECT_EQ(ApiWorld::code(world_.get("/api/accounts/none/performance")), "ACCOUNT_UNKNOWN");
    EXPECT_EQ(world_.ask_as(kTraderToken, "GET", "/api/accounts/futures/performance").status, 404);
    EXPECT_EQ(world_.ask_as(kViewerToken, "GET", "/api/accounts/futures/performance").status, 200);
}

}  // namespace
}  // namespace botcore::api
