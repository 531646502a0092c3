#pragma once

/// The event stream over WebSocket, at `/ws` of the HTTP server. docs/api/stream.md describes the
/// messages; `EventHub` decides which subscriber gets which events.
///
/// S1  A client gets no events before it sends a valid token: in the Authorization header of the
///     request, or in its first message within `authenticate_within`. The rights of the token are
///     read again on every subscription and at the interval `rights_every`. The connection ends if
///     the token is no longer valid or the role was lowered.
/// S2  A silent client is disconnected: one that sends no frame within `pong_within` of a ping, or
///     no frame at all for `idle_max`.
/// S3  A client that does not read occupies no more memory than its queue and the send buffer of
///     the system. Its connection is closed with 1013 and the position to resume from, and cut
///     after `slow_close_within`.
///
/// Close codes: 1000: the client requested the close, or it was idle; 1001: the server shuts down;
/// 1003: the client sent a binary message; 1007: a message was not valid JSON; 1008: the token was
/// not valid, the role was lowered, or the client broke a rule or a limit; 1009: a message was too
/// big; 1011: our own error; 1013: the client read too slowly.
///
/// Threads: the thread that runs the io_context.

#include "host/caller.hpp"
#include "net/upgrade.hpp"
#include "observability/log.hpp"
#include "ports/market_data.hpp"
#include "services/events/event_hub.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace boost::asio {
class io_context;
}

namespace botcore::events {

struct WebsocketOptions {
    std::string path = "ws";
    std::size_t connections_max = 1'000;
    std::size_t connections_per_user_max = 10;
    std::size_t messages_per_minute_max = 100;
    std::chrono::milliseconds handshake_within = std::chrono::seconds(60);
    std::chrono::milliseconds authenticate_within = std::chrono::seconds(10);
    std::chrono::milliseconds ping_every = std::chrono::seconds(30);
    /// Together with `sweep_every`, lowered rights end a connection within five seconds.
    std::chrono::milliseconds rights_every = std::chrono::seconds(4);
    std::chrono::milliseconds pong_within = std::chrono::seconds(10);
    std::chrono::milliseconds idle_max = std::chrono::minutes(5);
    std::chrono::milliseconds close_within = std::chrono::seconds(5);
    /// How long a slow reader has to read the close reason and the bytes sent before it.
    std::chrono::milliseconds slow_close_within = std::chrono::seconds(60);
    std::chrono::milliseconds prices_every = std::chrono::seconds(1);
    /// The interval at which time-outs are checked; a time-out is late by at most this much.
    std::chrono::milliseconds sweep_every = std::chrono::seconds(1);
    /// The size of the system's send buffer for each connection; 0 stands for the system's default.
    int send_buffer_bytes = 256 * 1024;
    /// Prices older than this are marked stale.
    model::Duration price_age_max = model::Duration::seconds(2);
};

/// Why the server ended a connection.
enum class Cut : std::uint8_t {
    Handshake,  ///< The handshake was not finished in time, or was invalid.
    Unauthenticated,
    TooMany,  ///< Too many connections of one user.
    Flood,    ///< Too many messages within a minute.
    Malformed,
    Heartbeat,
    Idle,
    SlowReader,
    Failure,  ///< The server had an error.
    Shutdown,
    RightsFell,  ///< The user's role was lowered.
};
inline constexpr std::size_t kCutCount = 11;

[[nodiscard]] std::string_view to_text(Cut cut);

/// Totals since the start, for metrics.
struct WebsocketCounters {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    std::array<std::uint64_t, kCutCount> cuts{};
};

class WebsocketServer final : public net::UpgradeHandler {
public:
    /// All parts outlive the server.
    struct Parts {
        boost::asio::io_context& context;
        EventHub& hub;
        const ports::MarketData& market;
        /// The caller whom the token identifies; empty for an invalid token.
        std::function<std::optional<host::Caller>(std::string_view token)> authenticate;
        std::function<model::Timestamp()> now;
        observability::Log& log;
    };

    /// Takes over the hub's replays of the journal: becomes the function of `EventHub::on_behind`.
    WebsocketServer(WebsocketOptions options, Parts parts);
    /// Disconnects all clients at once.
    ~WebsocketServer() override;
    WebsocketServer(const WebsocketServer&) = delete;
    WebsocketServer& operator=(const WebsocketServer&) = delete;

    /// Starts to check time-outs and to publish prices.
    void start();

    /// Refuses new clients, closes open ones with 1001, then calls `closed` once.
    void stop(std::function<void()> closed = {});

    [[nodiscard]] bool claims(const net::HttpRequest& request) const override;
    [[nodiscard]] std::optional<net::HttpResponse> refuse(
        const net::HttpRequest& request, const net::BeastRequest& message) override;
    void take(net::Upgrade upgrade) override;

    [[nodiscard]] std::size_t connections() const;

    [[nodiscard]] const WebsocketCounters& counters() const;

    struct State;

private:
    std::shared_ptr<State> state_;
};

}  // namespace botcore::events
