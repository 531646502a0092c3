#pragma once

/// The event stream of the daemon: the hub, which is notified of commits, and the WebSocket server
/// at `/ws`.

#include "base/result.hpp"
#include "shell/config/config.hpp"
#include "shell/metrics/metrics.hpp"
#include "shell/websocket/websocket_server.hpp"

#include <filesystem>
#include <string>

namespace botcore::apps {

class EventStream {
public:
    /// All of these objects, and everything that the functions use, must outlive the event stream.
    struct Parts {
        boost::asio::io_context& context;
        ports::StoreReader& reader;
        const ports::MarketData& market;
        std::function<std::optional<model::Owner>(const model::AccountId&)> owner_of;
        std::function<std::optional<shell::auth::Caller>(std::string_view token)> authenticate;
        std::function<model::Timestamp()> now;
        shell::log::Log& log;
    };

    EventStream(const shell::Config& config, Parts parts);

    /// The hub receives the runtime's commits. Events without a record are also published through
    /// it.
    [[nodiscard]] shell::websocket::EventHub& hub() { return hub_; }

    /// Passes the store's timeline to the hub. Must be called after the first record was written,
    /// because that record names the timeline of a store that was never restored.
    [[nodiscard]] base::Outcome<std::string> read_timeline(const std::filesystem::path& store);

    [[nodiscard]] shell::websocket::WebsocketServer& server() { return server_; }

    /// Copies the counts of the server into the metrics.
    void count(shell::metrics::Metrics& metrics);

private:
    shell::websocket::EventHub hub_;
    shell::websocket::WebsocketServer server_;
};

[[nodiscard]] shell::log::LogOptions log_options(const shell::Config& config);

}  // namespace botcore::apps
