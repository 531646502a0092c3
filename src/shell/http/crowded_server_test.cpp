#include "shell/http/api_world_test.hpp"
#include "shell/http/descriptor_limit.hpp"
#include "shell/http/server_world_test.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <memory>

namespace botcore::shell::http {
namespace {

using testing::HasSubstr;

std::string get(std::string_view path, std::string_view token = {}) {
    std::string text = "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n";
    if (!token.empty()) text.append("Authorization: Bearer ").append(token).append("\r\n");
    return text + "\r\n";
}

/// What other machines send, as far as the server knows.
std::string get_from_afar(std::string_view path, std::string_view token = {}) {
    std::string text = get(path, token);
    text.insert(text.size() - 2, "X-Forwarded-For: 203.0.113.9\r\n");
    return text;
}

class CrowdedServer : public HttpServerOverSockets {
protected:
    void await_connections(std::size_t count) {
        std::size_t open = count + 1;
        while (open != count)
            on_loop([&] { open = server_->connections(); });
    }

    /// The sanitizers look at each kind of object once, for which they need a descriptor:
    /// everything has run before there is none.
    void serve_and_cut_one() {
        TestClient served(port());
        served.send(get("/x"));
        EXPECT_EQ(served.receive().status, 200);
        served.close();
        await_connections(0);
    }

    void open_busy(int count) {
        for (int i = 0; i < count; ++i) {
            busy_.push_back(std::make_unique<TestClient>(port()));
            busy_.back()->send(get("/wait"));
        }
        await_waiting(static_cast<std::size_t>(count));
    }

    std::vector<std::unique_ptr<TestClient>> busy_;
};

// Silent connections, as many as there are places, kept the operator and the probes out.
TEST(CrowdedApi, AnswersTheOperatorAndHealthBesideAThousandSilentConnections) {
    ApiWorld world;
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

TEST_F(CrowdedServer, AStrangerOnTrialIsTurnedAwayAndOthersAreServed) {
    HttpServerOptions options{.trusted_proxies = "127.0.0.1", .connections_max = 16};
    options.knows_token = [](std::string_view token) { return token == "somebody"; };
    start(std::move(options));
    open_busy(14);
    TestClient stranger(port());
    stranger.send(get_from_afar("/x"));
    auto refused = stranger.receive();
    EXPECT_EQ(refused.status, 503);
    EXPECT_THAT(refused.body, HasSubstr("\"code\":\"TOO_MANY_CONNECTIONS\""));
    EXPECT_TRUE(stranger.ended());
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
    EXPECT_EQ(caller.receive().status, 200) << "the place is its own now";
}

TEST_F(CrowdedServer, AnIdleCallerWithATokenStaysAndAnIdleStrangerLeaves) {
    HttpServerOptions options{.connections_max = 2};
    options.knows_token = [](std::string_view token) { return token == "somebody"; };
    start(std::move(options));
    TestClient caller(port());
    caller.send(get("/x", "somebody"));
    EXPECT_EQ(caller.receive().status, 200);
    TestClient stranger(port());
    stranger.send(get("/x"));
    EXPECT_EQ(stranger.receive().status, 200);
    TestClient newcomer(port());
    newcomer.send(get("/x"));
    EXPECT_EQ(newcomer.receive().status, 200);
    EXPECT_TRUE(stranger.ended());
    caller.send(get("/x"));
    EXPECT_EQ(caller.receive().status, 200);
}

/// Lowers the limit of descriptors to what is open now.
class NoDescriptorsLeft {
public:
    NoDescriptorsLeft() {
        (void)::getrlimit(RLIMIT_NOFILE, &before_);
        const int next = ::dup(0);
        (void)::close(next);
        const rlimit tight{static_cast<rlim_t>(next), before_.rlim_max};
        (void)::setrlimit(RLIMIT_NOFILE, &tight);
    }

    NoDescriptorsLeft(const NoDescriptorsLeft&) = delete;
    NoDescriptorsLeft& operator=(const NoDescriptorsLeft&) = delete;

    ~NoDescriptorsLeft() { (void)::setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_{};
};

TEST_F(CrowdedServer, NamesMissingDescriptorsOnceAndAcceptsAfterwards) {
    std::promise<std::string> said;
    int times = 0;
    HttpServerOptions options;
    options.warn = [&](const std::string& text) {
        if (++times == 1) said.set_value(text);
    };
    start(std::move(options));
    serve_and_cut_one();
    const int client = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    {
        const NoDescriptorsLeft tight;
        ASSERT_EQ(::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address),
                  0);
        const std::string text = said.get_future().get();
        EXPECT_THAT(text, HasSubstr("EMFILE"));
        EXPECT_THAT(text, HasSubstr("LimitNOFILE"));
    }
    const std::string request = get("/x");
    ASSERT_GT(::send(client, request.data(), request.size(), MSG_NOSIGNAL), 0);
    char answer[16] = {};
    EXPECT_EQ(::recv(client, answer, 12, MSG_WAITALL), 12);
    EXPECT_STREQ(answer, "HTTP/1.1 200");
    (void)::close(client);
    on_loop([&] { EXPECT_EQ(times, 1); });
}

TEST_F(CrowdedServer, ASilentStrangerGivesItsDescriptorToTheNextCaller) {
    start();
    serve_and_cut_one();
    TestClient silent(port());
    await_connections(1);
    const int client = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const NoDescriptorsLeft tight;
    ASSERT_EQ(::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    const std::string request = get("/x");
    ASSERT_GT(::send(client, request.data(), request.size(), MSG_NOSIGNAL), 0);
    char answer[16] = {};
    EXPECT_EQ(::recv(client, answer, 12, MSG_WAITALL), 12);
    EXPECT_STREQ(answer, "HTTP/1.1 200");
    EXPECT_TRUE(silent.ended());
    (void)::close(client);
}

TEST(DescriptorLimit, ConnectionsFitBesideTheEventStream) {
    EXPECT_EQ(connections_that_fit(524'288, 1'024, 1'000), 1'024U);
    EXPECT_EQ(connections_that_fit(2'280, 1'024, 1'000), 1'024U);
    EXPECT_EQ(connections_that_fit(2'279, 1'024, 1'000), 1'011U);
    EXPECT_EQ(connections_that_fit(1'024, 1'024, 1'000), 384U);
    EXPECT_EQ(connections_that_fit(64, 1'024, 1'000), 16U);
    EXPECT_EQ(connections_that_fit(64, 8, 1'000), 8U);
}

TEST(DescriptorLimit, TheSoftLimitIsRaisedToTheHardOne) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit low{512, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
    HttpServerOptions options;
    const std::string lowered = fit_to_descriptors(options, 100);
    rlimit after{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &after), 0);
    EXPECT_EQ(after.rlim_cur, before.rlim_max);
    EXPECT_EQ(options.connections_max, connections_that_fit(before.rlim_max, 1'024, 100));
    EXPECT_EQ(lowered.empty(), options.connections_max == 1'024);
    HttpServerOptions many{.connections_max = before.rlim_max};
    EXPECT_THAT(fit_to_descriptors(many, 100), HasSubstr("LimitNOFILE"));
    EXPECT_LT(many.connections_max, before.rlim_max);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

}  // namespace
}  // namespace botcore::shell::http
