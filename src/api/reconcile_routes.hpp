#pragma once

/// Routes for comparisons with the exchange. Callers can read the newest comparison of each account
/// that they may see, and request another one. Operators can resolve a difference, and send the
/// report of a consistency check that ran outside this process.
///
/// Threads: the thread of the loop.

#include "api/api_context.hpp"
#include "host/route_table.hpp"

#include <boost/json/object.hpp>

namespace botcore::api {

/// Our amounts and the exchange's, the differences, and what to do about them.
[[nodiscard]] boost::json::object comparison_view(const core::AccountState& account);

class ReconcileRoutes {
public:
    /// The context outlives this object, and this object outlives the table.
    explicit ReconcileRoutes(const ApiContext& context) : context_(context) {}

    void add_to(host::RouteTable& table);

private:
    void show(host::RequestContext& call);
    void compare(host::RequestContext& call);
    void adopt(host::RequestContext& call);
    void set_state(host::RequestContext& call);
    void take_report(host::RequestContext& call);

    const ApiContext& context_;
};

}  // namespace botcore::api
