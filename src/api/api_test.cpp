#include "api/api.hpp"

#include "api/api_context.hpp"
#include "tests/api_world/api_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::api {
namespace {

using testing::HasSubstr;

class ApiRoutesTest : public testing::Test {
protected:
    /// Sends a command; returns the status and the error code as one text.
    std::string refused(std::string_view body,
                        std::string_view headers = "Idempotency-Key: k\r\n",
                        std::string_view path = kOrders) {
        const auto response = world_.ask("POST", path, headers, body);
        return std::to_string(response.status) + " " + ApiWorld::code(response);
    }

    net::TestResponse raw(std::string_view request) {
        net::TestClient client(world_.port());
        client.send(request);
        return client.receive();
    }

    ApiWorld world_;
};

TEST_F(ApiRoutesTest, ChecksTheTokenBeforeAnythingElse) {
    for (const char* request :
         {"GET /api/accounts HTTP/1.1\r\nHost: localhost\r\n\r\n",
          "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n",
          "POST /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n{",
          "GET /api/accounts HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer wrong\r\n\r\n",
          "GET /api/accounts HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic abc\r\n\r\n"}) {
        auto response = raw(request);
        EXPECT_EQ(response.status, 401) << request;
        EXPECT_EQ(ApiWorld::code(response), "UNAUTHORIZED");
        EXPECT_THAT(response.headers["www-authenticate"], HasSubstr("Bearer"));
    }
    EXPECT_EQ(raw("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 200);
}

TEST_F(ApiRoutesTest, LimitsEachRoleToItsRights) {
    const auto as = [&](std::string_view token, std::string_view method, std::string_view path) {
        return world_.ask_as(token, method, path).status;
    };
    EXPECT_EQ(as(kViewerToken, "GET", "/api/accounts/futures"), 200);
    EXPECT_EQ(as(kViewerToken, "POST", "/api/accounts/futures/reset"), 403);
    EXPECT_EQ(as(kViewerToken, "GET", "/api/journal"), 403);
    EXPECT_EQ(as(kTraderToken, "GET", "/api/journal"), 403);
    EXPECT_EQ(as(kToken, "GET", "/api/journal"), 200);
    // A trader may send commands, but only for its own accounts.
    EXPECT_EQ(as(kTraderToken, "POST", "/api/accounts/futures/reset"), 404);
    EXPECT_EQ(ApiWorld::data(world_.ask_as(kTraderToken, "GET", "/api/accounts")),
              boost::json::array());
    const auto refused = world_.ask_as(kViewerToken, "GET", "/api/journal");
    EXPECT_EQ(ApiWorld::code(refused), "FORBIDDEN");
    EXPECT_THAT(refused.body, HasSubstr("requires the role operator, but your role is viewer"));
}

TEST_F(ApiRoutesTest, RunsFiltersBeforeTheHandler) {
    world_.on_loop([this] {
        world_.api().add_filter([](host::RequestContext& call) {
            call.headers.emplace_back("X-RateLimit-Limit", "7");
            if (call.row->purpose != host::Purpose::Entry) return true;
            call.headers.emplace_back("Retry-After", "60");
            call.fail(503, "MAINTENANCE", "closed for an hour");
            return false;
        });
    });
    auto entry = world_.command("POST", kOrders, kBuy);
    EXPECT_EQ(entry.status, 503);
    EXPECT_EQ(entry.headers["retry-after"], "60");
    EXPECT_EQ(entry.headers["x-ratelimit-limit"], "7");
    auto exit = world_.command("POST", "/api/accounts/futures/positions/BTCUSDT/close");
    EXPECT_EQ(ApiWorld::code(exit), "POSITION_NOT_OPEN");
    EXPECT_EQ(exit.headers["x-ratelimit-limit"], "7");
    EXPECT_EQ(world_.get("/health").status, 200);
}

TEST_F(ApiRoutesTest, RejectsUnknownPathsAndMethods) {
    EXPECT_EQ(ApiWorld::code(world_.get("/nowhere")), "NOT_FOUND");
    EXPECT_EQ(world_.get("/nowhere").status, 404);
    auto response = world_.ask("PUT", kOrders);
    EXPECT_EQ(response.status, 405);
    EXPECT_EQ(ApiWorld::code(response), "METHOD_NOT_ALLOWED");
    EXPECT_EQ(response.headers["allow"], "POST, DELETE, GET");
    EXPECT_EQ(world_.ask("HEAD", "/api/accounts").status, 200);
}

// @spec:R3-VAL-01 R3-VAL-02 R3-VAL-03 R3-VAL-04 R3-VAL-05 R3-AC-04 X-60 R2-ERR-09
TEST_F(ApiRoutesTest, HasOneErrorCodeForEachMistakeInABody) {
    EXPECT_EQ(refused("{"), "400 INVALID_JSON");
    EXPECT_EQ(refused("[]"), "400 INVALID_JSON");
    EXPECT_EQ(refused(R"({"symbol":"A","symbol":"B"})"), "400 INVALID_JSON");
    EXPECT_EQ(refused(R"({"symbol":"BTCUSDT","side":"BUY","quantity":"1","x":1})"),
              "400 UNKNOWN_FIELD");
    EXPECT_EQ(refused(R"({"symbol":"BTCUSDT","side":"BUY"})"), "400 MISSING_FIELD");
    EXPECT_EQ(refused(R"({"symbol":"BTCUSDT","side":"HOLD","quantity":"1"})"), "400 INVALID_FIELD");
    EXPECT_EQ(refused(R"({"symbol":"btc_usdt","side":"BUY","quantity":"1"})"),
              "400 INVALID_SYMBOL");
    EXPECT_EQ(refused(R"({"symbol":"BTCUSDT","side":"BUY","quantity":"0"})"), "400 INVALID_FIELD");
    EXPECT_EQ(refused(R"({"symbol":"BTCUSDT","side":"BUY","quantity":1e-2})"), "400 INVALID_FIELD");
    EXPECT_EQ(refused(R"({"symbol":"NOSUCH","side":"BUY","quantity":"1"})"),
              "422 INSTRUMENT_UNKNOWN");
    const auto taught = world_.ask("POST",
                                   kOrders,
                                   "Idempotency-Key: k2\r\n",
                                   R"({"symbol":"BTCUSDT","side":"BUY","quantity":1e-2})");
    EXPECT_THAT(taught.body, HasSubstr("it may contain only digits and one decimal point"));
    const auto details = ApiWorld::json(taught).at("error").at("details").as_object();
    EXPECT_EQ(details.at("field").as_string(), "quantity");
    EXPECT_EQ(details.at("came").as_string(), "1e-2");
}

TEST_F(ApiRoutesTest, RequiresAnIdempotencyKeyAndJsonForCommands) {
    EXPECT_EQ(refused(kBuy, ""), "400 IDEMPOTENCY_KEY_REQUIRED");
    EXPECT_EQ(refused(kBuy, "Idempotency-Key: a\r\nX-Idempotency-Key: b\r\n"),
              "400 INVALID_IDEMPOTENCY_KEY");
    EXPECT_EQ(refused(kBuy, "Idempotency-Key: with space\r\n"), "400 INVALID_IDEMPOTENCY_KEY");
    EXPECT_EQ(refused(kBuy, "Idempotency-Key: a\r\nX-Idempotency-Key: a\r\n").substr(0, 3), "200");
    EXPECT_EQ(refused(kBuy, "Idempotency-Key: k\r\n", "/api/accounts/futures/orders?x=1"),
              "400 UNKNOWN_FIELD");
    const std::string text =
        "POST /api/trading/execute HTTP/1.1\r\nHost: localhost\r\nIdempotency-Key: z\r\n"
        "Authorization: Bearer " +
        kToken + "\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}";
    const auto response = raw(text);
    EXPECT_EQ(response.status, 415);
    EXPECT_EQ(ApiWorld::code(response), "UNSUPPORTED_MEDIA_TYPE");
}

// @spec:R2-ERR-09
TEST_F(ApiRoutesTest, IncludesTheRequestIdInErrors) {
    auto response = world_.ask("GET", "/api/accounts/none", "X-Request-ID: req_abc123\r\n");
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(ApiWorld::code(response), "ACCOUNT_UNKNOWN");
    EXPECT_EQ(ApiWorld::json(response).at("error").at("request_id").as_string(), "req_abc123");
    EXPECT_EQ(response.headers["x-request-id"], "req_abc123");
}

TEST_F(ApiRoutesTest, ShowsAccountsWithAllTheirFigures) {
    const auto list = ApiWorld::data(world_.get("/api/accounts")).as_array();
    EXPECT_EQ(list.size(), 2U);
    const auto account = ApiWorld::data(world_.get("/api/accounts/futures")).as_object();
    EXPECT_EQ(account.at("total_balance").as_string(), "10000");
    EXPECT_EQ(account.at("available_balance").as_string(), "10000");
    EXPECT_EQ(account.at("total_equity").as_string(), "10000");
    EXPECT_EQ(account.at("used_margin").as_string(), "0");
    EXPECT_TRUE(account.at("margin_level").is_null());
    EXPECT_EQ(account.at("positions_count").as_int64(), 0);
    EXPECT_TRUE(account.at("can_trade").as_bool());
    const auto& balance = account.at("balances").at(0);
    EXPECT_EQ(balance.at("asset").as_string(), "USDT");
    EXPECT_EQ(balance.at("books").at("cash").as_string(), "10000");
    EXPECT_EQ(balance.at("books").at("external").as_string(), "-10000");
}

TEST_F(ApiRoutesTest, ValuesSpotHoldingsAtMarketPrices) {
    ASSERT_EQ(world_.command("POST", "/api/accounts/spot/orders", kBuy).status, 200);
    const auto account = ApiWorld::data(world_.get("/api/accounts/spot")).as_object();
    EXPECT_EQ(account.at("holdings_value").as_string(), "499.99");
    EXPECT_EQ(account.at("market").as_string(), "spot");
    world_.market.silent = true;
    const auto blind = ApiWorld::data(world_.get("/api/accounts/spot")).as_object();
    EXPECT_TRUE(blind.at("total_equity").is_null());
}

TEST_F(ApiRoutesTest, OpensAndResetsAccountsAndTransfersMoney) {
    const auto taken = world_.command(
        "POST", "/api/accounts", R"({"account":"spot","market":"spot","deposit":"1"})");
    EXPECT_EQ(taken.status, 409);
    EXPECT_EQ(ApiWorld::code(taken), "ACCOUNT_EXISTS");
    const auto moved = world_.command(
        "POST", "/api/transfers", R"({"from":"futures","to":"spot","amount":"250.5"})");
    EXPECT_EQ(ApiWorld::data(moved).at("amount").as_string(), "250.5");
    EXPECT_EQ(ApiWorld::data(world_.get("/api/accounts/spot")).at("total_balance").as_string(),
              "10250.5");
    EXPECT_EQ(ApiWorld::code(world_.command(
                  "POST", "/api/transfers", R"({"from":"futures","to":"spot","amount":"99999"})")),
              "INSUFFICIENT_BALANCE");
    EXPECT_EQ(world_.command("POST", "/api/accounts/spot/reset").status, 200);
    EXPECT_EQ(ApiWorld::data(world_.get("/api/accounts/spot")).at("total_balance").as_string(),
              "10000");
    EXPECT_EQ(ApiWorld::code(world_.command("POST", "/api/accounts/none/reset")),
              "ACCOUNT_UNKNOWN");
}

TEST_F(ApiRoutesTest, ShowsMarketDataWithItsSource) {
    const auto prices = ApiWorld::data(world_.get("/api/market/prices?market=spot")).as_array();
    ASSERT_EQ(prices.size(), 1U);
    EXPECT_EQ(prices[0].at("source").as_string(), "generated");
    EXPECT_EQ(prices[0].at("bid").as_string(), "49999");
    const auto book = ApiWorld::data(world_.get("/api/market/book/BTCUSDT?limit=1"));
    EXPECT_EQ(book.at("bids").as_array().size(), 1U);
    EXPECT_EQ(book.at("bids").at(0).at(0).as_string(), "49999");
    EXPECT_EQ(book.at("source").as_string(), "generated");
    EXPECT_EQ(world_.get("/api/market/book/NOSUCH").status, 404);
    EXPECT_EQ(ApiWorld::data(world_.get("/api/market/symbols")).as_array().size(), 8U);
    EXPECT_EQ(ApiWorld::data(world_.get("/api/market/symbols?market=spot")).as_array().size(), 4U);
    EXPECT_EQ(ApiWorld::code(world_.get("/api/market/prices?market=moon")), "INVALID_FIELD");
    EXPECT_EQ(ApiWorld::code(world_.get("/api/market/prices?depth=1")), "UNKNOWN_FIELD");
    EXPECT_EQ(ApiWorld::code(world_.get("/api/trading/orders?limit=0")), "INVALID_FIELD");
    EXPECT_EQ(ApiWorld::code(world_.get("/api/trading/orders?status=old")), "INVALID_FIELD");
    EXPECT_EQ(ApiWorld::code(world_.get("/api/trading/orders?symbol=x")), "INVALID_SYMBOL");
}

// @spec:R3-IDEM-01
TEST_F(ApiRoutesTest, ShowsTheJournalAndReadsAddNoRecords) {
    const auto first = ApiWorld::data(world_.get("/api/journal?limit=3"));
    EXPECT_EQ(first.at("records").as_array().size(), 3U);
    EXPECT_EQ(first.at("records").at(0).at("kind").as_string(), "StartEpoch");
    EXPECT_EQ(first.at("next_from").as_int64(), 4);
    for (const char* path : {"/api/accounts",
                             "/api/trading/orders",
                             "/api/trading/positions",
                             "/api/market/prices",
                             "/health",
                             "/metrics"}) {
        EXPECT_EQ(world_.get(path).status, 200) << path;
    }
    EXPECT_EQ(ApiWorld::data(world_.get("/api/journal?limit=3")), first);
}

// @spec:RI-MX-02 RI-MX-03
TEST_F(ApiRoutesTest, ExportsMetrics) {
    EXPECT_EQ(world_.command("POST", kOrders, kBuy).status, 200);
    EXPECT_EQ(world_.get("/nowhere").status, 404);
    const std::string text = world_.get("/metrics").body;
    EXPECT_THAT(text, HasSubstr("http_requests_total{status=\"404\"} 1"));
    EXPECT_THAT(text, HasSubstr("http_request_errors_total{error_type=\"NOT_FOUND\"} 1"));
    EXPECT_THAT(text, HasSubstr("trades_total 1"));
    EXPECT_THAT(text, HasSubstr("orders_total 1"));
    EXPECT_THAT(
        text,
        HasSubstr(
            "price_age_seconds{exchange=\"binance\",market=\"futures\",symbol=\"BTCUSDT\"} 0.007"));
    EXPECT_THAT(text, HasSubstr("runtime_reconciled 1"));
    EXPECT_THAT(text, HasSubstr("http_request_errors_total{error_type=\"INVALID_JSON\"} 0"));
    EXPECT_THAT(text, HasSubstr("degraded_mode{mode=\"store_down\"} 0"));
}

}  // namespace
}  // namespace botcore::api
