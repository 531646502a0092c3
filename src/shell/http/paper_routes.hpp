#pragma once

/// Routes about the paper account under the names that its dashboard knows: status, portfolio, open
/// and closed trades, settings; and other addresses of commands that the trading door has.
///
/// Threads: the thread of the loop.

#include "shell/http/api_context.hpp"
#include "shell/http/route_table.hpp"

namespace botcore::shell::http {

class PaperRoutes {
public:
    /// The context outlives the door, and the door the table.
    explicit PaperRoutes(const ApiContext& context) : context_(context) {}

    /// After the trading door.
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
