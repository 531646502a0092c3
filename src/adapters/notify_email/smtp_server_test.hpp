#pragma once

/// A small SMTP server on loopback for tests: a thread with blocking sockets and OpenSSL, so that
/// it shares no code with the client. It serves one connection after the other and records each.

#include "net/test_identity_test.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace botcore::notify_email {

enum class SmtpServerTls { None, StartTls, Implicit };

/// In place of an answer: the server sends nothing more, or closes the connection.
inline const std::string kSilent = "silent";
inline const std::string kClose = "close";

struct SmtpScript {
    SmtpServerTls tls = SmtpServerTls::None;
    bool offers_login = false;
    std::string certificate_host = "localhost";
    /// Answers other than the usual ones, by the beginning of the command. Besides the commands
    /// there are GREETING, the connection, LOGIN, each line of the login after AUTH, and MESSAGE,
    /// the end of the message.
    std::map<std::string, std::string> answers{};
    /// Like `answers`, each for the first such command only.
    std::map<std::string, std::string> first_answers{};
};

struct SmtpSession {
    std::vector<std::string> commands{};
    std::vector<std::string> login{};  ///< The lines of the login after AUTH, still in base64.
    std::string message{};             ///< Without the doubled dots and the final dot.
    bool encrypted = false;            ///< A handshake has completed.
};

class SmtpServer {
public:
    explicit SmtpServer(SmtpScript script = {})
        : script_(std::move(script)),
          identity_(script_.certificate_host) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_TRUE(
            listener_ >= 0 &&
            ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
            ::listen(listener_, 8) == 0);
        socklen_t size = sizeof address;
        (void)::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }

    SmtpServer(const SmtpServer&) = delete;
    SmtpServer& operator=(const SmtpServer&) = delete;

    ~SmtpServer() {
        (void)::shutdown(listener_, SHUT_RDWR);
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
            if (socket_ >= 0) (void)::shutdown(socket_, SHUT_RDWR);
        }
        thread_.join();
        (void)::close(listener_);
    }

    [[nodiscard]] std::uint16_t port() const { return port_; }

    [[nodiscard]] std::string url(const std::string& host = "127.0.0.1") const {
        const bool secure = script_.tls == SmtpServerTls::Implicit;
        return (secure ? "smtps://" : "smtp://") + host + ":" + std::to_string(port_);
    }

    /// The certificate in PEM, for a client that should trust it.
    [[nodiscard]] std::string certificate() const { return identity_.certificate(); }

    [[nodiscard]] std::vector<SmtpSession> sessions() const {
        const std::lock_guard lock(mutex_);
        return sessions_;
    }

    /// Waits until the server leaves a client without an answer, at most ten seconds.
    [[nodiscard]] bool wait_until_silent() {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(10), [this] { return silent_; });
    }

