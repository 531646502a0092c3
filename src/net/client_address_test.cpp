#include "net/client_address.hpp"

#include "api/user_access.hpp"
#include "base/random.hpp"
#include "net/http_server.hpp"
#include "tests/api_world/api_world.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace botcore::net {
namespace {

TrustedProxies proxies(std::string_view list) {
    auto parsed = TrustedProxies::parse(list);
    EXPECT_TRUE(parsed.has_value()) << list;
    return parsed ? std::move(parsed).value() : TrustedProxies();
}

TEST(TrustedProxies, MatchAddressesAndNetworks) {
    const TrustedProxies some = proxies(" 127.0.0.1,10.1.0.0/15 ,fd00::/8,2001:db8::7, ");
    EXPECT_TRUE(some.trusts("127.0.0.1"));
    EXPECT_TRUE(some.trusts("::ffff:127.0.0.1"));
    EXPECT_TRUE(some.trusts("10.0.0.1"));
    EXPECT_TRUE(some.trusts("10.1.255.255"));
    EXPECT_TRUE(some.trusts("fd12:3456::1"));
    EXPECT_TRUE(some.trusts("2001:db8:0::7"));
    for (const char* address :
         {"127.0.0.2", "10.2.0.0", "11.0.0.1", "fe80::1", "2001:db8::8", "", "unknown"}) {
        EXPECT_FALSE(some.trusts(address)) << address;
    }
    EXPECT_FALSE(proxies("").trusts("127.0.0.1"));
    for (const char* list : {"localhost",
                             "10.0.0.0/33",
                             "10.0.0.0/",
                             "10.0.0.0/0",
                             "::/0",
                             "fd00::/129",
                             "10.0.0.0/8x",
                             "10.0.0.0/-1",
                             "127.0.0.1:80",
                             "[::1]",
                             "127.0.0.1 10.0.0.1"}) {
        EXPECT_FALSE(TrustedProxies::parse(list).has_value()) << list;
    }
}

TEST(TrustedProxies, TheRightmostUntrustedAddressIsTheClient) {
    const TrustedProxies ours = proxies("127.0.0.1, 10.0.0.0/8, fd00::/8");
    const auto client = [&](std::string_view header) {
        return ours.client_of("127.0.0.1", header);
    };
    EXPECT_EQ(client("203.0.113.4"), "203.0.113.4");
    EXPECT_EQ(client("6.6.6.6, 203.0.113.4"), "203.0.113.4")
        << "The client itself sent the first address.";
    EXPECT_EQ(client("127.0.0.1, 203.0.113.4, 10.1.2.3"), "203.0.113.4");
    EXPECT_EQ(client("203.0.113.4,\t10.1.2.3 ,  fd00::5"), "203.0.113.4");
    EXPECT_EQ(client("10.1.2.3"), "10.1.2.3")
        << "All are trusted proxies, so the leftmost is the client.";
    EXPECT_EQ(client(""), "127.0.0.1");
    EXPECT_EQ(client("203.0.113.4:4711"), "203.0.113.4");
    EXPECT_EQ(client("2001:db8::1"), "2001:db8::1");
    EXPECT_EQ(client("[2001:db8::1]"), "2001:db8::1");
    EXPECT_EQ(client("[2001:DB8:0:0::1]:443"), "2001:db8::1");
    EXPECT_EQ(client("::ffff:203.0.113.4"), "203.0.113.4");
    // The header of an untrusted peer is ignored.
    EXPECT_EQ(ours.client_of("198.51.100.1", "203.0.113.4"), "198.51.100.1");
    EXPECT_EQ(ours.client_of("::ffff:198.51.100.1", "203.0.113.4"), "198.51.100.1");
    EXPECT_EQ(ours.client_of("", "203.0.113.4"), "");
    EXPECT_EQ(proxies("").client_of("127.0.0.1", "203.0.113.4"), "127.0.0.1");
}

TEST(TrustedProxies, AnInvalidAddressEndsTheSearch) {
    const TrustedProxies ours = proxies("127.0.0.1, 10.0.0.0/8");
    for (const char* entry : {"unknown",
                              "_hidden",
                              ",",
                              " ",
                              "203.0.113.256",
                              "203.0.113.4:",
                              "203.0.113.4:70000",
                              "203.0.113.4:8x",
                              "[203.0.113.4]",
                              "[2001:db8::1",
                              "[2001:db8::1]443",
                              "[2001:db8::1]:",
                              "[]",
                              "[",
                              "]",
                              ":",
                              "::1::",
                              "2001:db8::1%eth0",
                              "for=203.0.113.4",
                              "\"203.0.113.4\"",
                              "0x7f.1",
                              "1"}) {
        EXPECT_EQ(ours.client_of("127.0.0.1", entry), "127.0.0.1") << entry;
        EXPECT_EQ(ours.client_of("127.0.0.1", "203.0.113.4, " + std::string(entry) + ", 10.1.2.3"),
                  "10.1.2.3")
            << entry;
    }
    base::Random random(7);
    for (int round = 0; round < 20'000; ++round) {
        std::string header;
        constexpr std::string_view kBytes = "0123456789abcdef.:[],% \t\x80\"_";
        for (std::uint64_t left = random.next() % 40; left > 0; --left)
            header.push_back(kBytes[random.next() % kBytes.size()]);
        EXPECT_FALSE(ours.client_of("127.0.0.1", header).empty()) << header;
    }
}

class BehindProxy : public testing::Test {
protected:
    static api::UserAccessOptions one_login_a_minute() {
        api::UserAccessOptions who = api::test_access();
        who.limits.logins = {.count = 1, .per = base::Duration::seconds(60)};
        who.limits.public_reads.count = 3;
        return who;
    }

