#include "api/api_schemas.hpp"
#include "api/checked_handler_test.hpp"
#include "tests/api_world/api_world.hpp"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <string>

namespace botcore::api {
namespace {

namespace json = boost::json;

class ApiPaper : public testing::Test {
protected:
    ApiWorld world_;

    json::value paper(std::string_view tail) {
        return ApiWorld::data(world_.get("/api/paper-trading" + std::string(tail)));
    }
};

TEST_F(ApiPaper, ShowsTheAccountOnThePaperTradingRoutes) {
    EXPECT_TRUE(paper("/status").at("is_running").as_bool());
    EXPECT_EQ(paper("/status").at("mode").as_string(), "NORMAL");
    EXPECT_EQ(world_.command("POST", "/api/paper-trading/orders", kBuy).status, 200);
    const std::string rest = order_id(world_.command("POST", kOrders, kRest));
    EXPECT_EQ(paper("/status").at("open_trades").as_int64(), 1);
    EXPECT_EQ(paper("/status").at("open_orders").as_int64(), 1);
    EXPECT_EQ(paper("/portfolio").at("positions_count").as_int64(), 1);
    EXPECT_EQ(paper("/trades/open").at(0).at("trade_id").as_string(), "BTCUSDT");
    EXPECT_EQ(paper("/pending-orders").at(0).at("order_id").as_string(), rest);
    EXPECT_EQ(paper("/orders?status=open").at("orders").as_array().size(), 1U);
    EXPECT_EQ(paper("/orders/" + rest).at("status").as_string(), "NEW");
    EXPECT_TRUE(paper("/trailing-stops").as_array().empty());
    EXPECT_EQ(paper("/settings").at("risk").at("positions_max").as_int64(), 10);
    EXPECT_EQ(world_.command("DELETE", "/api/paper-trading/pending-orders/" + rest).status, 200);
    EXPECT_TRUE(paper("/pending-orders").as_array().empty());
    for (const char* path : {"/api/paper-trading/pending-orders", "/api/trading/orders"}) {
        (void)order_id(world_.command("POST", kOrders, kRest));
        (void)order_id(world_.command("POST", kOrders, kRest));
        const auto swept = ApiWorld::data(world_.command("DELETE", path));
        EXPECT_EQ(swept.at("cancels").as_array().size(), 2U) << path;
        EXPECT_TRUE(paper("/pending-orders").as_array().empty()) << path;
    }
    EXPECT_EQ(ApiWorld::code(world_.ask("DELETE", "/api/paper-trading/pending-orders")),
              "IDEMPOTENCY_KEY_REQUIRED");
    EXPECT_EQ(world_.command("POST", "/api/paper-trading/trades/BTCUSDT/close").status, 200);
    EXPECT_TRUE(paper("/trades/open").as_array().empty());
    EXPECT_EQ(world_.command("POST", "/api/paper-trading/reset").status, 200);
    EXPECT_EQ(world_.get("/api/paper-trading/trades/closed?offset=x").status, 400);
}

TEST_F(ApiPaper, PagesThroughClosingTrades) {
    for (int i = 0; i < 3; ++i) {
        world_.exchange.price = 50'000;
        EXPECT_EQ(world_.command("POST", kOrders, kBuy).status, 200);
        world_.exchange.price = 50'100 + i;
        EXPECT_EQ(world_.command("POST", "/api/trading/positions/BTCUSDT/close").status, 200);
    }
    const auto first = paper("/trades/closed?limit=2");
    ASSERT_EQ(first.at("trades").as_array().size(), 2U);
    EXPECT_EQ(first.at("trades").at(0).at("realized_pnl").as_string(), "1.02");
    EXPECT_TRUE(first.at("has_more").as_bool());
    const auto rest = paper("/trades/closed?limit=2&offset=2");
    ASSERT_EQ(rest.at("trades").as_array().size(), 1U);
    EXPECT_EQ(rest.at("trades").at(0).at("realized_pnl").as_string(), "1");
    EXPECT_FALSE(rest.at("has_more").as_bool());
    EXPECT_EQ(paper("/status").at("realized_pnl").as_string(), "3.03");
}

TEST_F(ApiPaper, CancelsAllOrdersAtOnce) {
    for (int i = 0; i < 3; ++i)
        (void)order_id(world_.command("POST", kOrders, kRest));
    const auto touched = ApiWorld::data(
        world_.command("POST", "/api/trading/orders/cancel-all", R"({"symbol":"BTCUSDT"})"));
    EXPECT_EQ(touched.at("cancels").as_array().size(), 3U);
    EXPECT_TRUE(touched.at("exits").as_array().empty());
    EXPECT_TRUE(paper("/pending-orders").as_array().empty());
    const auto none =
        ApiWorld::data(world_.command("POST", "/api/accounts/futures/orders/cancel-all"));
    EXPECT_TRUE(none.at("cancels").as_array().empty());
    EXPECT_EQ(
        ApiWorld::code(world_.command("POST", "/api/trading/orders/cancel-all", R"({"x":1})")),
        "UNKNOWN_FIELD");
}

TEST_F(ApiPaper, FlattensAnAccount) {
    EXPECT_EQ(world_.command("POST", kOrders, kBuy).status, 200);
    const std::string rest = order_id(world_.command("POST", kOrders, kRest));
    const auto touched = ApiWorld::data(world_.command("POST", "/api/trading/flatten"));
    EXPECT_EQ(touched.at("cancels").as_array().size(), 1U);
    EXPECT_EQ(touched.at("cancels").at(0).as_string(), rest);
    EXPECT_EQ(touched.at("exits").as_array().size(), 1U);
    EXPECT_TRUE(paper("/trades/open").as_array().empty());
    EXPECT_TRUE(paper("/pending-orders").as_array().empty());
}

// A success response while a position is still open would mislead the operator.
TEST_F(ApiPaper, FlattenReportsEachFailedExitWithItsCode) {
    EXPECT_EQ(world_.command("POST", kOrders, kBuy).status, 200);
    world_.exchange.rejects = true;
    const auto flatten = [&] {
        return world_.ask("POST", "/api/trading/flatten", "Idempotency-Key: flat\r\n");
    };
    const auto refused = flatten();
    EXPECT_EQ(refused.status, 422) << refused.body;
    EXPECT_EQ(ApiWorld::code(refused), "REJECTED_BY_EXCHANGE");
    const auto details = json::parse(refused.body).at("error").at("details");
    ASSERT_EQ(details.at("exits").as_array().size(), 1U);
    ASSERT_EQ(details.at("failed").as_array().size(), 1U);
    const auto& failed = details.at("failed").at(0).as_object();
    EXPECT_EQ(failed.at("order_id"), details.at("exits").at(0));
    EXPECT_EQ(failed.at("symbol").as_string(), "BTCUSDT");
    EXPECT_EQ(failed.at("state").as_string(), "REJECTED");
    EXPECT_EQ(failed.at("code").as_string(), "REJECTED_BY_EXCHANGE");
    EXPECT_EQ(failed.at("exchange_code").as_int64(), -2022);
    world_.exchange.rejects = false;
    EXPECT_EQ(flatten().body, refused.body) << "The stored reply is returned again.";
    const auto flat = ApiWorld::data(world_.command("POST", "/api/trading/flatten"));
    EXPECT_TRUE(flat.at("failed").as_array().empty());
    EXPECT_TRUE(flat.at("pending").as_array().empty());
    EXPECT_TRUE(paper("/trades/open").as_array().empty());
}

TEST_F(ApiPaper, CancelingACanceledOrderWritesNoRecord) {
    const std::string path =
        std::string(kOrders) + "/" + order_id(world_.command("POST", kOrders, kRest));
    const auto first = world_.ask("DELETE", path, "Idempotency-Key: once\r\n");
    EXPECT_EQ(first.status, 200);
    const auto records = [this] {
        return ApiWorld::data(world_.get("/api/journal?limit=1")).at("head_sequence");
    };
    const auto before = records();
    const auto second = world_.ask("DELETE", path, "Idempotency-Key: twice\r\n");
    EXPECT_EQ(second.status, 200);
    EXPECT_EQ(ApiWorld::data(second).at("status").as_string(), "CANCELED");
    EXPECT_EQ(records(), before) << "a repeated cancel creates no record";
    auto again = world_.ask("DELETE", path, "Idempotency-Key: once\r\n");
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.headers["idempotent-replayed"], "true");
    // A request with an If-Match header requires that the version in the header is the current one.
    const auto stale = world_.ask("DELETE", path, "Idempotency-Key: third\r\nIf-Match: 1\r\n");
    EXPECT_EQ(stale.status, 409) << stale.body;
}

TEST_F(ApiPaper, ShowsMonitoringFiguresOfTheProcess) {
    EXPECT_EQ(world_.command("POST", kOrders, kBuy).status, 200);
    const auto system = ApiWorld::data(world_.get("/api/monitoring/system"));
    EXPECT_EQ(system.at("start_cause").as_string(), "first_start");
    EXPECT_TRUE(system.at("seen_before").is_null());
    EXPECT_GT(system.at("memory_bytes").to_number<double>(), 1e6);
    EXPECT_GT(system.at("journal_sequence").as_int64(), 0);
    const auto trading = ApiWorld::data(world_.get("/api/monitoring/trading"));
    EXPECT_EQ(trading.at("accounts").as_int64(), 2);
    EXPECT_EQ(trading.at("positions_open").as_int64(), 1);
    const auto others =
        ApiWorld::data(world_.ask_as(kTraderToken, "GET", "/api/monitoring/trading"));
    EXPECT_EQ(others.at("accounts").as_int64(), 0);
    const auto connection = ApiWorld::data(world_.get("/api/monitoring/connection"));
    EXPECT_EQ(connection.at("runtime").as_string(), "running");
    EXPECT_EQ(connection.at("http_connections").as_int64(), 2);
    EXPECT_EQ(connection.at("market").at(0).at("source").as_string(), "generated");
    world_.break_store(true);
    (void)world_.ask("POST", kOrders, "Idempotency-Key: lost\r\n", kBuy);
    EXPECT_EQ(world_.get("/api/monitoring/trading").status, 503);
    EXPECT_EQ(ApiWorld::data(world_.get("/api/monitoring/connection")).at("runtime").as_string(),
              "down");
}

/// Responds with the configured response.
class Parrot final : public net::HttpHandler {
public:
    void handle(net::HttpRequest /*request*/, net::Respond respond) override { respond(answer); }

