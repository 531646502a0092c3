#include "api/health_routes.hpp"

#include "tests/api_world/api_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::api {
namespace {

using testing::HasSubstr;
using testing::Not;

class HealthRoutesTest : public testing::Test {
protected:
    /// Sends a request without a token.
    net::TestResponse open_get(std::string_view path) {
        net::TestClient client(world_.port());
        client.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        return client.receive();
    }

    boost::json::value health(std::uint16_t status = 200) {
        const auto response = open_get("/health");
        EXPECT_EQ(response.status, status) << response.body;
        return ApiWorld::json(response);
    }

    boost::json::object dependency(std::string_view name) {
        const auto body = ApiWorld::json(world_.get("/health/detailed"));
        for (const auto& item : body.at("dependencies").as_array())
            if (item.at("name").as_string() == name) return item.as_object();
        ADD_FAILURE() << name;
        return {};
    }

    ApiWorld world_;
};

/// The names of the object's members, in the order in which the object contains them.
std::vector<std::string> keys_of(const boost::json::value& value) {
    std::vector<std::string> keys;
    for (const auto& [key, item] : value.as_object())
        keys.emplace_back(key);
    return keys;
}

bool is_precise_to_the_second(const boost::json::value& time) {
    const std::string_view text = time.as_string();
    return text.size() == std::string_view("2026-11-23T11:53:00Z").size() && text.ends_with('Z');
}

using Keys = std::vector<std::string>;

// @spec:R1-HEALTH-01 R1-HEALTH-02 R1-HEALTH-04 R1-HEALTH-07 R1-AC-01 RI-EP-01
TEST_F(HealthRoutesTest, ShowsHealthWithoutATokenInTheSpecifiedForm) {
    for (const char* path : {"/health", "/api/health"}) {
        const auto response = open_get(path);
        EXPECT_EQ(response.status, 200);
        const auto body = ApiWorld::json(response);
        EXPECT_EQ(
            keys_of(body),
            (Keys{"status", "version", "timestamp", "uptime_seconds", "checks", "overall_status"}));
        EXPECT_EQ(body.at("overall_status").as_string(), "healthy");
        EXPECT_TRUE(is_precise_to_the_second(body.at("timestamp")));
        const auto& checks = body.at("checks");
        const Keys names = keys_of(checks);
        EXPECT_EQ(Keys(names.begin(), names.begin() + 4),
                  (Keys{"database", "binance_api", "redis", "websocket"}));
        EXPECT_EQ(keys_of(checks.at("database")), (Keys{"status", "latency_ms", "connected"}));
        EXPECT_TRUE(checks.at("database").at("latency_ms").is_int64()) << "a plain number";
        EXPECT_TRUE(checks.at("database").at("connected").as_bool());
        EXPECT_EQ(keys_of(checks.at("binance_api")),
                  (Keys{"status", "kind", "latency_ms", "last_success"}));
        EXPECT_EQ(checks.at("binance_api").at("kind").as_string(), "paper");
        EXPECT_TRUE(is_precise_to_the_second(checks.at("binance_api").at("last_success")));
        EXPECT_EQ(keys_of(checks.at("redis")), (Keys{"status", "kind", "latency_ms", "message"}));
        EXPECT_EQ(checks.at("redis").at("kind").as_string(), "in_process");
        EXPECT_EQ(keys_of(checks.at("websocket")), (Keys{"status", "active_connections"}));
        EXPECT_EQ(checks.at("websocket").at("active_connections").as_int64(), 0);
    }
}

// @spec:R1-HEALTH-08
TEST_F(HealthRoutesTest, IsDegradedButServesWhenTheMarketIsSilent) {
    world_.market.silent = true;
    const auto body = health();
    EXPECT_EQ(body.at("overall_status").as_string(), "degraded");
    EXPECT_EQ(body.at("status").as_string(), "healthy") << "this process responds (X-19)";
    EXPECT_EQ(world_.get("/api/market/book/BTCUSDT").status, 503);
    EXPECT_TRUE(ApiWorld::data(world_.get("/api/accounts/futures")).at("total_equity").is_string());
    EXPECT_THAT(world_.get("/metrics").body, HasSubstr("degraded_mode{mode=\"market_down\"} 1"));
}

// @spec:R1-HEALTH-09 RI-EP-03 RI-EP-04 R1-HEALTH-02 R4-FAIL-11
TEST_F(HealthRoutesTest, IsUnhealthyWithoutItsStore) {
    world_.break_store(true);
    (void)world_.ask("POST", kOrders, "Idempotency-Key: lost\r\n", kBuy);
    const auto body = health(503);
    EXPECT_EQ(body.at("overall_status").as_string(), "unhealthy");
    EXPECT_FALSE(body.at("checks").at("database").at("connected").as_bool());
    EXPECT_EQ(open_get("/health/live").status, 200) << "liveness checks nothing else";
    const auto ready = open_get("/health/ready");
    EXPECT_EQ(ready.status, 503);
    EXPECT_EQ(ApiWorld::json(ready).at("status").as_string(), "not_ready");
    EXPECT_FALSE(ApiWorld::json(ready).at("reason").as_string().empty());
    const auto detailed = world_.get("/health/detailed");
    EXPECT_EQ(detailed.status, 503);
    EXPECT_THAT(detailed.body, HasSubstr("docs/runbooks/store-down.md"));
}

// @spec:R1-HEALTH-03 @spec:R1-HEALTH-09
TEST_F(HealthRoutesTest, IsUnhealthyWhileTheExchangeDoesNotRespond) {
    world_.exchange.silent = true;
    world_.pass(model::Duration::seconds(5));
    EXPECT_EQ(health().at("checks").at("binance_api").at("status").as_string(), "healthy")
        << "its time limit has not passed";
    world_.pass(model::Duration::seconds(5));
    const auto body = health(503);
    EXPECT_EQ(body.at("overall_status").as_string(), "unhealthy");
    EXPECT_EQ(body.at("checks").at("binance_api").at("status").as_string(), "unhealthy");
    EXPECT_EQ(dependency("binance_api").at("message").as_string(), "no reply within 5000 ms");
    EXPECT_EQ(world_.metric("health_check_status{check=\"binance_api\"}"), 0.0);
    world_.exchange.silent = false;
    world_.pass(model::Duration::seconds(5));  // The late response ends the pending probe.
    world_.pass(model::Duration::seconds(5));
    world_.pass(model::Duration());
    EXPECT_EQ(health().at("checks").at("binance_api").at("status").as_string(), "healthy");
}

// @spec:R1-HEALTH-03
TEST_F(HealthRoutesTest, ReportsAnOrderThatWaitsForTheExchange) {
    world_.exchange.silent = true;
    (void)world_.ask("POST", kOrders, "Idempotency-Key: unheard\r\n", kBuy);
    world_.pass(model::Duration::seconds(5));
    world_.pass(model::Duration::seconds(1));
    EXPECT_EQ(dependency("binance_api").at("status").as_string(), "degraded");
    EXPECT_THAT(std::string(dependency("binance_api").at("message").as_string()),
                HasSubstr("a request about an order has had no reply for "));
    world_.pass(model::Duration::seconds(8));
    EXPECT_EQ(world_.metric("timeouts_total{op=\"exchange_call\"}"), 1.0);
}

// @spec:R1-HEALTH-10 @spec:R1-DEGR-02
TEST_F(HealthRoutesTest, IsAtMostDegradedWithoutItsCache) {
    world_.on_loop([&] {
        world_.cache = {operations::HealthState::Unhealthy,
                        "10.0.0.7:6379 refused password hunter2"};
    });
    world_.pass(model::Duration::seconds(5));
    const auto body = health();
    EXPECT_EQ(body.at("overall_status").as_string(), "degraded");
    EXPECT_EQ(body.at("checks").at("redis").at("status").as_string(), "unhealthy");
    EXPECT_EQ(world_.get("/api/accounts/futures").status, 200);
}

// @spec:R1-HEALTH-11 @spec:R1-AC-03
TEST_F(HealthRoutesTest, RespondsAtOnceWhileAComponentHangs) {
    world_.on_loop([&] { world_.cache_answers = false; });
    world_.pass(model::Duration::seconds(5));
    world_.pass(model::Duration::milliseconds(500));
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(open_get("/health").status, 200);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(2));
    world_.pass(model::Duration::seconds(1));
    EXPECT_EQ(health().at("checks").at("redis").at("status").as_string(), "unhealthy");
    EXPECT_EQ(dependency("redis").at("message").as_string(), "no reply within 1000 ms");
}