    static HttpServerOptions trusting(std::string proxies) {
        HttpServerOptions options;
        options.trusted_proxies = std::move(proxies);
        return options;
    }

    static int login(api::ApiWorld& world, std::string_view forwarded_for) {
        auto client = world.client();
        const std::string body = R"({"email":"a@b.co","password":"wrong"})";
        client.send("POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: " +
                    std::string(forwarded_for) + "\r\nContent-Type: application/json\r\n" +
                    "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        return client.receive().status;
    }
};

// Regression: behind a proxy on the same machine, ten wrong logins a minute locked out every user.
TEST_F(BehindProxy, LoginLimitsApplyToEachClientAddress) {
    api::ApiWorld world(one_login_a_minute(), trusting("127.0.0.1"));
    EXPECT_EQ(login(world, "6.6.6.6"), 401);
    EXPECT_EQ(login(world, "6.6.6.6"), 429);
    EXPECT_EQ(login(world, "203.0.113.4"), 401);
    EXPECT_EQ(login(world, "203.0.113.4, 6.6.6.6"), 429)
        << "A forged address in the header has no effect.";
    EXPECT_EQ(login(world, "203.0.113.5:1234"), 401);
    EXPECT_EQ(login(world, "[2001:db8::1]:1234"), 401);
    EXPECT_EQ(login(world, "2001:db8::ffff"), 429) << "The same network of 64 bits.";
    EXPECT_EQ(login(world, "nonsense ,,,[[::"), 401)
        << "The attempt counts for the proxy's own address.";
    EXPECT_EQ(login(world, "other nonsense"), 429);
}

TEST_F(BehindProxy, TheHeaderOfAnUntrustedPeerIsIgnored) {
    api::ApiWorld world(one_login_a_minute(), trusting("10.0.0.1"));
    EXPECT_EQ(login(world, "6.6.6.6"), 401);
    EXPECT_EQ(login(world, "203.0.113.4"), 429);
    EXPECT_EQ(login(world, "10.0.0.1"), 429);
}

TEST_F(BehindProxy, ForwardedCallersAreNotTreatedAsLocal) {
    api::ApiWorld world(one_login_a_minute(), trusting("127.0.0.1"));
    const auto ping = [&](const std::string& header) {
        return world.ask("GET", "/api/ping", header).status;
    };
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(ping("X-Forwarded-For: 127.0.0.1\r\n"), 200);
    EXPECT_EQ(ping("X-Forwarded-For: 127.0.0.1\r\n"), 429);
    EXPECT_EQ(ping(""), 200) << "A program on this machine.";
}

// A proxy checks and sets headers in the head; it may forward trailers unchanged.
TEST_F(BehindProxy, TrailersAreNotUsedAsHeaders) {
    api::ApiWorld world(one_login_a_minute(), trusting("127.0.0.1"));
    const std::string chunk = R"({"email":"a@b.co","password":"wrong"})";
    const auto chunked = [&](const std::string& head, const std::string& trailer) {
        auto client = world.client();
        client.send("POST " + head + "Transfer-Encoding: chunked\r\n\r\n25\r\n" + chunk +
                    "\r\n0\r\n" + trailer + "\r\n");
        return client.receive().status;
    };
    ASSERT_EQ(chunk.size(), 0x25U);
    const std::string login =
        "/api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "X-Forwarded-For: 6.6.6.6\r\n";
    EXPECT_EQ(chunked(login, "X-Forwarded-For: 203.0.113.4\r\n"), 401);
    EXPECT_EQ(chunked(login, "X-Forwarded-For: 203.0.113.5\r\n"), 429);
    const std::string order =
        "/api/trading/orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Idempotency-Key: k\r\n";
    EXPECT_EQ(chunked(order, std::string("Authorization: Bearer ") + api::kToken + "\r\n"), 401);
}

TEST_F(BehindProxy, AnInvalidProxyListPreventsTheStart) {
    class Nobody final : public HttpHandler {
        void handle(HttpRequest /*request*/, Respond respond) override { respond({}); }
    } nobody;

    boost::asio::io_context context;
    HttpServer server(context, trusting("proxy.example.org"), nobody);
    EXPECT_NE(server.start().find("http.trusted_proxies: expected"), std::string::npos);
}

/// A guesser at one address tries a user's password; the user logs in from another address.
class WrongPasswords : public testing::Test {
protected:
    void SetUp() override {
        const auto added =
            world.ask_as(api::kToken,
                         "POST",
                         "/api/auth/register",
                         R"({"email":"ann@example.org","name":"Ann","password":"Tr4il-bl4zer"})");
        ASSERT_EQ(added.status, 201) << added.body;
        id = api::ApiWorld::json(added).at("data").at("id").as_string();
    }

