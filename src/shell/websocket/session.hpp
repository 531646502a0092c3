#pragma once

/// One client of the event stream, and what the clients of one server share. Private to the
/// server's own source files.
///
///   Handshake ──accepted──> Waiting ──authenticate──> Listening ──close──> Closing ──> over
///        └─────too late───────┴──too late, wrong token───────────────────────^

#include "shell/websocket/websocket_server.hpp"

namespace botcore::shell::websocket {

using SteadyTime = std::chrono::steady_clock::time_point;

class Session {
public:
    virtual ~Session() = default;
    /// Acts on deadlines that have passed.
    virtual void check(SteadyTime now) = 0;
    /// Says goodbye with 1001.
    virtual void close_for_shutdown() = 0;
    /// Ends at once, without a word; touches nothing that the server was given afterwards.
    virtual void abandon() = 0;
};

struct WebsocketServer::State {
    State(WebsocketOptions given_options, Parts given_parts);

    /// Tells prices to whom they concern.
    void publish_prices();

    void count(Cut cut) { ++counters.cuts.at(static_cast<std::size_t>(cut)); }

    void ended(Session* session);
    void report_closed();

    struct Timers;

    WebsocketOptions options;
    Parts parts;
    WebsocketCounters counters;
    std::unique_ptr<Timers> timers;
    std::set<Session*> sessions;
    std::map<model::Owner, std::size_t> users;
    bool replaying = false;
    bool stopping = false;
    bool gone = false;  ///< The server is; its parts may be too.
    std::function<void()> closed;
};

/// Begins to serve a client that asked for the change to WebSocket.
void start_session(const std::shared_ptr<WebsocketServer::State>& state, http::Upgrade upgrade);

}  // namespace botcore::shell::websocket
