#pragma once

/// A server with a self-signed certificate, for tests: a thread with blocking sockets and OpenSSL,
/// so that it shares no code with the client under test.

#include "net/test_identity_test.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

namespace botcore::net {

class TlsPeer {
public:
    /// `host` is the name in the certificate; when empty, the server does not use TLS and sends
    /// `response` at once.
    TlsPeer(const std::string& host, std::string response)
        : answer_(std::move(response)),
          identity_(host),
          speaks_tls_(!host.empty()) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        (void)::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
        (void)::listen(listener_, 8);
        socklen_t size = sizeof address;
        (void)::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }

    TlsPeer(const TlsPeer&) = delete;
    TlsPeer& operator=(const TlsPeer&) = delete;

    ~TlsPeer() {
        (void)::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        (void)::close(listener_);
    }

    [[nodiscard]] std::string url(const std::string& host) const {
        return "https://" + host + ":" + std::to_string(port_);
    }

    /// The server's certificate in PEM, for a client that should trust it.
    [[nodiscard]] std::string certificate() const { return identity_.certificate(); }

    /// The number of requests received after a completed handshake.
    [[nodiscard]] int requests() const { return requests_; }

private:
    void serve() {
        while (true) {
            const int socket = ::accept(listener_, nullptr, nullptr);
            if (socket < 0) return;
            if (speaks_tls_) {
                talk(socket);
            } else {
                (void)::send(socket, answer_.data(), answer_.size(), MSG_NOSIGNAL);
                char ignored[1'024];
                (void)::recv(socket, ignored, sizeof ignored, 0);
            }
            (void)::close(socket);
        }
    }

    void talk(int socket) {
        const std::unique_ptr<SSL, void (*)(SSL*)> session(SSL_new(identity_.context()), SSL_free);
        SSL_set_fd(session.get(), socket);
        if (SSL_accept(session.get()) != 1) return;
        char request[4'096];
        if (SSL_read(session.get(), request, sizeof request) <= 0) return;
        ++requests_;
        (void)SSL_write(session.get(), answer_.data(), static_cast<int>(answer_.size()));
        (void)SSL_shutdown(session.get());
    }

    std::string answer_;
    TestIdentity identity_;
    bool speaks_tls_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<int> requests_{0};
    std::thread thread_;
};

}  // namespace botcore::net