    TestResponse login(std::string_view from,
                       std::string_view password,
                       std::string_view email = "ann@example.org") {
        const std::string body = R"({"email":")" + std::string(email) + R"(","password":")" +
                                 std::string(password) + R"("})";
        auto client = world.client();
        client.send("POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: " +
                    std::string(from) + "\r\nContent-Type: application/json\r\n" +
                    "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        return client.receive();
    }

    static HttpServerOptions trusting() {
        HttpServerOptions options;
        options.trusted_proxies = "127.0.0.1";
        return options;
    }

    api::ApiWorld world{api::test_access(), trusting()};
    std::string id;
    const std::string good = "Tr4il-bl4zer";
};

TEST_F(WrongPasswords, FromAnotherAddressDoNotLockTheUserOut) {
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(login("6.6.6.6", "wrong").status, 401);
    const auto delayed = login("6.6.6.6", "wrong");
    EXPECT_EQ(delayed.status, 429);
    EXPECT_EQ(api::ApiWorld::code(delayed), "RATE_LIMITED");
    EXPECT_EQ(delayed.headers.at("retry-after"), "1");
    EXPECT_EQ(login("203.0.113.4", good).status, 200);
    EXPECT_EQ(login("6.6.6.6", good).status, 429) << "The delay applies to the right password too.";
    EXPECT_EQ(world.metric("logins_total{result=\"delayed\"}"), 2.0);
    world.pass(model::Duration::seconds(1));
    EXPECT_EQ(login("6.6.6.6", "wrong").status, 401)
        << "Refused attempts do not prolong the delay.";
    EXPECT_EQ(login("6.6.6.6", "wrong").headers.at("retry-after"), "2");
}

TEST_F(WrongPasswords, AreDelayedAlikeForUnknownUsers) {
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(login("6.6.6.6", "wrong", "nobody@example.org").status, 401);
    const auto delayed = login("6.6.6.6", "wrong", "NOBODY@example.org");
    EXPECT_EQ(delayed.status, 429);
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(login("6.6.6.7", "wrong").status, 401);
    const auto known = login("6.6.6.7", "wrong");
    EXPECT_EQ(api::ApiWorld::json(known).at("error").at("message"),
              api::ApiWorld::json(delayed).at("error").at("message"));
    EXPECT_EQ(login("6.6.6.6", "wrong").status, 401) << "Another user from the same address.";
}

TEST_F(WrongPasswords, AreResetWhenAnOperatorSetsANewPassword) {
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(login("203.0.113.4", "wrong").status, 401);
    EXPECT_EQ(login("203.0.113.4", good).status, 429);
    EXPECT_EQ(world
                  .ask_as(api::kToken,
                          "POST",
                          "/api/users/" + id + "/password",
                          R"({"password":"Tr4il-bl4zer/2"})")
                  .status,
              200);
    EXPECT_EQ(login("203.0.113.4", "Tr4il-bl4zer/2").status, 200);
}

TEST_F(WrongPasswords, AlsoDelayPasswordChanges) {
    const std::string token(
        api::ApiWorld::data(login("203.0.113.4", good)).at("token").as_string());
    const auto change = [&](std::string_view present) {
        return world
            .ask_as(token,
                    "POST",
                    "/api/auth/change-password",
                    R"({"current_password":")" + std::string(present) +
                        R"(","new_password":"Tr4il-bl4zer/3"})")
            .status;
    };
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(change("wrong"), 400);
    EXPECT_EQ(change(good), 429);
    EXPECT_EQ(login("203.0.113.4", good).status, 200)
        << "Wrong passwords sent with a stolen token do not delay logins.";
    world.pass(model::Duration::seconds(1));
    EXPECT_EQ(change(good), 200);
}

}  // namespace
}  // namespace botcore::net
