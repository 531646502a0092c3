#pragma once

/// Routes that say how the process is: health, readiness, liveness, ping and metrics. They answer
/// from memory and never wait.
///
/// Threads: the thread of the loop.

#include "shell/http/api_context.hpp"
#include "shell/http/route_table.hpp"

#include <cstddef>

namespace botcore::shell::http {

class HealthDoor {
public:
    /// The context outlives the door, and the door the table.
    explicit HealthDoor(const ApiContext& context)
        : context_(context),
          started_(context.now().time) {}

    void add_to(RouteTable& table);

    /// Looks how the store does, for the health routes, which never wait themselves. Call it about
    /// once a second.
    void probe();

    /// From now on health and readiness say 503: this process is about to end.
    void say_goodbye() { goodbye_ = true; }

    /// For the health body and the metrics.
    void set_websocket_connections(std::size_t count) { websocket_connections_ = count; }

private:
    struct Health;

    void show_health(Call& call);
    void show_ready(Call& call);
    void show_live(Call& call);
    void show_metrics(Call& call);
    void ping(Call& call);
    [[nodiscard]] Health health() const;

    const ApiContext& context_;
    model::Timestamp started_;

    struct StoreProbe {
        bool connected = false;
        model::Duration latency;
        model::Timestamp at;
    } store_;

    std::size_t websocket_connections_ = 0;
    bool goodbye_ = false;
};

}  // namespace botcore::shell::http
