#pragma once

/// The route that shows how the process recovered: restarts, reloads and reconnections.
///
/// Threads: the thread of the loop.

#include "host/route_table.hpp"
#include "services/health/recovery_log.hpp"

namespace botcore::api {

class RecoveryRoutes {
public:
    /// The log must outlive this object, which must outlive the route table.
    explicit RecoveryRoutes(const health::RecoveryLog& log) : log_(log) {}

    void add_to(host::RouteTable& table);

private:
    void list(host::RequestContext& call);

    const health::RecoveryLog& log_;
};

}  // namespace botcore::api
