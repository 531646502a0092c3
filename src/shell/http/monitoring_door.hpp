#pragma once

/// The process's own figures as JSON, for dashboards without a metrics store: the system, trading,
/// and the connections to the exchange and to callers.
///
/// Threads: the thread of the loop.

#include "shell/http/api_context.hpp"
#include "shell/http/route_table.hpp"

#include <functional>

namespace botcore::shell::http {

class MonitoringDoor {
public:
    /// How many callers are connected now.
    struct Connections {
        std::size_t http = 0;
        std::size_t websocket = 0;
    };

    /// The context outlives the door, and the door the table.
    MonitoringDoor(const ApiContext& context, std::function<Connections()> connections)
        : context_(context),
          connections_(std::move(connections)),
          started_(context.now().monotonic) {}

    void add_to(RouteTable& table);

private:
    void show_system(Call& call);
    void show_trading(Call& call);
    void show_connection(Call& call);

    const ApiContext& context_;
    std::function<Connections()> connections_;
    model::Timestamp started_;
};

}  // namespace botcore::shell::http
