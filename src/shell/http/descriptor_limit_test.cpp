#include "shell/http/descriptor_limit.hpp"

#include "shell/http/server_world_test.hpp"

#include <sys/resource.h>

#include <string_view>

namespace botcore::shell::http {
namespace {

constexpr std::string_view kRequest = "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n";

class NoDescriptors : public HttpServerOverSockets {
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
        served.send(kRequest);
        EXPECT_EQ(served.receive().status, 200);
        served.close();
        await_connections(0);
    }
};

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

TEST_F(NoDescriptors, NamesMissingDescriptorsOnceAndAcceptsAfterwards) {
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
    std::string text;
    {
        const NoDescriptorsLeft tight;
        ASSERT_EQ(::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address),
                  0);
        text = said.get_future().get();
    }
    EXPECT_NE(text.find("EMFILE"), std::string::npos) << text;
    EXPECT_NE(text.find("LimitNOFILE"), std::string::npos) << text;
    ASSERT_GT(::send(client, kRequest.data(), kRequest.size(), MSG_NOSIGNAL), 0);
    char answer[16] = {};
    EXPECT_EQ(::recv(client, answer, 12, MSG_WAITALL), 12);
    EXPECT_STREQ(answer, "HTTP/1.1 200");
    (void)::close(client);
    on_loop([&] { EXPECT_EQ(times, 1); });
}

TEST_F(NoDescriptors, ASilentStrangerGivesItsDescriptorToTheNextCaller) {
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
    ASSERT_GT(::send(client, kRequest.data(), kRequest.size(), MSG_NOSIGNAL), 0);
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
    EXPECT_NE(fit_to_descriptors(many, 100).find("LimitNOFILE"), std::string::npos);
    EXPECT_LT(many.connections_max, before.rlim_max);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

}  // namespace
}  // namespace botcore::shell::http
