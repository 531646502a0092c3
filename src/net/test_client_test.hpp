#pragma once

/// A blocking HTTP client over plain sockets, for tests: it sends exactly the bytes that it is
/// given.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cctype>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace botcore::net {

struct TestResponse {
    int status = 0;
    std::map<std::string, std::string> headers;  ///< Names in lower case.
    std::string body;
};

class TestClient {
public:
    explicit TestClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const timeval patience{.tv_sec = 20, .tv_usec = 0};
        (void)::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        connected_ =
            ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }

    TestClient(const TestClient&) = delete;
    TestClient& operator=(const TestClient&) = delete;

    ~TestClient() { close(); }

    [[nodiscard]] bool connected() const { return connected_; }

    [[nodiscard]] int descriptor() const { return socket_; }

    void close() {
        if (socket_ >= 0) (void)::close(std::exchange(socket_, -1));
    }

    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    /// The next response; status 0 when the connection ended first.
    TestResponse receive(bool head = false) {
        TestResponse response;
        std::size_t end = 0;
        while ((end = pending_.find("\r\n\r\n")) == std::string::npos) {
            if (!fill()) return response;
        }
        std::string_view text = std::string_view(pending_).substr(0, end + 2);
        response.status = std::stoi(std::string(text.substr(9, 3)));
        text.remove_prefix(text.find("\r\n") + 2);
        while (!text.empty()) {
            const std::string_view line = text.substr(0, text.find("\r\n"));
            text.remove_prefix(line.size() + 2);
            std::string name(line.substr(0, line.find(':')));
            for (char& c : name)
                c = static_cast<char>(std::tolower(c));
            response.headers[name] = line.substr(line.find(':') + 2);
        }
        const std::size_t size =
            head || response.status == 100 ? 0 : std::stoul(response.headers["content-length"]);
        while (pending_.size() < end + 4 + size) {
            if (!fill()) return {};
        }
        response.body = pending_.substr(end + 4, size);
        pending_.erase(0, end + 4 + size);
        return response;
    }

    /// Whether the server has closed its side.
    bool ended() { return pending_.empty() && !fill(); }

private:
    bool fill() {
        char buffer[16 * 1024];
        const ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
        if (got <= 0) return false;
        pending_.append(buffer, static_cast<std::size_t>(got));
        return true;
    }

    int socket_;
    bool connected_ = false;
    std::string pending_;
};

}  // namespace botcore::net
