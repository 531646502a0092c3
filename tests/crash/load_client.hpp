#pragma once

/// Many keep-alive connections on one thread, each with one request in progress at a time. The
/// client shares two cores with the daemon under load, so it uses plain epoll and copies little.
///
/// C1  `LoadSource::on_response` is called for complete responses only. A request without a
/// response
///     when its connection ended goes to `on_lost`: its outcome is in doubt.

#include "base/result.hpp"
#include "tests/crash/http_text.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace botcore::crash {

using Clock = std::chrono::steady_clock;

/// Provides requests and receives their responses.
class LoadSource {
public:
    using Id = std::uint64_t;
    /// Returned when there is no request for this connection now.
    static constexpr Id kNone = ~Id{0};

    virtual ~LoadSource() = default;
    /// Appends the bytes of the next request; returns its id, or kNone.
    virtual Id next(std::string& out) = 0;
    virtual void on_response(Id id, const ReplyFields& answer, Clock::duration latency) = 0;
    virtual void on_lost(Id id) = 0;
};

class LoadClient {
public:
    /// The source outlives the client.
    LoadClient(std::uint16_t port, std::size_t connections, LoadSource& source);
    ~LoadClient();
    LoadClient(const LoadClient&) = delete;
    LoadClient& operator=(const LoadClient&) = delete;

    /// Opens all connections. The text describes the error.
    [[nodiscard]] base::Outcome<std::string> connect();

    /// Keeps every connection busy until the deadline. Ends earlier when `done` (called between
    /// rounds) returns true, when no connection is left, or when none is busy and none gets a
    /// request.
    void run_until(Clock::time_point deadline, const std::function<bool()>& done = {});

    /// Waits for the responses to requests in progress; sends nothing new.
    void drain_until(Clock::time_point deadline);

    /// Closes all connections: requests in progress are lost.
    void close();

    [[nodiscard]] std::size_t open_count() const { return open_count_; }

    [[nodiscard]] std::size_t busy_count() const { return busy_count_; }

private:
    struct Connection {
        int socket = -1;
        LoadSource::Id id = LoadSource::kNone;
        Clock::time_point sent;
        std::string out;
        std::string in;
    };
    enum class Feeding : std::uint8_t { Yes, No };

    void turn(Clock::time_point deadline, Feeding feeding);
    void feed(Connection& connection);
    void receive(Connection& connection, Feeding feeding);
    [[nodiscard]] bool take_one(Connection& connection);
    void end(Connection& connection);

    std::uint16_t port_;
    LoadSource& source_;
    std::vector<Connection> connections_;
    std::size_t open_count_ = 0;
    std::size_t busy_count_ = 0;
    int epoll_ = -1;
};

/// Connects to the daemon at 127.0.0.1; negative when the connection is refused.
[[nodiscard]] int connect_to(std::uint16_t port);

/// Sends one request on a connection of its own, blocking for at most `within`. Empty when no
/// complete response arrived.
[[nodiscard]] std::optional<Answer> ask(
    std::uint16_t port,
    const Call& call,
    std::string_view token,
    std::chrono::milliseconds within = std::chrono::seconds(10));

}  // namespace botcore::crash