// @spec:R1-AC-01
TEST_F(HealthRoutesTest, IsReadyAndAlive) {
    for (const std::string prefix : {"", "/api"}) {
        EXPECT_EQ(ApiWorld::json(open_get(prefix + "/health/ready")).at("status").as_string(),
                  "ready");
        EXPECT_EQ(ApiWorld::json(open_get(prefix + "/health/live")).at("status").as_string(),
                  "alive");
    }
    EXPECT_TRUE(ApiWorld::json(open_get("/api/ping")).at("pong").as_bool());
}

// @spec:X-63
TEST_F(HealthRoutesTest, IsNotReadyWhileDraining) {
    world_.on_loop([&] { world_.health_routes().begin_drain(); });
    const auto ready = open_get("/health/ready");
    EXPECT_EQ(ready.status, 503);
    EXPECT_EQ(ApiWorld::json(ready).at("reason").as_string(), "the process is shutting down");
    EXPECT_EQ(open_get("/health").status, 503) << "Load balancers query this route.";
    EXPECT_EQ(open_get("/health/live").status, 200);
}

// @spec:R1-DEP-01 @spec:R1-DEP-02
// @spec:RI-EP-02 RD-08
TEST_F(HealthRoutesTest, DetailsListEveryDependencyAndItsCriticality) {
    const auto body = ApiWorld::json(world_.get("/api/health/detailed"));
    EXPECT_EQ(body.at("dependencies").as_array().size(), operations::dependencies().size());
    EXPECT_TRUE(dependency("database").at("critical").as_bool());
    EXPECT_TRUE(dependency("binance_api").at("critical").as_bool());
    for (const char* name : {"redis", "analysis", "monitoring"}) {
        EXPECT_FALSE(dependency(name).at("critical").as_bool()) << name;
        EXPECT_TRUE(dependency(name).at("optional").as_bool()) << name;
    }
    EXPECT_EQ(dependency("analysis").at("status").as_string(), "not_configured");
    EXPECT_EQ(dependency("database").at("status").as_string(), "healthy");
    EXPECT_EQ(dependency("database").at("age_ms").as_int64(), 0);
    EXPECT_TRUE(dependency("database").at("last_success").is_string());
    EXPECT_EQ(body.at("durability").as_string(), "test store, one machine");
    EXPECT_EQ(body.at("degraded_modes").as_array().size(), 0U);
    EXPECT_EQ(body.at("maintenance").at("operating").at("mode").as_string(), "NORMAL");
    EXPECT_EQ(body.at("uptime").as_array().size(), 3U);
}

