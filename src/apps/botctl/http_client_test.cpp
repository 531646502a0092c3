#include "apps/botctl/http_client.hpp"

#include "apps/botctl/connection.hpp"
#include "net/tls_peer_test.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <arpa/inet.h>
#include <boost/asio/error.hpp>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace botcore::botctl {
namespace {

/// A listener on a free loopback port.
class Listener {
public:
    Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        (void)::bind(socket_, reinterpret_cast<const sockaddr*>(&address), length);
        (void)::listen(socket_, 4);
        (void)::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length);
        port_ = ntohs(address.sin_port);
    }

    ~Listener() { close(); }

    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    void close() {
        if (socket_ >= 0) ::close(socket_);
        socket_ = -1;
    }

    /// Accepts one connection and closes it without a response.
    void hang_up_on_one() const {
        const int caller = ::accept(socket_, nullptr, nullptr);
        char first = 0;
        (void)::recv(caller, &first, 1, 0);
        ::close(caller);
    }

    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

private:
    int socket_;
    std::uint16_t port_ = 0;
};

ClientFailure failure_at(const std::string& url) {
    const auto response = HttpClient(url, "token")
                              .send({.method = "GET",
                                     .path = "/health",
                                     .body = {},
                                     .idempotency_key = {},
                                     .if_match = {}});
    EXPECT_FALSE(response) << url;
    return response ? ClientFailure::NoAnswer : response.error().failure;
}

TEST(HttpClient, RejectsInvalidUrls) {
    for (const char* url :
         {"", "ftp://127.0.0.1:1", "127.0.0.1", "http://", "http://:80", "http://a/b"})
        EXPECT_EQ(failure_at(url), ClientFailure::BadUrl) << url;
}

TEST(HttpClient, ReportsThatNothingWasSentWithoutAListener) {
    Listener listener;
    const std::string url = listener.url();
    listener.close();
    EXPECT_EQ(failure_at(url), ClientFailure::NotReached);
}

TEST(HttpClient, ReportsAnUnknownOutcomeWithoutAResponse) {
    Listener listener;
    std::jthread daemon([&] { listener.hang_up_on_one(); });
    EXPECT_EQ(failure_at(listener.url()), ClientFailure::NoAnswer);
}

TEST(Connection, WaitsUntilItsTimeLimit) {
    const Listener listener;  // The kernel accepts the connection; nothing is ever sent.
    const auto place = parse_url(listener.url());
    ASSERT_TRUE(place.has_value());
    const auto line = Connection::open(*place, {}, std::chrono::seconds(1));
    ASSERT_TRUE(line.has_value());
    std::array<char, 8> bytes{};
    Connection::Error error;
    EXPECT_EQ(line.value()->write_some(boost::asio::buffer(bytes), error), bytes.size());
    EXPECT_FALSE(error) << error.message();
    EXPECT_EQ(line.value()->read_some(boost::asio::buffer(bytes), error), 0U);
    EXPECT_EQ(error, boost::asio::error::timed_out);
}

TEST(Connection, LimitsTheTimeOfATlsHandshake) {
    const Listener listener;
    auto place = parse_url(listener.url());
    ASSERT_TRUE(place.has_value());
    place->wire = Wire::Tls;
    const auto line = Connection::open(*place, {}, std::chrono::seconds(1));
    ASSERT_FALSE(line.has_value());
    EXPECT_EQ(line.error().failure, ClientFailure::NotReached);
    EXPECT_EQ(line.error().text, "Connection timed out");
}

TEST(ParseUrl, AcceptsOnlyValidPorts) {
    EXPECT_EQ(parse_url("http://127.0.0.1:8080/")->port, "8080");
    EXPECT_EQ(parse_url("http://[::1]:8080")->host, "[::1]");
    EXPECT_EQ(parse_url("http://desk")->port, "80");
    for (const char* url : {"http://desk:",
                            "http://desk:0",
                            "http://desk:65536",
                            "http://desk:8o80",
                            "http://:8080",
                            "http://",
                            "http://desk:80/path"}) {
        EXPECT_FALSE(parse_url(url).has_value()) << url;
    }
}

class HttpClientOverTls : public testing::Test {
protected:
    using Result = base::Result<ClientResponse, ClientError>;

    static constexpr const char* kAnswer =
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";

    std::string authorities(const net::TlsPeer& peer) {
        std::string path = folder_.file("ca.pem");
        std::ofstream(path) << peer.certificate();
        return path;
    }

    static Result ask(const std::string& url, const std::string& authorities) {
        return HttpClient(url, "token", authorities)
            .send({.method = "GET",
                   .path = "/health",
                   .body = {},
                   .idempotency_key = {},
                   .if_match = {}});
    }

    static ClientFailure failure_of(const Result& result) {
        EXPECT_FALSE(result.has_value());
        return result ? ClientFailure::NoAnswer : result.error().failure;
    }

    scratch::TemporaryFolder folder_;
};

TEST_F(HttpClientOverTls, TrustsTheConfiguredAuthorities) {
    const net::TlsPeer peer("localhost", kAnswer);
    const auto response = ask(peer.url("localhost"), authorities(peer));
    ASSERT_TRUE(response.has_value()) << response.error().text;
    EXPECT_EQ(response.value().status, 200);
    EXPECT_EQ(response.value().body, "{}");
    EXPECT_EQ(peer.requests(), 1);
}

TEST_F(HttpClientOverTls, SendsNothingToAnUntrustedPeer) {
    const net::TlsPeer peer("localhost", kAnswer);
    EXPECT_EQ(failure_of(ask(peer.url("localhost"), "")), ClientFailure::NotTrusted);
    // The certificate is trusted, but it names another host.
    EXPECT_EQ(failure_of(ask(peer.url("127.0.0.1"), authorities(peer))), ClientFailure::NotTrusted);
    const net::TlsPeer other("example.org", kAnswer);
    EXPECT_EQ(failure_of(ask(other.url("localhost"), authorities(other))),
              ClientFailure::NotTrusted);
    EXPECT_EQ(peer.requests() + other.requests(), 0);
}

TEST_F(HttpClientOverTls, ReportsUnreadableAuthorities) {
    EXPECT_EQ(failure_of(ask("https://localhost:1", folder_.file("none.pem"))),
              ClientFailure::NotTrusted);
}

}  // namespace
}  // namespace botcore::botctl
