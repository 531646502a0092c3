#include "api/rate_limit_filter.hpp"

#include "api/cors_filter.hpp"
#include "api/user_access.hpp"
#include "net/client_address.hpp"
#include "net/http_server.hpp"
#include "tests/api_world/api_world.hpp"

#include <gtest/gtest.h>

namespace botcore::api {
namespace {

constexpr std::string_view kOrder =
    R"({"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","price":"49000","quantity":"0.01"})";

UserAccessOptions limited() {
    UserAccessOptions who = test_access();
    who.limits.entries.count = 3;
    who.limits.exits.count = 5;
    who.limits.reads.count = 4;
    who.limits.public_reads.count = 6;
    who.limits.logins.count = 2;
    who.limits.registrations.count = 1;
    who.limits.for_operators = true;
    who.limits.for_loopback = true;
    who.auth_routes.registration_open = true;
    return who;
}

TEST(Limits, HeadersStateTheRemainingRequestsAndWhenToRetry) {
    UserAccessOptions who = limited();
    who.limits.reads.per = base::Duration::seconds(8);
    ApiWorld world(who);
    for (int left = 3; left >= 0; --left) {
        const auto response = world.get("/api/accounts");
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(response.headers.at("x-ratelimit-limit"), "4");
        EXPECT_EQ(response.headers.at("x-ratelimit-remaining"), std::to_string(left));
    }
    const auto refused = world.get("/api/accounts");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(ApiWorld::code(refused), "RATE_LIMITED");
    EXPECT_EQ(refused.headers.at("retry-after"), "2");
    EXPECT_EQ(refused.headers.at("x-ratelimit-reset"), "8");
    world.pass(model::Duration::seconds(2));
    EXPECT_EQ(world.get("/api/accounts").status, 200);
}

TEST(Limits, TheCostOfAReadDependsOnTheSizeOfItsResponse) {
    UserAccessOptions who = limited();
    who.limits.entries.count = who.limits.exits.count = 0;
    who.limits.reads = {.count = 20, .per = base::Duration::seconds(20)};
    ApiWorld world(who);
    for (int i = 0; i < 60; ++i) {
        // The engine limits entries per second, too.
        world.pass(model::Duration::seconds(1));
        const auto placed = world.command("POST", "/api/trading/orders", kOrder);
        ASSERT_EQ(placed.status, 200) << placed.body;
        const std::string id(ApiWorld::data(placed).at("order_id").as_string());
        ASSERT_EQ(world.command("DELETE", "/api/trading/orders/" + id).status, 200);
    }
    const auto page = world.get("/api/trading/orders?limit=60");
    ASSERT_EQ(page.status, 200);
    const std::size_t extra = page.body.size() / kPermitBytes;
    ASSERT_GE(extra, 2U) << page.body.size() << " bytes";
    EXPECT_EQ(page.headers.at("x-ratelimit-remaining"), "19") << "the price is not known before";
    const auto next = world.get("/api/accounts");
    EXPECT_EQ(next.headers.at("x-ratelimit-remaining"), std::to_string(18 - extra));
}

// Invariant I9: the limit on entries never blocks an exit.
TEST(Limits, TheLimitOnEntriesDoesNotAffectExits) {
    ApiWorld world(limited());
    world.pass(model::Duration::seconds(10));
    std::string order;
    for (int i = 0; i < 3; ++i) {
        const auto placed = world.command("POST", "/api/trading/orders", kOrder);
        EXPECT_EQ(placed.status, 200) << placed.body;
        EXPECT_EQ(placed.headers.at("x-ratelimit-remaining"), std::to_string(2 - i));
        order = ApiWorld::data(placed).at("order_id").as_string();
    }
    EXPECT_EQ(world.command("POST", "/api/trading/orders", kOrder).status, 429);
    EXPECT_EQ(world.metric("rate_limited_total{route=\"trade\"}"), 1.0);
    const auto canceled = world.command("DELETE", "/api/trading/orders/" + order);
    EXPECT_EQ(canceled.status, 200) << canceled.body;
    EXPECT_EQ(canceled.headers.at("x-ratelimit-limit"), "5");
}

TEST(Limits, LimitsByAddressApplyToPublicRoutes) {
    ApiWorld world(limited());
    for (int i = 0; i < 6; ++i)
        EXPECT_EQ(world.get("/api/ping").status, 200);
    EXPECT_EQ(world.get("/api/ping").status, 429);
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(world.ask_as("", "POST", "/api/auth/login", "{}").status, 400);
    EXPECT_EQ(world.ask_as("", "POST", "/api/auth/login", "{}").status, 429);
    EXPECT_EQ(world.ask_as("", "POST", "/api/auth/register", "{}").status, 400);
    EXPECT_EQ(world.ask_as("", "POST", "/api/auth/register", "{}").status, 429);
    world.pass(model::Duration::seconds(60));  // /metrics is a public route, too.
    for (const char* route : {"global", "login", "register"}) {
        EXPECT_EQ(world.metric("rate_limited_total{route=\"" + std::string(route) + "\"}"), 1.0)
            << route;
    }
}

TEST(Limits, LimitsAddressesThatSendWrongTokens) {
    ApiWorld world(limited());
    for (int i = 0; i < 6; ++i)
        EXPECT_EQ(world.ask_as("wrong", "GET", "/api/accounts").status, 401);
    const auto refused = world.ask_as("wrong", "GET", "/api/accounts");
    EXPECT_EQ(refused.status, 429);
    EXPECT_NE(refused.headers.at("retry-after"), "0");
}

TEST(Limits, OperatorsAndThisMachineAreExemptByDefault) {
    UserAccessOptions who = limited();
    who.limits.for_operators = false;
    who.limits.for_loopback = false;
    ApiWorld world(who);
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(world.get("/api/accounts").status, 200);
        EXPECT_EQ(world.get("/api/ping").status, 200);
        EXPECT_EQ(world.ask_as("wrong", "GET", "/api/accounts").status, 401);
    }
    EXPECT_EQ(world.get("/api/accounts").headers.count("x-ratelimit-limit"), 0U);
}

TEST(Limits, TreatsAnIpv6NetworkAsOneAddress) {
    EXPECT_EQ(net::limit_key("203.0.113.7"), "203.0.113.7");
    EXPECT_EQ(net::limit_key("2001:db8:1:2:3:4:5:6"), net::limit_key("2001:db8:1:2:ffff::1"));
    EXPECT_NE(net::limit_key("2001:db8:1:2::1"), net::limit_key("2001:db8:1:3::1"));
    EXPECT_EQ(net::limit_key("2001:db8::1"), net::limit_key("2001:db8::2"));
    EXPECT_EQ(net::limit_key("::ffff:1.2.3.4"), "1.2.3.4");
    EXPECT_EQ(net::limit_key("2001:db8:0:0:1::"), net::limit_key("2001:db8::1"));
    EXPECT_EQ(net::limit_key("fe80::1%eth0"), net::limit_key("fe80::2"));
    EXPECT_EQ(net::limit_key(""), "");
}

std::string preflight(std::string_view origin) {
    return "OPTIONS /api/trading/orders HTTP/1.1\r\nHost: localhost\r\nOrigin: " +
           std::string(origin) +
           "\r\nAccess-Control-Request-Method: POST\r\nContent-Length: 0\r\n\r\n";
}

TEST(WebOrigins, OnlyListedOriginsAreAllowed) {
    UserAccessOptions who = test_access();
    who.cors_origins = "https://bots.example.org, https://other.example.org";
    ApiWorld world(who);
    for (const char* origin : {"https://bots.example.org", "https://other.example.org"}) {
        auto client = world.client();
        client.send(preflight(origin));
        const auto response = client.receive();
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(response.headers.at("access-control-allow-origin"), origin);
        EXPECT_NE(response.headers.at("access-control-allow-methods").find("DELETE"),
                  std::string::npos);
        EXPECT_NE(response.headers.at("access-control-allow-headers").find("Idempotency-Key"),
                  std::string::npos);
        const auto read =
            world.ask("GET", "/api/accounts", "Origin: " + std::string(origin) + "\r\n");
        EXPECT_EQ(read.status, 200);
        EXPECT_EQ(read.headers.at("access-control-allow-origin"), origin);
        EXPECT_EQ(read.headers.at("vary"), "Origin");
    }
    for (const char* origin : {"https://bots.example.org.evil.org",
                               "http://bots.example.org",
                               "https://bots.example.org:8443",
                               "https://DESK.example.org",
                               "null",
                               "*"}) {
        auto client = world.client();
        client.send(preflight(origin));
        const auto response = client.receive();
        EXPECT_EQ(response.status, 403) << origin;
        EXPECT_EQ(ApiWorld::code(response), "ORIGIN_NOT_ALLOWED");
        EXPECT_EQ(response.headers.count("access-control-allow-origin"), 0U) << origin;
        const auto read =
            world.ask("GET", "/api/accounts", "Origin: " + std::string(origin) + "\r\n");
        EXPECT_EQ(read.headers.count("access-control-allow-origin"), 0U) << origin;
    }
}

TEST(WebOrigins, ReportsAnInvalidOriginInTheList) {
    EXPECT_EQ(mistake_in_origins(""), "");
    EXPECT_EQ(mistake_in_origins("https://a.b, http://localhost:3000"), "");
    for (const char* origins :
         {"*", "a.b", "https://a.b/", "https://A.b", "https://", "https://*.b"})
        EXPECT_NE(mistake_in_origins(origins), "") << origins;
}

}  // namespace
}  // namespace botcore::api
