#pragma once

/// Redis servers for tests: the real one as a child process on a free loopback port, and a fake one
/// with scripted replies.

#include "tests/scratch/temporary_folder.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace botcore::cache_redis {

/// A socket that listens on a free loopback port.
class Listening {
public:
    explicit Listening(std::uint16_t port = 0) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        const int yes = 1;
        setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* const plain = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(::bind(socket_, plain, sizeof address), 0);
        EXPECT_EQ(::listen(socket_, 8), 0);
        socklen_t size = sizeof address;
        EXPECT_EQ(::getsockname(socket_, plain, &size), 0);
        port_ = ntohs(address.sin_port);
    }

    ~Listening() { ::close(socket_); }

    Listening(const Listening&) = delete;
    Listening& operator=(const Listening&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }

    [[nodiscard]] int socket() const { return socket_; }

private:
    int socket_;
    std::uint16_t port_ = 0;
};

inline std::uint16_t free_port() {
    return Listening().port();
}

/// Whether a connection can be made.
inline bool accepts(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool connected =
        ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(socket);
    return connected;
}

class RedisServer {
public:
    explicit RedisServer(std::vector<std::string> options = {})
        : options_(std::move(options)),
          port_(free_port()) {
        start();
    }

    ~RedisServer() { kill(); }

    RedisServer(const RedisServer&) = delete;
    RedisServer& operator=(const RedisServer&) = delete;

    /// Starts the server and waits until it accepts connections.
    void start() {
        std::vector<std::string> words = {"redis-server",
                                          "--port",
                                          std::to_string(port_),
                                          "--bind",
                                          "127.0.0.1",
                                          "--save",
                                          "",
                                          "--appendonly",
                                          "no",
                                          "--dir",
                                          folder_.path().string(),
                                          "--logfile",
                                          "log"};
        words.insert(words.end(), options_.begin(), options_.end());
        std::vector<char*> arguments;
        for (auto& word : words)
            arguments.push_back(word.data());
        arguments.push_back(nullptr);
        child_ = fork();
        if (child_ == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            execvp("redis-server", arguments.data());
            _exit(127);
        }
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!accepts(port_)) {
            ASSERT_EQ(waitpid(child_, nullptr, WNOHANG), 0)
                << "redis-server ended; is it installed?";
            ASSERT_LT(std::chrono::steady_clock::now(), end);
            std::this_thread::yield();
        }
    }

    void kill() {
        if (child_ <= 0) return;
        ::kill(child_, SIGKILL);
        waitpid(child_, nullptr, 0);
        child_ = -1;
    }

    void hang() const {
        ::kill(child_, SIGSTOP);
        int status = 0;
        waitpid(child_, &status, WUNTRACED);
    }

    void go_on() const { ::kill(child_, SIGCONT); }

    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    std::vector<std::string> options_;
    std::uint16_t port_;
    scratch::TemporaryFolder folder_;
    pid_t child_ = -1;
};

/// Accepts connections one after the other. It sends each of `answers` once it has received bytes,
/// then reads until the client closes the connection.
class FakeServer {
public:
    explicit FakeServer(std::vector<std::string> answers)
        : answers_(std::move(answers)),
          thread_([this](const std::stop_token& stop) { serve(stop); }) {}

    ~FakeServer() {
        thread_.request_stop();
        ::shutdown(listening_.socket(), SHUT_RDWR);  // Unblocks `accept`.
    }

    [[nodiscard]] std::uint16_t port() const { return listening_.port(); }

private:
    void serve(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            const int socket = ::accept(listening_.socket(), nullptr, nullptr);
            if (socket < 0) return;
            char buffer[4'096];
            for (const auto& answer : answers_) {
                if (::read(socket, buffer, sizeof buffer) <= 0) break;
                (void)::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL);
            }
            while (::read(socket, buffer, sizeof buffer) > 0) {
            }
            ::close(socket);
        }
    }

    std::vector<std::string> answers_;
    Listening listening_;
    std::jthread thread_;
};

}  // namespace botcore::cache_redis
