// A server without free file descriptors, in the release build only: the sanitizers use a pipe to
// inspect objects and cannot work when no descriptor is left.

#include "net/server_world_test.hpp"

#include <sys/resource.h>

#include <string_view>

namespace botcore::net {
namespace {

constexpr std::string_view kRequest = "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n";

class NoDescriptors : public HttpServerOverSockets {
protected:
    void await_connections(std::size_t count) {
        std::size_t open = count + 1;
        while (open != count)
            on_loop([&] { open = server_->connections(); });
    }
};

/// Lowers the limit of descriptors to the number that is open now.
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

TEST_F(NoDescriptors, ReportsMissingDescriptorsOnceAndAcceptsAfterwards) {
    std::promise<std::string> said;
    int times = 0;
    HttpServerOptions options;
    options.warn = [&](const std::string& text) {
        if (++times == 1) said.set_value(text);
    };
    start(std::move(options));
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

// Regression: an exception while a connection was accepted ended accepting for ever.
TEST_F(NoDescriptors, AcceptsAfterAnException) {
    std::promise<void> thrown;
    int times = 0;
    HttpServerOptions options;
    options.warn = [&](const std::string&) {
        if (++times != 1) return;
        thrown.set_value();
        throw std::bad_alloc();
    };
    start(std::move(options));
    const int client = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    {
        const NoDescriptorsLeft tight;
        ASSERT_EQ(::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address),
                  0);
        thrown.get_future().wait();
    }
    ASSERT_GT(::send(client, kRequest.data(), kRequest.size(), MSG_NOSIGNAL), 0);
    char answer[16] = {};
    EXPECT_EQ(::recv(client, answer, 12, MSG_WAITALL), 12);
    EXPECT_STREQ(answer, "HTTP/1.1 200");
    (void)::close(client);
}

TEST_F(NoDescriptors, ClosesAnIdleConnectionForTheNextCaller) {
    start();
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

}  // namespace
}  // namespace botcore::net
