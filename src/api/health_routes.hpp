#pragma once

/// Routes about the state of the process: health, readiness, liveness, ping and metrics. These
/// routes respond from memory and never wait.
///
/// B1  `/health/live` checks only that this process responds.
/// B2  Bodies that can be read without a token contain nothing secret: they contain only states,
///     figures and fixed texts.
///
/// Threads: the thread of the loop.
/// @spec:NFR-RELIABILITY-001

#include "api/api_context.hpp"
#include "host/route_table.hpp"
#include "services/health/health_monitor.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <string>

namespace botcore::api {

class HealthRoutes {
public:
    /// The durability of an acknowledged commit, as a text such as "sqlite, WAL, synchronous=FULL,
    /// one machine".
    struct Durability {
        std::string level;
    };

    /// The context and the monitor must outlive this object, which must outlive the route table.
    HealthRoutes(const ApiContext& context,
                 const health::HealthMonitor& monitor,
                 Durability durability)
        : context_(context),
          monitor_(monitor),
          durability_(std::move(durability)),
          started_(context.now().monotonic) {}

    void add_to(host::RouteTable& table);

    /// Sets the number of WebSocket connections that the health body shows.
    void set_websocket_connections(std::size_t count) { websocket_connections_ = count; }

    /// From now on readiness and health respond with 503: this process is about to end.
    void begin_drain() { draining_ = true; }

private:
    void show_health(host::RequestContext& call);
    void show_detailed(host::RequestContext& call);
    void show_ready(host::RequestContext& call);
    void show_live(host::RequestContext& call);
    void show_metrics(host::RequestContext& call);
    void measure_portfolio();
    void ping(host::RequestContext& call);

    [[nodiscard]] std::string not_ready_because() const;
    [[nodiscard]] boost::json::object frame(const host::RequestContext& call) const;
    [[nodiscard]] boost::json::object check_json(const operations::ComponentStatus& finding) const;
    [[nodiscard]] boost::json::object dependency_json(const operations::DependencyRow& row,
                                                      const health::HealthReport& snapshot) const;
    [[nodiscard]] boost::json::value maintenance_json();

    const ApiContext& context_;
    const health::HealthMonitor& monitor_;
    Durability durability_;
    model::Timestamp started_;
    std::size_t websocket_connections_ = 0;
    bool draining_ = false;
    boost::json::value maintenance_;  ///< The newest durable view.
};

}  // namespace botcore::api