// @spec:R1-CALC-04
TEST_F(HealthRoutesTest, DetailsShowUptimeAndTheRemainingErrorBudget) {
    world_.pass(model::Duration::seconds(100));
    world_.on_loop([&] { world_.market.silent = true; });
    world_.pass(model::Duration());
    world_.pass(model::Duration::seconds(50));
    const auto body = ApiWorld::json(world_.get("/health/detailed"));
    const auto& month = body.at("uptime").at(0);
    EXPECT_EQ(month.at("days").as_int64(), 30);
    EXPECT_EQ(month.at("up_seconds").as_int64(), 100);
    EXPECT_EQ(month.at("degraded_seconds").as_int64(), 50);
    EXPECT_EQ(month.at("down_seconds").as_int64(), 0);
    EXPECT_EQ(month.at("availability_percent").as_string(), "100.0000");
    EXPECT_EQ(month.at("budget_seconds").as_int64(), 2'592);
    EXPECT_EQ(month.at("budget_left_seconds").as_int64(), 2'592);
    EXPECT_TRUE(month.at("mtbf_seconds").is_null());
    EXPECT_EQ(month.at("fully_functional_percent").as_string(), "66.6666");
    EXPECT_EQ(month.at("emergency_seconds").as_int64(), 0);
    EXPECT_THAT(world_.get("/metrics").body, HasSubstr("service_seconds{state=\"degraded\"} 50"));
}

// @spec:R1-AVAIL-01 @spec:R1-AVAIL-02
TEST_F(HealthRoutesTest, DetailsShowEachServiceAgainstItsOwnTarget) {
    world_.pass(model::Duration::seconds(100));
    world_.on_loop([&] { world_.market.silent = true; });
    world_.pass(model::Duration());
    world_.pass(model::Duration::seconds(50));
    const auto body = ApiWorld::json(world_.get("/health/detailed"));
    std::vector<std::string> names;
    for (const auto& service : body.at("services").as_array())
        names.emplace_back(service.at("service").as_string());
    // The cache is inside the process; no analysis service and no notices are configured.
    EXPECT_EQ(names, (std::vector<std::string>{"engine", "store", "logs"}));
    const auto& engine = body.at("services").at(0);
    EXPECT_EQ(engine.at("target_percent").as_string(), "99.9000");
    EXPECT_EQ(engine.at("uptime"), body.at("uptime"));
    const auto& store = body.at("services").at(1);
    EXPECT_EQ(store.at("uptime").at(0).at("up_seconds").as_int64(), 150)
        << "The store works without prices.";
    EXPECT_EQ(store.at("months").as_array().size(), 1U);
    EXPECT_EQ(store.at("months").at(0).at("up_seconds").as_int64(), 150);
    EXPECT_EQ(store.at("months").at(0).at("month").as_string().size(), 7U);
    const auto& logs = body.at("services").at(2);
    EXPECT_EQ(logs.at("target_percent").as_string(), "99.0000");
    EXPECT_EQ(logs.at("uptime").at(0).at("budget_left_seconds").as_int64(), 25'920);
    const std::string metrics = world_.get("/metrics").body;
    EXPECT_THAT(metrics, HasSubstr("uptime_percent{service=\"engine\",window=\"30d\"} 100\n"));
    EXPECT_THAT(metrics, HasSubstr("error_budget_seconds{service=\"logs\"} 25920\n"));
    EXPECT_THAT(metrics, Not(HasSubstr("service=\"cache\",window")));
}

// @spec:RN-SEC-01
TEST_F(HealthRoutesTest, PublicBodiesContainNoSecretsOrAddresses) {
    world_.on_loop([&] {
        world_.cache = {operations::HealthState::Unhealthy,
                        "10.0.0.7:6379 refused password hunter2"};
    });
    world_.pass(model::Duration::seconds(5));
    for (const char* path : {"/health",
                             "/api/health",
                             "/health/ready",
                             "/health/live",
                             "/api/ping",
                             "/api/maintenance",
                             "/metrics"}) {
        const auto response = open_get(path);
        EXPECT_THAT(response.body, Not(HasSubstr("hunter2"))) << path;
        EXPECT_THAT(response.body, Not(HasSubstr("10.0.0.7"))) << path;
        EXPECT_THAT(response.body, Not(HasSubstr(kToken))) << path;
    }
    EXPECT_THAT(world_.get("/health/detailed").body, HasSubstr("10.0.0.7")) << "for operators";
    EXPECT_THAT(world_.get("/health/detailed").body, Not(HasSubstr(kToken)));
}

TEST_F(HealthRoutesTest, MetricsShowTheTotalEquityOfAllAccounts) {
    const auto accounts = ApiWorld::data(world_.get("/api/accounts")).as_array();
    double sum = 0;
    for (const auto& account : accounts) {
        const auto view = ApiWorld::data(
            world_.get("/api/accounts/" + std::string(account.at("account").as_string())));
        sum += std::stod(std::string(view.at("total_equity").as_string()));
    }
    EXPECT_GT(sum, 0);
    EXPECT_DOUBLE_EQ(world_.metric("portfolio_value_usd").value_or(0), sum);
}

TEST_F(HealthRoutesTest, MetricsCountEachLoadOfTheState) {
    EXPECT_EQ(world_.metric("recovery_duration_seconds_count{mechanism=\"reload\"}"), 1.0);
}

TEST_F(HealthRoutesTest, MetricsListEveryDependencyAndDegradedModeFromTheStart) {
    const std::string text = world_.get("/metrics").body;
    for (const auto& row : operations::dependencies()) {
        const bool used = dependency(row.name).at("status").as_string() != "not_configured" &&
                          row.dependency != operations::Dependency::Cache;
        EXPECT_EQ(
            text.find("health_check_status{check=\"" + std::string(row.name)) != std::string::npos,
            used)
            << row.name << ": a component that is not configured has no line";
    }
    for (const auto& row : operations::degraded_modes()) {
        EXPECT_THAT(text, HasSubstr("degraded_mode{mode=\"" + std::string(row.id) + "\"} 0"));
    }
    EXPECT_THAT(text, HasSubstr("health_check_status{check=\"database\"} 1"));
    EXPECT_THAT(text, HasSubstr("maintenance_active 0"));
}

}  // namespace
}  // namespace botcore::api
