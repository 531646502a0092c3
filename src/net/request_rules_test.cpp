#include "net/request_rules.hpp"

#include "net/server_world_test.hpp"
#include "tests/api_world/api_world.hpp"

#include <gmock/gmock.h>

namespace botcore::net {
namespace {

using testing::HasSubstr;
using testing::Not;

class RequestRules : public HttpServerOverSockets {
protected:
    /// Sends these bytes and returns the response; the connection must be closed after it.
    TestResponse refused(const std::string& bytes, std::string_view code) {
        TestClient client(port());
        client.send(bytes);
        auto response = client.receive();
        EXPECT_THAT(response.body, HasSubstr("\"code\":\"" + std::string(code) + "\"")) << bytes;
        EXPECT_EQ(response.headers["connection"], "close") << bytes;
        EXPECT_TRUE(client.ended()) << bytes;
        return response;
    }

    TestResponse ask(const std::string& bytes) {
        TestClient client(port());
        client.send(bytes);
        return client.receive();
    }
};

TEST_F(RequestRules, AcceptsOnlyASingleChunkedTransferCoding) {
    start();
    const auto with = [](const std::string& coding) {
        return "POST /a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding:" + coding +
               "\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";
    };
    for (const char* coding : {" gzip",
                               " identity",
                               " gzip, chunked",
                               " chunked, gzip",
                               " xchunked",
                               " chunked;q=1",
                               " \"chunked\""}) {
        EXPECT_EQ(refused(with(coding), "UNSUPPORTED_TRANSFER_ENCODING").status, 501) << coding;
    }
    for (const char* coding : {"",
                               " ",
                               " ,",
                               " chunked\r\nTransfer-Encoding: chunked",
                               " chunked\r\nContent-Length: 3"}) {
        const int status = ask(with(coding)).status;
        EXPECT_TRUE(status == 400 || status == 501) << coding << " " << status;
    }
    EXPECT_EQ(refused(with(""), "INVALID_HTTP").status, 400);
    EXPECT_EQ(refused("POST /a HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
                      "Connection: keep-alive\r\n\r\n0\r\n\r\n",
                      "INVALID_HTTP")
                  .status,
              400);
    EXPECT_EQ(ask(with(" Chunked ")).status, 200);
}

TEST_F(RequestRules, TrailersNeverBecomeHeaders) {
    start();
    TestClient client(port());
    client.send(
        "POST /a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n"
        "0\r\nAuthorization: Bearer stolen\r\nX-Forwarded-For: 1.2.3.4\r\n"
        "Idempotency-Key: k\r\nContent-Type: text/plain\r\nHost: evil.example\r\n"
        "Connection: close\r\nX-Request-ID: trailing\r\n\r\n");
    auto response = client.receive();
    EXPECT_EQ(response.status, 200);
    EXPECT_THAT(response.body, HasSubstr("POST /a hi "));
    EXPECT_THAT(response.body, Not(HasSubstr("=")));
    EXPECT_NE(response.headers["x-request-id"], "trailing");
    EXPECT_EQ(response.headers["connection"], "keep-alive");
}

TEST_F(RequestRules, RequiresExactlyOneHost) {
    start();
    EXPECT_EQ(refused("GET /a HTTP/1.1\r\n\r\n", "INVALID_HTTP").status, 400);
    EXPECT_EQ(refused("GET /a HTTP/1.0\r\n\r\n", "INVALID_HTTP").status, 400);
    for (const char* path : {"/a", "/health", "http://localhost/a"}) {
        EXPECT_EQ(refused("GET " + std::string(path) +
                              " HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
                          "INVALID_HTTP")
                      .status,
                  400);
    }
    EXPECT_EQ(ask("GET /health HTTP/1.0\r\n\r\n").status, 200) << "probes of old proxies";
}

TEST_F(RequestRules, ServesOnlyItsOwnHostNames) {
    start({.hosts = "botcore.example.org, Desk"});
    const auto with = [](std::string_view path, std::string_view host) {
        return "GET " + std::string(path) + " HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n";
    };
    for (const char* host : {"localhost",
                             "LocalHost:8080",
                             "a.localhost",
                             "127.0.0.1",
                             "127.0.0.1:80",
                             "10.1.2.3",
                             "[::1]",
                             "[::1]:8080",
                             "botcore.example.org",
                             "BOTCORE.example.org:443",
                             "desk",
                             "botcore.example.org."}) {
        EXPECT_EQ(ask(with("/a", host)).status, 200) << host;
    }
    for (const char* host : {"evil.example",
                             "localhost.evil.example",
                             "notlocalhost",
                             "127.0.0.1.evil.example",
                             "evil.botcore.example.org",
                             "botcore.example.org:80:80",
                             "localhost:evil",
                             "user@localhost",
                             "localhost,evil.example",
                             "",
                             "[::1",
                             "."}) {
        const auto response = refused(with("/a", host), "MISDIRECTED_REQUEST");
        EXPECT_EQ(response.status, 421) << host;
        EXPECT_THAT(response.body, HasSubstr("http.hosts"));
    }
    for (const char* path : {"/health", "/health/live?a=1", "/api/health/ready", "/metrics"}) {
        EXPECT_EQ(ask(with(path, "pod-7.monitoring")).status, 200) << path;
    }
    for (const char* path :
         {"/healthy", "/metrics/a", "/api/healthx", "//health", "/api/metrics"}) {
        EXPECT_EQ(ask(with(path, "pod-7.monitoring")).status, 421) << path;
    }
}

TEST_F(RequestRules, AcceptsTheAbsoluteForm) {
    start({.hosts = "botcore.example.org"});
    const auto with = [](std::string_view target, std::string_view host) {
        return "GET " + std::string(target) + " HTTP/1.1\r\nHost: " + std::string(host) +
               "\r\n\r\n";
    };
    EXPECT_THAT(ask(with("http://127.0.0.1:8080/a/b?c=d", "127.0.0.1:8080")).body,
                HasSubstr("GET /a/b?c=d "));
    EXPECT_THAT(ask(with("HTTPS://botcore.example.org?c=d", "localhost")).body,
                HasSubstr("GET /?c=d "));
    EXPECT_THAT(ask(with("http://localhost", "evil.example")).body, HasSubstr("GET / "))
        << "the target counts (RFC 9112, 3.2.2)";
    EXPECT_EQ(refused(with("http://evil.example/a", "localhost"), "MISDIRECTED_REQUEST").status,
              421);
    for (const char* target : {"http:///a", "http://user@localhost/a", "http://?a=b"}) {
        EXPECT_EQ(refused(with(target, "localhost"), "INVALID_TARGET").status, 400) << target;
    }
    for (const char* target : {"*", "ftp://localhost/a", "localhost:80"}) {
        EXPECT_EQ(ask(with(target, "localhost")).status, 400) << target;
    }
}

TEST_F(RequestRules, RefusesTooLargeRequestsInEveryForm) {
    start();
    const std::string head = "POST /a HTTP/1.1\r\nHost: localhost\r\n";
    const std::string chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
    const std::size_t much = 8U << 20U;
    EXPECT_EQ(refused(head + "Content-Length: " + std::to_string(much) + "\r\n\r\n" +
                          std::string(much, 'x'),
                      "PAYLOAD_TOO_LARGE")
                  .status,
              413);
    EXPECT_EQ(
        refused(head + "Content-Length: 99999999999999999999999\r\n\r\n", "INVALID_HTTP").status,
        400);
    EXPECT_EQ(refused(chunked + "20000\r\n" + std::string(0x20000, 'x') + "\r\n0\r\n\r\n",
                      "PAYLOAD_TOO_LARGE")
                  .status,
              413);
    std::string small_chunks = chunked;
    for (int i = 0; i < 70; ++i)
        small_chunks += "400\r\n" + std::string(0x400, 'x') + "\r\n";
    EXPECT_EQ(refused(small_chunks + "0\r\n\r\n", "PAYLOAD_TOO_LARGE").status, 413);
    EXPECT_EQ(refused(chunked + "2;" + std::string(200'000, 'e'), "PAYLOAD_TOO_LARGE").status, 413);
    const auto trailers = ask(chunked + "0\r\nX: " + std::string(200'000, 'e') + "\r\n\r\n");
    EXPECT_TRUE(trailers.status == 413 || trailers.status == 431) << trailers.status;
    EXPECT_EQ(refused(head + "X: " + std::string(much, 'y'), "HEADERS_TOO_LARGE").status, 431);
    EXPECT_EQ(refused("GET /" + std::string(much, 'y'), "HEADERS_TOO_LARGE").status, 431);
    std::string many = head;
    for (int i = 0; i < 2'000; ++i)
        many += "X-" + std::to_string(i) + ": y\r\n";
    EXPECT_EQ(refused(many + "\r\n", "HEADERS_TOO_LARGE").status, 431);
}

TEST(BodyType, ABodyNeedsItsContentType) {
    api::ApiWorld world;
    const auto post = [&](const std::string& path, const std::string& type) {
        auto client = world.client();
        client.send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " +
                    api::kToken + "\r\nIdempotency-Key: type\r\n" + type +
                    "Content-Length: 2\r\n\r\n{}");
        return client.receive();
    };
    for (const char* path : {"/api/trading/execute", "/api/maintenance/off", "/api/auth/login"}) {
        for (const char* type : {"",
                                 "Content-Type:\r\n",
                                 "Content-Type: text/plain\r\n",
                                 "Content-Type: application/x-www-form-urlencoded\r\n"}) {
            const auto response = post(path, type);
            EXPECT_EQ(response.status, 415) << path << " " << type;
            EXPECT_EQ(api::ApiWorld::code(response), "UNSUPPORTED_MEDIA_TYPE");
        }
        EXPECT_NE(post(path, "Content-Type: Application/JSON; charset=utf-8\r\n").status, 415);
    }
}

TEST(HostNames, RefusesAListWithAnInvalidName) {
    for (const char* list : {"https://a.example", "a.example:443", "*.example", "a b", "a/b"})
        EXPECT_FALSE(HostNames::parse(list)) << list;
    ASSERT_TRUE(HostNames::parse(" a.example ,, b "));
    EXPECT_TRUE(HostNames::parse(" A.example ,, b ").value().accepts("a.Example"));
}

}  // namespace
}  // namespace botcore::net
