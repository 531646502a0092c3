#pragma once

/// Routes for the paper account under the names that its dashboard uses: status, portfolio, open
/// and closed trades, and settings. Some of them are aliases of routes of `TradingRoutes`.
///
/// Threads: the thread of the loop.

#include "shell/http/api_context.hpp"
#include "shell/http/route_table.hpp"

namespace botcore::shell::http {

class PaperRoutes {
public:
    /// The context outlives this object, and this object outlives the table.
    explicit PaperRoutes(const ApiContext& context) : context_(context) {}

    /// Adds the routes. Call this after `TradingRoutes::add_to`, since it adds aliases of the
    /// routes added there.
    void add_to(RouteTable& table);

private:
    void show_status(RequestContext& call);
    void list_open_trades(RequestContext& call);
    void list_closed_trades(RequestContext& call);
    void show_settings(RequestContext& call);
    void list_trailing_stops(RequestContext& call);
    void list_pending_orders(RequestContext& call);

    const ApiContext& context_;
};

}  // namespace botcore::shell::http
