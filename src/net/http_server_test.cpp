#include "net/http_server.hpp"

#include "net/server_world_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

namespace botcore::net {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

TEST_F(HttpServerOverSockets, KeepsTheConnectionAndTheOrderOfPipelinedRequests) {
    start();
    TestClient client(port());
    std::string burst;
    for (int i = 0; i < 20; ++i) {
        burst += "POST /n" + std::to_string(i) +
                 " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi";
    }
    client.send(burst);
    for (int i = 0; i < 20; ++i) {
        const auto response = client.receive();
        EXPECT_EQ(response.status, 200);
        EXPECT_THAT(response.body, HasSubstr("POST /n" + std::to_string(i) + " hi"));
    }
}

TEST_F(HttpServerOverSockets, EchoesAValidRequestIdAndOtherwiseGeneratesOne) {
    start();
    TestClient client(port());
    client.send("GET / HTTP/1.1\r\nHost: localhost\r\nX-Request-ID: req_abc-1\r\n\r\n");
    EXPECT_EQ(client.receive().headers["x-request-id"], "req_abc-1");
    client.send("GET / HTTP/1.1\r\nHost: localhost\r\nX-Request-ID: bad id\"\r\n\r\n");
    const auto made = client.receive().headers["x-request-id"];
    EXPECT_TRUE(made.starts_with("req_")) << made;
    client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    auto response = client.receive();
    EXPECT_NE(response.headers["x-request-id"], made);
    EXPECT_EQ(response.headers["x-content-type-options"], "nosniff");
    EXPECT_EQ(response.headers["cache-control"], "no-store");
    EXPECT_THAT(response.headers["date"], HasSubstr("GMT"));
}

TEST_F(HttpServerOverSockets, AResponseMayReplaceTheUsualHeaders) {
    start();
    TestClient client(port());
    client.send("GET /cached HTTP/1.1\r\nHost: localhost\r\nAccept: text/html;q=0.5\r\n\r\n");
    const auto response = client.receive();
    EXPECT_EQ(response.headers.at("cache-control"), "public, max-age=10");
    EXPECT_EQ(response.headers.at("x-frame-options"), "DENY");
    EXPECT_THAT(response.body, HasSubstr("accept=text/html;q=0.5"));
}

TEST_F(HttpServerOverSockets, RefusesOversizedOrMalformedRequests) {
    start();
    const auto status_of = [this](const std::string& bytes, const char* code) {
        TestClient client(port());
        client.send(bytes);
        const auto response = client.receive();
        EXPECT_THAT(response.body, HasSubstr(code));
        EXPECT_EQ(response.headers.at("connection"), "close");
        EXPECT_TRUE(client.ended());
        return response.status;
    };
    EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65537\r\n\r\n" +
                            std::string(65'537, 'x'),
                        "PAYLOAD_TOO_LARGE"),
              413);
    EXPECT_EQ(
        status_of("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(9'000, 'y') + "\r\n\r\n",
                  "HEADERS_TOO_LARGE"),
        431);
    EXPECT_EQ(status_of("this is not http\r\n\r\n", "INVALID_HTTP"), 400);
    TestClient client(port());
    client.send("GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(client.receive().status, 400);
    client.send("GET /a?b=1&b=2 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_THAT(client.receive().body, HasSubstr("INVALID_TARGET"));
    for (const char* target : {"/%ff", "/a\xC3/b", "/a?b=%C3%28"}) {
        client.send("GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        EXPECT_THAT(client.receive().body, HasSubstr("INVALID_TARGET")) << target;
    }
}

TEST_F(HttpServerOverSockets, AcceptsABodyOfExactlyTheLimitInManyPieces) {
    start();
    TestClient client(port());
    client.send("POST /big HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65536\r\n\r\n");
    for (int i = 0; i < 64; ++i)
        client.send(std::string(1'024, 'z'));
    const auto response = client.receive();
    EXPECT_EQ(response.status, 200);
    EXPECT_GT(response.body.size(), 65'536U);
}

TEST_F(HttpServerOverSockets, SupportsLateResponsesAndIgnoresThoseToDisconnectedClients) {
    start();
    TestClient stays(port());
    TestClient leaves(port());
    stays.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n");
    leaves.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await_waiting(2);
    leaves.close();
    on_loop([this] {
        for (auto& respond : handler_.waiting)
            respond({.status = 200, .body = "late"});
    });
    EXPECT_EQ(stays.receive().body, "late");
    on_loop([this] { handler_.waiting.front()({.status = 200, .body = "again"}); });
    stays.send("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_THAT(stays.receive().body, HasSubstr("GET /x"));
}

// @spec:R2-TMO-01
// @spec:R2-TMO-07
TEST_F(HttpServerOverSockets, RespondsWithATimeoutWhenTheHandlerDoesNotRespond) {
    start({.respond_within = 60ms});
    TestClient client(port());
    client.send("GET /never HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto response = client.receive();
    EXPECT_EQ(response.status, 504);
    EXPECT_THAT(response.body, HasSubstr("\"code\":\"TIMEOUT\""));
    EXPECT_THAT(response.body, HasSubstr("never executed twice"));
    EXPECT_THAT(response.body, HasSubstr("\"retries\":0"));
    EXPECT_THAT(response.body, HasSubstr("\"last_error\":"));
    EXPECT_EQ(HttpServerOptions{}.respond_within, 25s);
    EXPECT_LE(HttpServerOptions{}.respond_within, 30s);
}

TEST_F(HttpServerOverSockets, ClosesIdleConnectionsAndIncompleteRequests) {
    start({.idle_max = 60ms, .read_within = 60ms});
    TestClient idle(port());
    EXPECT_TRUE(idle.ended());
    TestClient half(port());
    half.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc");
    EXPECT_TRUE(half.ended());
}

TEST_F(HttpServerOverSockets, RefusesConnectionsBeyondTheLimit) {
    start({.connections_max = 2});
    TestClient first(port());
    TestClient second(port());
    for (TestClient* client : {&first, &second})
        client->send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await_waiting(2);
    TestClient third(port());
    auto response = third.receive();
    EXPECT_EQ(response.status, 503);
    EXPECT_THAT(response.body, HasSubstr("TOO_MANY_CONNECTIONS"));
    EXPECT_EQ(response.headers["retry-after"], "1");
}

TEST_F(HttpServerOverSockets, StopsGracefully) {
    start();
    TestClient idle(port());
    TestClient busy(port());
    busy.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await_waiting(1);
    std::promise<void> drained;
    on_loop([&] { server_->stop(10s, [&] { drained.set_value(); }); });
    EXPECT_TRUE(idle.ended());
    EXPECT_FALSE(TestClient(port()).connected());
    on_loop([this] { handler_.waiting.front()({.status = 200, .body = "done"}); });
    auto response = busy.receive();
    EXPECT_EQ(response.body, "done");
    EXPECT_EQ(response.headers["connection"], "close");
    busy.close();
    EXPECT_EQ(drained.get_future().wait_for(10s), std::future_status::ready);
}

TEST_F(HttpServerOverSockets, AnswersHeadWithoutABodyAndSendsContinue) {
    start();
    TestClient client(port());
    client.send("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    auto response = client.receive(true);
    EXPECT_EQ(response.status, 200);
    EXPECT_NE(response.headers["content-length"], "0");
    client.send(
        "POST /c HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    EXPECT_EQ(client.receive().status, 100);
    client.send("ok");
    EXPECT_THAT(client.receive().body, HasSubstr("POST /c ok"));
}

TEST(HttpServer, ReportsWhyItCannotListen) {
    boost::asio::io_context context;
    EchoHandler handler;
    HttpServer nowhere(context, {.address = "not an address"}, handler);
    EXPECT_THAT(nowhere.start(), HasSubstr("not an address to listen on"));
    HttpServer first(context, {}, handler);
    ASSERT_EQ(first.start(), "");
    HttpServer second(context, {.port = first.port()}, handler);
    EXPECT_THAT(second.start(), HasSubstr("cannot listen"));
}

// @spec:X-63
TEST_F(HttpServerOverSockets, ClosesConnectionsAfterTheResponseOnceKeepAliveIsDisabled) {
    start();
    TestClient old_caller(server_->port());
    old_caller.send("GET /one HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(old_caller.receive().headers.at("connection"), "keep-alive");
    on_loop([&] { server_->disable_keep_alive(); });
    old_caller.send("GET /two HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const TestResponse last = old_caller.receive();
    EXPECT_EQ(last.status, 200);
    EXPECT_EQ(last.headers.at("connection"), "close");
    EXPECT_EQ(old_caller.receive().status, 0) << "the connection is still open";
    TestClient new_caller(server_->port());
    new_caller.send("GET /three HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(new_caller.receive().status, 200);
}

TEST_F(HttpServerOverSockets, CountsOpenRequests) {
    start();
    TestClient idle(server_->port());
    idle.send("GET /one HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(idle.receive().status, 200);
    TestClient waits(server_->port());
    waits.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n");
    std::size_t open = 0;
    while (open == 0)
        on_loop([&] { open = handler_.waiting.empty() ? 0 : server_->requests_open(); });
    EXPECT_EQ(open, 1U);
    on_loop([&] { handler_.waiting.front()({}); });
    EXPECT_EQ(waits.receive().status, 200);
}

}  // namespace
}  // namespace botcore::net
