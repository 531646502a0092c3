#pragma once

/// Routes for trading: accounts, orders, positions, transfers, history and the journal. Commands go
/// to the runtime; reads come from its durable state and the store.
///
/// Threads: the thread of the loop.

#include "shell/http/api_context.hpp"
#include "shell/http/route_table.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string_view>

namespace botcore::shell::http {

class TradingRoutes {
public:
    /// The context outlives this object, and this object outlives the table.
    explicit TradingRoutes(const ApiContext& context) : context_(context) {}

    void add_to(RouteTable& table);

private:
    using Handler = void (TradingRoutes::*)(RequestContext&);
    /// Adds the row twice: under the path of the account and under the short path of the default
    /// account.
    void add_both(RouteTable& table, std::string_view tail, Handler handler, RouteRow row);
    void add_one(RouteTable& table, std::string_view pattern, Handler handler, RouteRow row);
    void add_commands(RouteTable& table);
    void add_account_commands(RouteTable& table);
    void add_reads(RouteTable& table);

    void place_order(RequestContext& call);
    void cancel_order(RequestContext& call);
    void cancel_all(RequestContext& call);
    void flatten(RequestContext& call);
    void close_position(RequestContext& call);
    void set_leverage(RequestContext& call);
    void open_account(RequestContext& call);
    void reset_account(RequestContext& call);
    void transfer(RequestContext& call);

    void list_orders(RequestContext& call);
    void show_order(RequestContext& call);
    void explain_order(RequestContext& call);
    void list_positions(RequestContext& call);
    void show_position(RequestContext& call);
    void list_accounts(RequestContext& call);
    void show_account(RequestContext& call);
    void list_history(RequestContext& call);
    void list_journal(RequestContext& call);

    /// One page of trades. Empty when the read failed; the call must not be used then.
    [[nodiscard]] std::optional<boost::json::value> history_page(
        RequestContext& call, const ports::FillQuery& asked) const;
    [[nodiscard]] bool answered_as_canceled(RequestContext& call,
                                            const core::AccountState& account,
                                            const model::CancelOrder& cancel);
    [[nodiscard]] std::optional<model::Order> find_order(RequestContext& call);

    const ApiContext& context_;
};

}  // namespace botcore::shell::http
