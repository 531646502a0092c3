#include "host/service_manager.hpp"

#include "tests/scratch/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

namespace botcore::host {
namespace {

/// A bound datagram socket that takes the place of systemd's.
class NotifySocket {
public:
    explicit NotifySocket(const std::string& name)
        : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, name.data(), name.size());
        if (name.front() == '@') address.sun_path[0] = '\0';
        const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() +
                                                   (name.front() == '@' ? 0 : 1));
        bound_ = ::bind(socket_, reinterpret_cast<const sockaddr*>(&address), length) == 0;
    }

    ~NotifySocket() { ::close(socket_); }

    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;

    [[nodiscard]] bool bound() const { return bound_; }

    /// The next message received; empty if there is none.
    [[nodiscard]] std::string take() {
        std::array<char, 256> buffer{};
        const auto got = ::recv(socket_, buffer.data(), buffer.size(), 0);
        return got < 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(got));
    }

private:
    int socket_;
    bool bound_ = false;
};

class ServiceManagerTest : public testing::Test {
protected:
    scratch::TemporaryFolder folder_;
};

TEST_F(ServiceManagerTest, SendsEachStateAsOneDatagram) {
    const std::string path = folder_.file("socket");
    NotifySocket systemd(path);
    ASSERT_TRUE(systemd.bound());
    ServiceManager manager(path, "30000000");
    EXPECT_TRUE(manager.is_listening());
    EXPECT_EQ(manager.alive_every(), std::chrono::seconds(15));
    manager.ready();
    manager.alive();
    manager.stopping();
    EXPECT_EQ(systemd.take(), "READY=1\nSTATUS=trading");
    EXPECT_EQ(systemd.take(), "WATCHDOG=1");
    EXPECT_EQ(systemd.take(), "STOPPING=1\nSTATUS=stopping");
    EXPECT_EQ(systemd.take(), "");
}

TEST_F(ServiceManagerTest, SendsToAnAbstractSocket) {
    const std::string name = "@" + folder_.path().filename().string();
    NotifySocket systemd(name);
    ASSERT_TRUE(systemd.bound());
    ServiceManager(name).ready();
    EXPECT_EQ(systemd.take(), "READY=1\nSTATUS=trading");
}

TEST_F(ServiceManagerTest, SendsNothingWithoutASocket) {
    for (const std::string& name : {std::string(),
                                    std::string("relative"),
                                    std::string("/"),
                                    std::string(300, '/'),
                                    folder_.file("nobody-there")}) {
        ServiceManager manager(name, "1000000");
        EXPECT_FALSE(manager.is_listening()) << name;
        EXPECT_FALSE(manager.alive_every().has_value()) << name;
        manager.ready();
    }
}

TEST_F(ServiceManagerTest, IgnoresAnInvalidWatchdogTime) {
    const std::string path = folder_.file("socket");
    NotifySocket systemd(path);
    for (const char* text : {"", "soon", "12s", "-5", "10", "99999999999999999999"}) {
        EXPECT_FALSE(ServiceManager(path, text).alive_every().has_value()) << text;
    }
}

TEST_F(ServiceManagerTest, AFullSocketDoesNotBlock) {
    const std::string path = folder_.file("socket");
    NotifySocket systemd(path);
    ServiceManager manager(path);
    for (int i = 0; i < 10'000; ++i)
        manager.alive();
    int received = 0;
    while (!systemd.take().empty())
        ++received;
    EXPECT_GT(received, 0);
    EXPECT_LT(received, 10'000);
}

}  // namespace
}  // namespace botcore::host
