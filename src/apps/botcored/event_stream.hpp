#pragma once

/// The event stream of the daemon: the hub, which is notified of commits, and the WebSocket server
/// at `/ws`.

#include "base/result.hpp"
#include "host/config.hpp"
#include "observability/metrics.hpp"
#include "runtime/runtime.hpp"
#include "services/events/websocket_server.hpp"

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
        std::function<std::optional<host::Caller>(std::string_view token)> authenticate;
        std::function<model::Timestamp()> now;
        observability::Log& log;
    };

    EventStream(const host::Config& config, Parts parts);

    /// The hub receives the runtime's commits. Events without a record are also published through
    /// it.
    [[nodiscard]] events::EventHub& hub() { return hub_; }

    /// Passes the store's timeline to the hub. Must be called after the first record was written,
    /// because that record names the timeline of a store that was never restored.
    [[nodiscard]] base::Outcome<std::string> read_timeline(const std::filesystem::path& store);

    [[nodiscard]] events::WebsocketServer& server() { return server_; }

    /// Copies the counts of the server into the metrics.
    void count(observability::Metrics& metrics);

private:
    events::EventHub hub_;
    events::WebsocketServer server_;
};

/// The owner of an account, as the runtime knows it.
[[nodiscard]] std::optional<model::Owner> owner_in(const runtime::Runtime& runtime,
                                                   const model::AccountId& account);

[[nodiscard]] observability::LogOptions log_options(const host::Config& config);

}  // namespace botcore::apps
