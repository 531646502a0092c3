#pragma once

/// Routes for planned maintenance. Everyone may read the planned windows and the banner; operators
/// may plan, cancel, begin and end a window.
///
/// Threads: the thread of the loop.

#include "api/api_context.hpp"
#include "host/route_table.hpp"

#include <boost/json/object.hpp>

#include <cstdint>

namespace botcore::api {

/// The operating mode, the banner, and the window to announce: the active window or, if none is
/// active, the next one.
[[nodiscard]] boost::json::object maintenance_view(const core::State& state);

class MaintenanceRoutes {
public:
    /// The context outlives this object, and this object outlives the table.
    explicit MaintenanceRoutes(const ApiContext& context) : context_(context) {}

    void add_to(host::RouteTable& table);

private:
    void show(host::RequestContext& call);
    void schedule(host::RequestContext& call);
    void begin_now(host::RequestContext& call);
    void end_now(host::RequestContext& call);
    void cancel(host::RequestContext& call);

    const ApiContext& context_;
};

}  // namespace botcore::api