private:
    using Session = std::unique_ptr<SSL, void (*)(SSL*)>;

    void serve() {
        sigset_t set{};
        (void)::sigemptyset(&set);
        (void)::sigaddset(&set, SIGPIPE);
        (void)::pthread_sigmask(SIG_BLOCK, &set, nullptr);
        while (true) {
            const int socket = ::accept(listener_, nullptr, nullptr);
            if (socket < 0) return;
            {
                const std::lock_guard lock(mutex_);
                socket_ = socket;
                if (stopping_) (void)::shutdown(socket, SHUT_RDWR);
                sessions_.emplace_back();
            }
            talk();
            const std::lock_guard lock(mutex_);
            socket_ = -1;
            (void)::close(socket);
        }
    }

    void talk() {
        session_.reset();
        received_.clear();
        if (script_.tls == SmtpServerTls::Implicit && !start_tls()) return;
        if (!answer("GREETING", "220 test")) return;
        std::string line;
        while (read_line(line)) {
            record([&](SmtpSession& session) { session.commands.push_back(line); });
            if (!handle(line)) return;
        }
    }

    bool handle(const std::string& command) {
        if (command.starts_with("EHLO")) return answer(command, "250-test\r\n" + offers());
        if (command.starts_with("AUTH LOGIN"))
            return answer(command, "334 VXNlcm5hbWU6") && login("334 UGFzc3dvcmQ6") &&
                   login("235 welcome");
        if (command.starts_with("AUTH")) return answer(command, "334 ") && login("235 welcome");
        if (command.starts_with("STARTTLS"))
            return answer(command, "220 go ahead") && (refused_ || start_tls());
        if (command.starts_with("DATA"))
            return answer(command, "354 go ahead") && (refused_ || read_message());
        if (command.starts_with("QUIT")) {
            (void)answer(command, "221 bye");
            return false;
        }
        return answer(command, "250 ok");
    }

    [[nodiscard]] std::string offers() const {
        std::string out;
        if (script_.tls == SmtpServerTls::StartTls && !session_) out += "250-STARTTLS\r\n";
        if (script_.offers_login) out += "250-AUTH GSSAPI CRAM-MD5 PLAIN LOGIN\r\n";
        return out + "250 8BITMIME";
    }

    bool login(const std::string& usual) {
        std::string line;
        if (refused_) return true;
        if (!read_line(line)) return false;
        record([&](SmtpSession& session) { session.login.push_back(line); });
        return answer("LOGIN", usual);
    }

    bool read_message() {
        std::string message;
        std::string line;
        while (read_line(line)) {
            if (line == ".") {
                record([&](SmtpSession& session) { session.message = message; });
                return answer("MESSAGE", "250 queued");
            }
            message += (line.starts_with("..") ? line.substr(1) : line) + "\r\n";
        }
        return false;
    }

    /// Sends the script's answer to the command, or else the usual one. False: the connection ends.
    bool answer(const std::string& command, std::string usual) {
        refused_ = false;
        for (const auto& [beginning, scripted] : script_.answers) {
            if (!command.starts_with(beginning)) continue;
            usual = scripted;
            refused_ = true;
        }
        for (auto scripted = first_answers_.begin(); scripted != first_answers_.end();) {
            if (!command.starts_with(scripted->first)) {
                ++scripted;
                continue;
            }
            usual = scripted->second;
            refused_ = true;
            scripted = first_answers_.erase(scripted);
        }
        if (usual == kClose) return false;
        if (usual != kSilent) return write(usual + "\r\n");
        {
            const std::lock_guard lock(mutex_);
            silent_ = true;
        }
        changed_.notify_all();
        std::string ignored;
        while (read_line(ignored)) {
        }
        return false;
    }

    bool start_tls() {
        session_ = Session(SSL_new(identity_.context()), SSL_free);
        SSL_set_fd(session_.get(), socket_);
        if (SSL_accept(session_.get()) != 1) return false;
        record([](SmtpSession& session) { session.encrypted = true; });
        return true;
    }

    bool write(const std::string& text) {
        const int size = static_cast<int>(text.size());
        if (session_) return SSL_write(session_.get(), text.data(), size) == size;
        return ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) == size;
    }

    bool read_line(std::string& line) {
        while (true) {
            const auto end = received_.find("\r\n");
            if (end != std::string::npos) {
                line = received_.substr(0, end);
                received_.erase(0, end + 2);
                return true;
            }
            char buffer[4'096];
            const auto count = session_ ? SSL_read(session_.get(), buffer, sizeof buffer)
                                        : ::recv(socket_, buffer, sizeof buffer, 0);
            if (count <= 0) return false;
            received_.append(buffer, static_cast<std::size_t>(count));
        }
    }

    template <class Change>
    void record(Change change) {
        const std::lock_guard lock(mutex_);
        change(sessions_.back());
    }

    const SmtpScript script_;
    std::map<std::string, std::string> first_answers_ =
        script_.first_answers;  // Used by the server's thread only.
    net::TestIdentity identity_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    // Used by the server's thread only.
    Session session_{nullptr, SSL_free};
    std::string received_;
    bool refused_ = false;      // The last answer came from the script.
    mutable std::mutex mutex_;  // Guards what follows; only the server's thread changes the socket.
    std::condition_variable changed_;
    int socket_ = -1;
    bool stopping_ = false;
    bool silent_ = false;
    std::vector<SmtpSession> sessions_;
    std::thread thread_;
};

}  // namespace botcore::notify_email
