#pragma once

/// Routes that return the process's own metrics as JSON, for dashboards without a metrics store:
/// metrics of the system, of trading, and of the connections to the exchange and from clients.
///
/// Threads: the thread of the loop.

#include "api/api_context.hpp"
#include "host/route_table.hpp"
#include "services/health/health_monitor.hpp"

#include <functional>

namespace botcore::api {

class MonitoringRoutes {
public:
    /// The number of clients that are connected now.
    struct Connections {
        std::size_t http = 0;
        std::size_t websocket = 0;
    };

    /// The context and the monitor outlive this object, and this object outlives the table.
    MonitoringRoutes(const ApiContext& context,
                     const health::HealthMonitor& monitor,
                     std::function<Connections()> connections)
        : context_(context),
          monitor_(monitor),
          connections_(std::move(connections)),
          started_(context.now().monotonic) {}

    void add_to(host::RouteTable& table);

private:
    void show_system(host::RequestContext& call);
    void show_trading(host::RequestContext& call);
    void show_connection(host::RequestContext& call);

    const ApiContext& context_;
    const health::HealthMonitor& monitor_;
    std::function<Connections()> connections_;
    model::Timestamp started_;
};

}  // namespace botcore::api
