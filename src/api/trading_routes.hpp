#pragma once

/// Routes for trading: accounts, orders, positions, transfers, history and the journal. Commands go
/// to the runtime; reads come from its durable state and the store.
///
/// Threads: the thread of the loop.

#include "api/api_context.hpp"
#include "host/route_table.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string_view>

namespace botcore::api {

class TradingRoutes {
public:
    /// The context outlives this object, and this object outlives the table.
    explicit TradingRoutes(const ApiContext& context) : context_(context) {}

    void add_to(host::RouteTable& table);

private:
    using Handler = void (TradingRoutes::*)(host::RequestContext&);
    /// Adds the row twice: under the path of the account and under the short path of the default
    /// account.
    void add_both(host::RouteTable& table,
                  std::string_view tail,
                  Handler handler,
                  host::RouteRow row);
    void add_one(host::RouteTable& table,
                 std::string_view pattern,
                 Handler handler,
                 host::RouteRow row);
    void add_commands(host::RouteTable& table);
    void add_account_commands(host::RouteTable& table);
    void add_reads(host::RouteTable& table);

    void place_order(host::RequestContext& call);
    void cancel_order(host::RequestContext& call);
    void cancel_all(host::RequestContext& call);
    void flatten(host::RequestContext& call);
    void close_position(host::RequestContext& call);
    void set_leverage(host::RequestContext& call);
    void open_account(host::RequestContext& call);
    void reset_account(host::RequestContext& call);
    void transfer(host::RequestContext& call);

    void list_orders(host::RequestContext& call);
    void show_order(host::RequestContext& call);
    void explain_order(host::RequestContext& call);
    void list_positions(host::RequestContext& call);
    void show_position(host::RequestContext& call);
    void list_accounts(host::RequestContext& call);
    void show_account(host::RequestContext& call);
    void list_history(host::RequestContext& call);
    void list_journal(host::RequestContext& call);

    /// One page of trades. Empty when the read failed; the call must not be used then.
    [[nodiscard]] std::optional<boost::json::value> history_page(
        host::RequestContext& call, const ports::FillQuery& asked) const;
    [[nodiscard]] bool answered_as_canceled(host::RequestContext& call,
                                            const core::AccountState& account,
                                            const model::CancelOrder& cancel);
    [[nodiscard]] std::optional<model::Order> find_order(host::RequestContext& call);

    const ApiContext& context_;
};

}  // namespace botcore::api
