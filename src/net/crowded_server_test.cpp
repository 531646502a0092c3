#include "net/descriptor_limit.hpp"
#include "net/server_world_test.hpp"
#include "tests/api_world/api_world.hpp"

#include <gmock/gmock.h>

#include <memory>

namespace botcore::net {
namespace {

using testing::HasSubstr;

std::string get(std::string_view path, std::string_view token = {}) {
    std::string text = "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n";
    if (!token.empty()) text.append("Authorization: Bearer ").append(token).append("\r\n");
    return text + "\r\n";
}

/// A request from another machine, as the server sees it.
std::string get_from_afar(std::string_view path, std::string_view token = {}) {
    std::string text = get(path, token);
    text.insert(text.size() - 2, "X-Forwarded-For: 203.0.113.9\r\n");
    return text;
}

class CrowdedServer : public HttpServerOverSockets {
protected:
    void open_busy(int count) {
        for (int i = 0; i < count; ++i) {
            busy_.push_back(std::make_unique<TestClient>(port()));
            busy_.back()->send(get("/wait"));
        }
        await_waiting(static_cast<std::size_t>(count));
    }

    std::vector<std::unique_ptr<TestClient>> busy_;
};

// Regression: as many silent connections as there are places locked out the operator and the
// probes.
TEST(CrowdedApi, ServesOperatorAndHealthDespiteAThousandSilentConnections) {
    api::ApiWorld world;
    const std::size_t places = HttpServerOptions{}.connections_max;
    ASSERT_EQ(places, 1'024U);
    HttpServerOptions enough{.connections_max = 2 * places};
    ASSERT_EQ(fit_to_descriptors(enough, 0), "") << "this test holds both ends";
    std::vector<std::unique_ptr<TestClient>> silent;
    for (std::size_t i = 0; i < places; ++i) {
        silent.push_back(std::make_unique<TestClient>(world.port()));
        ASSERT_TRUE(silent.back()->connected()) << i;
    }
    EXPECT_EQ(world.get("/api/accounts").status, 200);
    TestClient probe(world.port());
    probe.send(get("/health/live"));
    EXPECT_EQ(probe.receive().status, 200);
    EXPECT_TRUE(silent.front()->ended());
}

TEST_F(CrowdedServer, ACallerWithoutATokenInAReservedPlaceIsRefused) {
    HttpServerOptions options{.trusted_proxies = "127.0.0.1", .connections_max = 16};
    options.knows_token = [](std::string_view token) { return token == "somebody"; };
    start(std::move(options));
    open_busy(14);
    TestClient unknown(port());
    unknown.send(get_from_afar("/x"));
    auto refused = unknown.receive();
    EXPECT_EQ(refused.status, 503);
    EXPECT_THAT(refused.body, HasSubstr("\"code\":\"TOO_MANY_CONNECTIONS\""));
    EXPECT_TRUE(unknown.ended());
    TestClient probe(port());
    probe.send(get_from_afar("/health"));
    EXPECT_EQ(probe.receive().status, 200);
    TestClient own(port());
    own.send(get("/x"));
    EXPECT_EQ(own.receive().status, 200);
    TestClient liar(port());
    liar.send(get_from_afar("/x", "nobody"));
    EXPECT_EQ(liar.receive().status, 503);
    TestClient caller(port());
    caller.send(get_from_afar("/x", "somebody"));
    EXPECT_EQ(caller.receive().status, 200);
    caller.send(get_from_afar("/y"));
    EXPECT_EQ(caller.receive().status, 200) << "the connection is no longer provisional";
}

TEST_F(CrowdedServer, AnIdleCallerWithATokenStaysAndOneWithoutIsClosed) {
    HttpServerOptions options{.connections_max = 2};
    options.knows_token = [](std::string_view token) { return token == "somebody"; };
    start(std::move(options));
    TestClient caller(port());
    caller.send(get("/x", "somebody"));
    EXPECT_EQ(caller.receive().status, 200);
    TestClient unknown(port());
    unknown.send(get("/x"));
    EXPECT_EQ(unknown.receive().status, 200);
    TestClient newcomer(port());
    newcomer.send(get("/x"));
    EXPECT_EQ(newcomer.receive().status, 200);
    EXPECT_TRUE(unknown.ended());
    caller.send(get("/x"));
    EXPECT_EQ(caller.receive().status, 200);
}

}  // namespace
}  // namespace botcore::net
