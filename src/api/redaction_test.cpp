#include "tests/api_world/api_world.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace botcore::api {
namespace {

/// This text is part of every secret that these tests send; it must not appear in any output.
const std::string kMark = "M4rk3d";
const std::string kToken64 = kMark + std::string(58, 'x');
const std::string kPassword = kMark + "-Tr4il-bl4zer";
const std::string kEmail = "m4rk3d.person@example.org";

class Leaks : public testing::Test {
protected:
    void send(std::string_view method,
              std::string_view path,
              std::string_view headers = {},
              std::string_view body = {}) {
        keep(method, path, world.ask(method, path, headers, body));
    }

    void send_raw(const std::string& bytes) {
        net::TestClient client(world.port());
        client.send(bytes);
        keep("raw", "bytes", client.receive());
    }

    void keep(std::string_view method, std::string_view path, const net::TestResponse& response) {
        EXPECT_NE(response.status, 0) << method << " " << path;
        out.emplace_back("answer to " + std::string(method), response.body);
        for (const auto& [name, value] : response.headers)
            out.emplace_back("header " + name, value);
    }

    void expect_no_mark() {
        const std::string metrics = world.get("/metrics").body;
        EXPECT_NE(metrics.find("http_requests"), std::string::npos);
        out.emplace_back("metrics", metrics);
        out.emplace_back("journal", world.get("/api/journal?limit=1000").body);
        out.emplace_back("audit", world.get("/api/audit?limit=1000").body);
        world.flush_log();
        std::ifstream file(world.log_file());
        const std::string log{std::istreambuf_iterator<char>(file), {}};
        EXPECT_NE(log.find("request completed"), std::string::npos);
        out.emplace_back("log", log);
        for (const auto& [where, text] : out) {
            EXPECT_EQ(text.find(kMark), std::string::npos)
                << where << ": " << text.substr(0, 4'096);
            EXPECT_EQ(text.find("m4rk3d"), std::string::npos)
                << where << ": " << text.substr(0, 4'096);
        }
    }

    ApiWorld world;
    std::vector<std::pair<std::string, std::string>> out;
};

// @spec:RN-SEC-01
TEST_F(Leaks, SecretsInHeadersAppearInNoOutput) {
    for (const char* path : {"/api/accounts", "/health", "/api/nothing"}) {
        send_raw("GET " + std::string(path) +
                 " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + kToken64 +
                 "\r\nX-Request-ID: " + kToken64 + "\r\n\r\n");
        send_raw("GET " + std::string(path) +
                 " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic " + kToken64 +
                 "\r\nOrigin: https://" + kToken64 + "\r\n\r\n");
    }
    send("POST",
         "/api/accounts/futures/reset",
         "If-Match: " + kToken64 + "\r\nIdempotency-Key: a\r\n");
    send("POST",
         "/api/trading/orders",
         "Idempotency-Key: a\r\nX-Idempotency-Key: " + kToken64 + "\r\n",
         "{}");
    send_raw("GET / HTTP/1.1\r\nHost: localhost\r\nA" + kToken64 + "\r\n\r\n");
    send_raw("OPTIONS /api/accounts HTTP/1.1\r\nHost: localhost\r\nOrigin: https://" + kToken64 +
             "\r\nAccess-Control-Request-Method: " + kToken64 + "\r\n\r\n");
    expect_no_mark();
}

TEST_F(Leaks, SecretsInTargetsAppearInNoOutput) {
    for (const std::string& path : {"/" + kToken64,
                                    "/api/orders/" + kToken64,
                                    "/api/orders/" + kToken64 + "/explain",
                                    "/api/accounts/" + kToken64,
                                    "/api/trading/positions/" + kToken64,
                                    "/api/accounts?token=" + kPassword,
                                    "/api/accounts?" + kToken64 + "=1",
                                    "/api/trading/orders?limit=" + kToken64,
                                    "/api/trading/orders?symbol=" + kToken64,
                                    "/api/market/book/" + kToken64,
                                    "/api/users/" + kToken64,
                                    "/api/audit?actor=" + kToken64,
                                    "/health?signature=" + kPassword}) {
        send("GET", path);
    }
    send("DELETE", "/api/auth/sessions/" + kToken64);
    send_raw("GET /%zz" + kToken64 + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    expect_no_mark();
}

TEST_F(Leaks, SecretsInBodiesAppearInNoOutput) {
    const std::vector<std::string> bodies = {
        kPassword,
        "{\"password\":\"" + kPassword,
        R"({"password":")" + kPassword + R"("})",
        R"({"password":")" + kPassword + R"(","password":")" + kPassword + R"("})",
        R"({"email":")" + kEmail + R"(","password":[")" + kPassword + R"("]})",
        R"({"email":")" + kPassword + R"(","password":")" + kPassword + R"("})",
        R"({"email":[1],"password":"x"})",
        R"({"email":")" + kEmail + R"(","password":")" + kPassword + R"("})",
        R"({"email":")" + kEmail + R"(","password":")" + kPassword + R"(","name":7})",
        R"({")" + kToken64 + R"(":1})",
        R"({"symbol":")" + kToken64 + R"(","side":"BUY","quantity":"1"})",
        R"({"symbol":"BTCUSDT","side":"BUY","quantity":")" + kToken64 + R"("})",
        R"({"account":")" + kToken64 + R"(","market":"spot","deposit":"1"})",
        R"({"role":")" + kToken64 + R"("})",
        R"({"current_password":")" + kPassword + R"(","new_password":7})"};
    for (const std::string& body : bodies) {
        for (const char* path : {"/api/auth/login",
                                 "/api/auth/register",
                                 "/api/auth/change-password",
                                 "/api/users/u-none/role",
                                 "/api/users/u-none/password",
                                 "/api/trading/orders",
                                 "/api/accounts",
                                 "/api/transfers"}) {
            send("POST", path, "Idempotency-Key: k\r\n", body);
        }
        send("PATCH", "/api/auth/profile", {}, body);
    }
    expect_no_mark();
}

TEST_F(Leaks, SecretsOfAUserAppearInNoOutputFromRegistrationToLogout) {
    // A response to the user itself may contain its address and, once, its token.
    const auto added = world.ask_as(
        kToken,
        "POST",
        "/api/auth/register",
        R"({"email":")" + kEmail + R"(","name":"M4rk3d","password":")" + kPassword + R"("})");
    ASSERT_EQ(added.status, 201) << added.body;
    const std::string login = R"({"email":")" + kEmail + R"(","password":")" + kPassword + R"("})";
    const auto in = ApiWorld::data(world.ask_as("", "POST", "/api/auth/login", login));
    const std::string token(in.at("token").as_string());
    EXPECT_EQ(world.ask_as(token, "GET", "/api/auth/profile").status, 200);
    EXPECT_EQ(world
                  .ask_as(token,
                          "POST",
                          "/api/auth/change-password",
                          R"({"current_password":")" + kPassword + R"(","new_password":")" +
                              kPassword + R"(/2"})")
                  .status,
              200);
    keep("POST", "login", world.ask_as("", "POST", "/api/auth/login", login));
    keep("POST",
         "register",
         world.ask_as(
             kToken,
             "POST",
             "/api/auth/register",
             R"({"email":")" + kEmail + R"(","name":"X","password":")" + kPassword + R"("})"));
    EXPECT_EQ(world.ask_as(token, "POST", "/api/auth/logout").status, 200);
    expect_no_mark();
    for (const auto& [where, text] : out)
        EXPECT_EQ(text.find(token), std::string::npos) << where;
}

}  // namespace
}  // namespace botcore::api
