#include "api/api_context.hpp"
#include "tests/api_world/api_world.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace botcore::api {
namespace {

using testing::HasSubstr;

class ApiOrders : public testing::Test {
protected:
    ApiWorld world_;
};

TEST_F(ApiOrders, FillsAMarketOrderAndShowsItEverywhere) {
    const auto placed = world_.command("POST", kOrders, kBuy);
    const auto order = ApiWorld::data(placed);
    EXPECT_EQ(order.at("status").as_string(), "FILLED");
    EXPECT_EQ(order.at("executed_price").as_string(), "50000");
    EXPECT_EQ(order.at("market").as_string(), "futures");
    const std::string id = order_id(placed);
    const std::string path = std::string(kOrders) + "/" + id;
    auto shown = world_.get(path);
    EXPECT_EQ(shown.headers["etag"],
              "\"" + std::to_string(ApiWorld::data(shown).at("version").as_int64()) + "\"");
    EXPECT_EQ(ApiWorld::data(shown).at("order_id").as_string(), id);
    EXPECT_EQ(ApiWorld::data(world_.get("/api/orders/" + id)).at("order_id").as_string(), id);
    const auto history = ApiWorld::data(world_.get("/api/accounts/futures/history"));
    EXPECT_EQ(history.at("trades").at(0).at("order_id").as_string(), id);
    const auto position =
        ApiWorld::data(world_.get("/api/trading/positions")).as_array().at(0).as_object();
    EXPECT_EQ(position.at("side").as_string(), "LONG");
    EXPECT_EQ(position.at("current_price").as_string(), "50000") << "The mark price.";
    EXPECT_EQ(position.at("unrealized_pnl").as_string(), "0");
    EXPECT_EQ(position.at("source").as_string(), "generated");
    EXPECT_TRUE(position.at("liquidation_price").is_string() ||
                position.at("liquidation_price").is_null());
}

// @spec:R3-IDEM-05
TEST_F(ApiOrders, ServesTheShortRoutesOnTheDefaultAccount) {
    EXPECT_EQ(world_.command("POST", "/api/trading/execute", kBuy).status, 200);
    EXPECT_EQ(world_.command("POST", "/api/trades/execute", kBuy).status, 200);
    const auto rests = world_.command("POST", "/api/trading/orders", kRest);
    const std::string id = order_id(rests);
    const auto open = ApiWorld::data(world_.get("/api/trading/orders?status=open"));
    EXPECT_EQ(open.at("orders").as_array().size(), 1U);
    EXPECT_EQ(world_.get("/api/trading/orders/" + id).status, 200);
    EXPECT_EQ(world_.command("DELETE", "/api/trading/orders/" + id).status, 200);
    EXPECT_EQ(world_.get("/api/trading/positions/BTCUSDT").status, 200);
    EXPECT_EQ(world_.command("DELETE", "/api/trading/positions/BTCUSDT").status, 200);
    EXPECT_EQ(ApiWorld::code(world_.command("POST", "/api/trading/positions/BTCUSDT/close")),
              "POSITION_NOT_OPEN");
    EXPECT_EQ(world_.get("/api/trading/account").status, 200);
    EXPECT_EQ(ApiWorld::data(world_.get("/api/trading/history")).at("trades").as_array().size(),
              3U);
}

// @spec:R3-IDEM-04
// @spec:R3-IDEM-06 R3-AC-07 R3-IDEM-09
TEST_F(ApiOrders, OneHundredParallelPostsWithOneKeyMakeOneOrderAndTheSameBytes) {
    std::vector<std::unique_ptr<net::TestClient>> clients;
    for (int i = 0; i < 100; ++i)
        clients.push_back(std::make_unique<net::TestClient>(world_.port()));
    for (std::size_t i = 0; i < clients.size(); ++i) {
        // White space, field order and the choice of header make no difference.
        const std::string body =
            i % 2 == 0 ? std::string(kBuy)
                       : R"({ "quantity": "0.010", "side":"BUY", "symbol":"BTCUSDT"})";
        const std::string header =
            i % 3 == 0 ? "X-Idempotency-Key: one\r\n" : "Idempotency-Key: one\r\n";
        clients[i]->send(ApiWorld::text("POST", kOrders, header, body));
    }
    std::set<std::string> bodies;
    int replayed = 0;
    for (auto& client : clients) {
        auto response = client->receive();
        EXPECT_EQ(response.status, 200);
        bodies.insert(response.body);
        replayed += response.headers.contains("idempotent-replayed") ? 1 : 0;
    }
    EXPECT_EQ(bodies.size(), 1U);
    EXPECT_EQ(replayed, 99);
    EXPECT_EQ(world_.exchange.placed, 1);
    EXPECT_THAT(world_.get("/metrics").body,
                HasSubstr("idempotency_hits_total{result=\"replayed\"} 99"));
}

TEST_F(ApiOrders, RefusesAKeyThatBelongsToAnotherRequest) {
    const std::string_view key = "Idempotency-Key: again\r\n";
    EXPECT_EQ(world_.ask("POST", kOrders, key, kBuy).status, 200);
    const auto other = world_.ask("POST", kOrders, key, kRest);
    EXPECT_EQ(other.status, 422);
    EXPECT_EQ(ApiWorld::code(other), "IDEMPOTENCY_KEY_REUSED");
    const auto short_route = world_.ask("POST", "/api/trading/execute", key, kBuy);
    EXPECT_EQ(short_route.status, 200) << "the short route means the same";
}

// @spec:R3-IDEM-06 @spec:R3-IDEM-07 @error:IDEMPOTENCY_KEY_EXPIRED
TEST_F(ApiOrders, AnExpiredKeyNeitherReplaysTheReplyNorExecutesTwice) {
    const std::string_view key = "Idempotency-Key: yesterday\r\n";
    const auto placed = world_.ask("POST", kOrders, key, kBuy);
    ASSERT_EQ(placed.status, 200);
    const std::string id(ApiWorld::data(placed).at("order_id").as_string());
    world_.pass(model::Duration::seconds(23 * 3'600));
    EXPECT_EQ(world_.ask("POST", kOrders, key, kBuy).body, placed.body) << "still the stored bytes";
    world_.pass(model::Duration::seconds(3'600 + 60));
    const auto again = world_.ask("POST", kOrders, key, kBuy);
    EXPECT_EQ(again.status, 409) << again.body;
    EXPECT_EQ(ApiWorld::code(again), "IDEMPOTENCY_KEY_EXPIRED");
    const auto details = ApiWorld::json(again).at("error").at("details");
    EXPECT_EQ(details.at("order_id").as_string(), id);
    const auto order = world_.get(std::string(details.at("status_link").as_string()));
    EXPECT_EQ(ApiWorld::data(order).at("order_id").as_string(), id);
    EXPECT_EQ(ApiWorld::code(world_.ask("POST", kOrders, key, kRest)), "IDEMPOTENCY_KEY_REUSED");
    EXPECT_EQ(world_.exchange.placed, 1);
}

TEST_F(ApiOrders, EquivalentSpellingsAreTheSameRequest) {
    const std::string_view key = "X-Idempotency-Key: spec-1\r\n";
    const auto placed = world_.ask("POST",
                                   "/api/trading/execute",
                                   key,
                                   R"({"symbol":"BTCUSDT","side":"BUY","quantity":0.03})");
    EXPECT_EQ(placed.status, 200) << placed.body;
    EXPECT_EQ(ApiWorld::data(placed).at("quantity").as_string(), "0.03");
    const auto again = world_.ask("POST",
                                  "/api/trading/execute",
                                  key,
                                  R"({"symbol":"btc/usdt","side":"buy","quantity":"0.030"})");
    EXPECT_EQ(again.body, placed.body) << "The request is the same in another spelling.";
    const auto named =
        world_.ask("POST",
                   "/api/trading/execute",
                   key,
                   R"({"symbol":"BTCUSDT","exchange":"binance","side":"BUY","quantity":0.03})");
    EXPECT_EQ(named.body, placed.body) << "This is the default exchange.";
    EXPECT_EQ(ApiWorld::data(placed).at("exchange").as_string(), "binance");
    EXPECT_EQ(world_.get("/api/accounts/futures/positions/btc-usdt").status, 200);
}

// @spec:R3-IDEM-03
TEST_F(ApiOrders, CancelingTwiceIsIdempotent) {
    const std::string path =
        std::string(kOrders) + "/" + order_id(world_.command("POST", kOrders, kRest));
    const auto first = world_.command("DELETE", path);
    EXPECT_EQ(ApiWorld::data(first).at("status").as_string(), "CANCELED");
    EXPECT_EQ(world_.get(path).body.find("\"status\":\"CANCELED\"") != std::string::npos, true);
    const auto again = world_.command("DELETE", path);
    EXPECT_EQ(ApiWorld::data(again).at("status").as_string(), "CANCELED");
    EXPECT_EQ(ApiWorld::data(again).at("version"), ApiWorld::data(first).at("version"));
    EXPECT_EQ(ApiWorld::code(world_.command("DELETE", std::string(kOrders) + "/nonsense")),
              "ORDER_UNKNOWN");
}

TEST_F(ApiOrders, ALateCancelBindsItsKeyToTheRefusal) {
    const std::string path =
        std::string(kOrders) + "/" + order_id(world_.command("POST", kOrders, kBuy));
    ASSERT_EQ(ApiWorld::data(world_.get(path)).at("status").as_string(), "FILLED");
    const auto late = world_.ask("DELETE", path, "Idempotency-Key: late\r\n");
    EXPECT_EQ(late.status, 409) << late.body;
    EXPECT_EQ(ApiWorld::code(late), "ORDER_NOT_OPEN");
    EXPECT_NE(late.body.find("FILLED"), std::string::npos) << late.body;
    const auto again = world_.ask("DELETE", path, "Idempotency-Key: late\r\n");
    EXPECT_EQ(again.status, late.status);
    EXPECT_EQ(again.body, late.body) << "The same bytes: the refusal is recorded.";
}

// @spec:R3-LOCK-03 R3-AC-09 R3-AC-10 R3-LOCK-01
TEST_F(ApiOrders, RefusesAStaleIfMatchAndReportsTheCurrentVersion) {
    const auto rests = world_.command("POST", kOrders, kRest);
    const std::string path = std::string(kOrders) + "/" + order_id(rests);
    const auto version = ApiWorld::data(rests).at("version").as_int64();
    const auto stale = world_.ask("DELETE", path, "Idempotency-Key: stale\r\nIf-Match: \"99\"\r\n");
    EXPECT_EQ(stale.status, 409);
    EXPECT_EQ(ApiWorld::code(stale), "VERSION_CONFLICT");
    EXPECT_EQ(ApiWorld::json(stale).at("error").at("details").at("version").as_int64(), version);
    const std::string fresh =
        "Idempotency-Key: fresh\r\nIf-Match: " + std::to_string(version) + "\r\n";
    EXPECT_EQ(world_.ask("DELETE", path, fresh).status, 200);
    EXPECT_EQ(
        ApiWorld::code(world_.ask("DELETE", path, "Idempotency-Key: f\r\nIf-Match: \xFF\xC3\r\n")),
        "INVALID_FIELD")
        << "the received value is not UTF-8, but the response is";
    EXPECT_EQ(
        ApiWorld::code(world_.ask("DELETE", path, "Idempotency-Key: bad\r\nIf-Match: abc\r\n")),
        "INVALID_FIELD");
    EXPECT_THAT(world_.get("/metrics").body, HasSubstr("optimistic_conflicts_total 1"));
}

TEST_F(ApiOrders, RefusesSequenceNumbersOfAnotherTimeline) {
    const auto rests = world_.command("POST", kOrders, kRest);
    const std::string order = std::string(kOrders) + "/" + order_id(rests);
    const std::string version =
        "If-Match: " + std::to_string(ApiWorld::data(rests).at("version").as_int64()) + "\r\n";
    world_.set_timeline({.number = 2, .id = 0x9f2c41d0, .ancestors = {{1, 0x11, 4}}});
    const std::string current = "X-Timeline: 2-9f2c41d0\r\n";
    const std::string before = "X-Timeline: 1-00000011\r\n";
    int keys = 0;
    const auto cancel = [&](const std::string& headers) {
        return world_.ask(
            "DELETE", order, "Idempotency-Key: t" + std::to_string(++keys) + "\r\n" + headers);
    };
    for (const std::string& headers : {version, version + before, before}) {
        const auto refused = cancel(headers);
        EXPECT_EQ(refused.status, 409) << headers;
        EXPECT_EQ(ApiWorld::code(refused), "HISTORY_CHANGED") << headers;
        EXPECT_EQ(ApiWorld::json(refused).at("error").at("details").at("expected").as_string(),
                  "2-9f2c41d0");
        EXPECT_THAT(refused.body, HasSubstr("up to 4"));
    }
    const std::string page = "/api/accounts/futures/orders?before=9";
    EXPECT_EQ(ApiWorld::code(world_.get(page)), "HISTORY_CHANGED");
    EXPECT_EQ(ApiWorld::code(world_.get("/api/accounts/futures/history?before=9")),
              "HISTORY_CHANGED");
    EXPECT_EQ(ApiWorld::code(world_.get("/api/audit?before=9")), "HISTORY_CHANGED");
    EXPECT_EQ(ApiWorld::code(world_.ask("GET", page, before)), "HISTORY_CHANGED");
    const auto known = world_.ask("GET", page, current);
    EXPECT_EQ(known.status, 200);
    EXPECT_EQ(known.headers.at("x-timeline"), "2-9f2c41d0");
    EXPECT_EQ(world_.get("/api/accounts/futures/orders").status, 200);
    EXPECT_EQ(cancel(version + current).status, 200);
}

TEST_F(ApiOrders, RespondsWith202AfterFiveSecondsAnd409ToDuplicates) {
    world_.exchange.silent = true;
    net::TestClient first(world_.port());
    net::TestClient second(world_.port());
    const std::string request = ApiWorld::text("POST", kOrders, "Idempotency-Key: slow\r\n", kBuy);
    first.send(request);
    second.send(request);
    while (ApiWorld::data(world_.get("/api/trading/orders?status=open"))
               .at("orders")
               .as_array()
               .empty()) {
    }
    // All three must have arrived before the clock moves: two of them then count as duplicates.
    net::TestClient third(world_.port());
    third.send(request);
    while (world_.get("/metrics").body.find("result=\"replayed\"} 2") == std::string::npos) {
    }
    world_.pass(model::Duration::seconds(6));
    std::multiset<int> statuses;
    for (net::TestClient* client : {&first, &second, &third}) {
        const auto response = client->receive();
        statuses.insert(response.status);
        if (response.status == 202) {
            EXPECT_TRUE(ApiWorld::json(response).at("data").as_object().contains("status_link"));
        } else {
            EXPECT_EQ(ApiWorld::code(response), "REQUEST_IN_PROGRESS");
        }
    }
    EXPECT_EQ(statuses, (std::multiset<int>{202, 409, 409}));
}

TEST_F(ApiOrders, ReportsOutcomeUnknownWhenTheStoreFails) {
    world_.break_store(true);
    const auto lost = world_.ask("POST", kOrders, "Idempotency-Key: lost\r\n", kBuy);
    EXPECT_EQ(lost.status, 503);
    EXPECT_EQ(ApiWorld::code(lost), "OUTCOME_UNKNOWN");
    EXPECT_EQ(world_.exchange.placed, 0);
    const auto down = world_.get("/api/accounts/futures");
    EXPECT_EQ(down.status, 503);
    EXPECT_EQ(ApiWorld::code(down), "SERVICE_UNAVAILABLE");
    EXPECT_EQ(world_.get("/health").status, 503);
    EXPECT_EQ(world_.get("/health/ready").status, 503);
    EXPECT_EQ(world_.get("/health/live").status, 200);
    world_.break_store(false);
    world_.pass(model::Duration::seconds(1));
    EXPECT_EQ(world_.ask("POST", kOrders, "Idempotency-Key: lost\r\n", kBuy).status, 200);
    EXPECT_EQ(world_.exchange.placed, 1);
}

// @spec:R3-VAL-06 R3-AC-05
TEST_F(ApiOrders, RefusesAnOrderAboveTheBalance) {
    const auto response =
        world_.command("POST", kOrders, R"({"symbol":"BTCUSDT","side":"BUY","quantity":"5"})");
    EXPECT_EQ(response.status, 422);
    EXPECT_EQ(ApiWorld::code(response), "INSUFFICIENT_BALANCE");
}

// @spec:R3-VAL-09
TEST_F(ApiOrders, RefusesAQuantityBelowTheExchangesMinimum) {
    const auto response = world_.command(
        "POST", kOrders, R"({"symbol":"BTCUSDT","side":"BUY","quantity":"0.00001"})");
    EXPECT_EQ(response.status, 422);
    EXPECT_EQ(ApiWorld::code(response), "QUANTITY_TOO_SMALL");
}

TEST_F(ApiOrders, ExplainsAnOrderFromTheJournal) {
    const std::string id = order_id(world_.command("POST", kOrders, kBuy));
    const std::vector<std::string> paths = {"/api/orders/" + id + "/explain",
                                            std::string(kOrders) + "/" + id + "/explain",
                                            "/api/trading/orders/" + id + "/explain"};
    for (const std::string& path : paths) {
        const auto story = ApiWorld::data(world_.get(path)).at("story").as_array();
        ASSERT_EQ(story.size(), 2U);
        EXPECT_EQ(story[0].at("kind").as_string(), "PlaceOrder");
        EXPECT_EQ(story[0].at("state").as_string(), "INTENDED");
        EXPECT_EQ(story[0].at("attempt").at("number").as_int64(), 1);
        EXPECT_THAT(std::string(story[0].at("text").as_string()), HasSubstr("generated market"));
        EXPECT_EQ(story[1].at("kind").as_string(), "ReportOrder");
        EXPECT_EQ(story[1].at("state").as_string(), "FILLED");
        EXPECT_EQ(story[1].at("trades").as_array().size(), 1U);
    }
    EXPECT_EQ(world_.get("/api/orders/nonsense/explain").status, 404);
}

TEST_F(ApiOrders, PagesThroughOrdersAndHistory) {
    const std::string_view small = R"({"symbol":"BTCUSDT","side":"BUY","quantity":"0.003"})";
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(world_.command("POST", kOrders, small).status, 200);
    for (const auto& [path, list] :
         {std::pair<std::string, const char*>{"/api/accounts/futures/orders", "orders"},
          std::pair<std::string, const char*>{"/api/accounts/futures/history", "trades"}}) {
        std::set<std::string> seen;
        std::string before;
        for (int page = 0; page < 10; ++page) {
            const auto data = ApiWorld::data(world_.get(path + "?limit=2" + before));
            for (const auto& item : data.at(list).as_array()) {
                seen.insert(std::string(item.at("order_id").as_string()));
            }
            if (data.at("next_before").is_null()) break;
            before = "&before=" + std::to_string(data.at("next_before").as_int64());
        }
        EXPECT_EQ(seen.size(), 5U) << path;
    }
}

/// The ids of the page's rows, in order.
std::vector<std::string> ids_of(const boost::json::value& page, const char* list, const char* id) {
    std::vector<std::string> ids;
    for (const auto& row : page.at(list).as_array())
        ids.push_back(boost::json::serialize(row.at(id)));
    return ids;
}

TEST_F(ApiOrders, PagesThroughTradesAndOrdersOfATimeRange) {
    using Ids = std::vector<std::string>;
    const std::string_view small = R"({"symbol":"BTCUSDT","side":"BUY","quantity":"0.003"})";
    world_.exchange.trades = 3;
    world_.exchange.gap_ms = 10;
    for (int i = 0; i < 4; ++i) {  // At 14:13:20 and every hour after it.
        EXPECT_EQ(world_.command("POST", kOrders, small).status, 200);
        world_.pass(model::Duration::seconds(3'600));
    }
    const std::string history = "/api/accounts/futures/history?";
    const auto trades = [&](const std::string& query) {
        return ids_of(ApiWorld::data(world_.get(history + query)), "trades", "trade_id");
    };
    const Ids all = trades("limit=100");
    ASSERT_EQ(all.size(), 12U);
    const auto some = [&](std::size_t first, std::size_t last) {
        return Ids(all.begin() + static_cast<std::ptrdiff_t>(first),
                   all.begin() + static_cast<std::ptrdiff_t>(last));
    };
    EXPECT_EQ(trades("since=2026-09-21T15:00:00Z&until=2026-09-21T16:30:00Z"), some(3, 9));
    EXPECT_EQ(trades("since=1790003600000&until=1790003600001"), some(8, 9))
        << "One trade of a record.";
    EXPECT_EQ(trades("since=1790003600001&until=1790007200010"), some(5, 8))
        << "Some trades of two records.";
    EXPECT_EQ(trades("since=2026-09-21T16:13:20Z"), some(0, 6));
    EXPECT_EQ(trades("until=2026-09-21T14:13:20Z"), Ids());
    EXPECT_EQ(trades("since=2036-01-01T00:00Z"), Ids());
    Ids paged;
    std::string before;
    for (int page = 0; page < 10; ++page) {
        const auto data =
            ApiWorld::data(world_.get(history + "since=1790003600000&limit=2" + before));
        for (const auto& id : ids_of(data, "trades", "trade_id"))
            paged.push_back(id);
        if (data.at("next_before").is_null()) break;
        before = "&before=" + std::to_string(data.at("next_before").as_int64());
    }
    EXPECT_EQ(paged, some(0, 9));
    const auto orders = [&](const std::string& query) {
        return ids_of(
            ApiWorld::data(world_.get(std::string(kOrders) + "?" + query)), "orders", "order_id");
    };
    const Ids placed = orders("limit=100");
    ASSERT_EQ(placed.size(), 4U);
    EXPECT_EQ(orders("since=2026-09-21T15:00:00Z&until=2026-09-21T16:30:00Z"),
              Ids(placed.begin() + 1, placed.begin() + 3));
    EXPECT_EQ(orders("until=2026-09-21T15:00:00Z&status=all"),
              Ids(placed.begin() + 3, placed.end()));
    EXPECT_EQ(orders("since=2026-09-21T15:00:00Z&status=failed"), Ids());
    for (const char* wrong : {"since=yesterday", "since=-1", "since=2&until=2", "until="}) {
        EXPECT_EQ(world_.get(history + wrong).status, 400) << wrong;
        EXPECT_EQ(world_.get(std::string(kOrders) + "?" + wrong).status, 400) << wrong;
    }
}

TEST_F(ApiOrders, FindsALateReportedTradeAtItsOwnTime) {
    world_.exchange.offset_ms = -3'600'000;
    EXPECT_EQ(world_.command("POST", kOrders, kBuy).status, 200);
    for (int i = 0; i < 60; ++i)
        world_.pass(model::Duration::seconds(3'600));
    world_.exchange.offset_ms = 0;
    EXPECT_EQ(world_.command("POST", kOrders, kBuy).status, 200);
    const int before = world_.journal_reads();
    const auto page = ApiWorld::data(
        world_.get("/api/trading/history?since=2026-09-21T13:00:00Z&until=2026-09-21T14:00:00Z"));
    ASSERT_EQ(page.at("trades").as_array().size(), 1U);
    EXPECT_EQ(page.at("trades").at(0).at("time").as_string(), "2026-09-21T13:13:20.000Z");
    EXPECT_LE(world_.journal_reads() - before, 20)
        << "The journal is bisected instead of read completely.";
    EXPECT_GT(world_.journal_reads() - before, 0);
}

TEST_F(ApiOrders, ClosesAPositionAndSetsLeverage) {
    const auto set = world_.command(
        "POST", "/api/accounts/futures/positions/BTCUSDT/leverage", R"({"leverage":"10"})");
    EXPECT_EQ(ApiWorld::data(set).at("leverage").as_string(), "10");
    EXPECT_EQ(world_.command("POST", kOrders, kBuy).status, 200);
    EXPECT_EQ(ApiWorld::code(world_.command(
                  "POST", "/api/accounts/futures/positions/BTCUSDT/leverage", R"({"leverage":5})")),
              "POSITION_OPEN");
    const auto closed = world_.command("POST", "/api/accounts/futures/positions/BTCUSDT/close");
    EXPECT_EQ(ApiWorld::data(closed).at("side").as_string(), "SELL");
    EXPECT_TRUE(ApiWorld::data(world_.get("/api/accounts/futures/positions")).as_array().empty());
    const auto flat = ApiWorld::data(world_.get("/api/accounts/futures/positions/BTCUSDT"));
    EXPECT_EQ(flat.at("side").as_string(), "FLAT");
}

}  // namespace
}  // namespace botcore::api
