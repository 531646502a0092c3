#pragma once

/// One client of the event stream, and the state that all clients of a server share. Only the
/// source files of the server use this header.
///
///   Handshake ──accepted──> Waiting ──authenticate──> Listening ──close──> Closing ──> over
///        └─────too late───────┴──too late, wrong token───────────────────────^

#include "services/events/websocket_server.hpp"

namespace botcore::events {

using SteadyTime = std::chrono::steady_clock::time_point;

class WebSocketConnection {
public:
    virtual ~WebSocketConnection() = default;
    /// Handles deadlines that have passed.
    virtual void check(SteadyTime now) = 0;
    /// Closes the connection with 1001.
    virtual void close_for_shutdown() = 0;
    /// Ends the connection at once, without a close message. Afterwards the connection uses nothing
    /// that the server was given.
    virtual void abandon() = 0;
};

struct WebsocketServer::State {
    State(WebsocketOptions given_options, Parts given_parts);

    /// Publishes the current prices to their subscribers.
    void publish_prices();

    void count(Cut cut) { ++counters.cuts.at(static_cast<std::size_t>(cut)); }

    void ended(WebSocketConnection* session);
    void report_closed();

    struct Timers;

    WebsocketOptions options;
    Parts parts;
    WebsocketCounters counters;
    std::unique_ptr<Timers> timers;
    std::set<WebSocketConnection*> sessions;
    std::map<model::Owner, std::size_t> users;
    bool replaying = false;
    bool stopping = false;
    bool gone = false;  ///< The server is destroyed; `parts` may be destroyed, too.
    std::function<void()> closed;
};

/// Starts to serve a client that requested the upgrade to WebSocket.
void start_connection(const std::shared_ptr<WebsocketServer::State>& state, net::Upgrade upgrade);

}  // namespace botcore::events
