#pragma once

/// Routes for the paper account under the names that its dashboard uses: status, portfolio, open
/// and closed trades, and settings. Some of them are aliases of routes of `TradingRoutes`.
///
/// Threads: the thread of the loop.

#include "api/api_context.hpp"
#include "host/route_table.hpp"

namespace botcore::api {

class PaperRoutes {
public:
    /// The context outlives this object, and this object outlives the table.
    explicit PaperRoutes(const ApiContext& context) : context_(context) {}

    /// Adds the routes. Call this after `TradingRoutes::add_to`, since it adds aliases of the
    /// routes added there.
    void add_to(host::RouteTable& table);

private:
    void show_status(host::RequestContext& call);
    void list_open_trades(host::RequestContext& call);
    void list_closed_trades(host::RequestContext& call);
    void show_settings(host::RequestContext& call);
    void list_trailing_stops(host::RequestContext& call);
    void list_pending_orders(host::RequestContext& call);

    const ApiContext& context_;
};

}  // namespace botcore::api