    net::HttpResponse answer;
};

TEST(CheckedHandler, DetectsResponsesThatTheDocumentDoesNotDescribe) {
    host::RouteTable routes;
    add_common_schemas(routes.schemas());
    routes.schemas().add_object("FailedExit", "Named by the schema of errors", "name:text");
    routes.schemas().add_object("Thing", "", "name:text");
    routes.add({.pattern = "/thing",
                .handler = [](host::RequestContext&) {},
                .tag = "test",
                .summary = "A thing",
                .response = "Thing"});
    Parrot parrot;
    CheckedHandler checked(parrot, routes);
    net::HttpRequest request;
    request.method = "GET";
    request.target = "/thing";
    request.segments = {"thing"};
    const auto ask = [&](std::uint16_t status, std::string body) {
        parrot.answer.status = status;
        parrot.answer.body = std::move(body);
        checked.handle(request, [](const net::HttpResponse&) {});
    };
    const std::string end = R"(,"timestamp":"2026-01-01T00:00:00Z"})";
    ask(200, R"({"data":{"name":"a"})" + end);
    EXPECT_NONFATAL_FAILURE(ask(200, R"({"data":{"name":"a","more":1})" + end), "more");
    EXPECT_NONFATAL_FAILURE(ask(200, R"({"data":{})" + end), "Missing");
    EXPECT_NONFATAL_FAILURE(ask(503, R"({"error":{}})"), "Missing");
    parrot.answer.headers.emplace_back("X-Secret", "1");
    EXPECT_NONFATAL_FAILURE(ask(200, R"({"data":{"name":"a"})" + end), "X-Secret");
}

}  // namespace
}  // namespace botcore::api
