#pragma once

/// Routes about planned maintenance: what is planned and the banner for everybody; planning,
/// cancelling, beginning and ending for operators.
///
/// Threads: the thread of the loop.

#include "shell/http/api_context.hpp"
#include "shell/http/route_table.hpp"

#include <boost/json/object.hpp>

#include <cstdint>

namespace botcore::shell::http {

/// The operating mode, the banner and the window that people should know of.
[[nodiscard]] boost::json::object maintenance_view(const core::State& state);

class MaintenanceRoutes {
public:
    /// The context outlives the door, and the door the table.
    explicit MaintenanceRoutes(const ApiContext& context) : context_(context) {}

    void add_to(RouteTable& table);

private:
    void show(RequestContext& call);
    void schedule(RequestContext& call);
    void begin_now(RequestContext& call);
    void end_now(RequestContext& call);
    void cancel(RequestContext& call);

    const ApiContext& context_;
};

}  // namespace botcore::shell::http
