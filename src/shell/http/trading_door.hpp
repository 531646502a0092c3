#pragma once

/// Routes about what is traded: accounts, orders, positions, transfers, history and the journal.
/// Commands go to the runtime; reads come from its durable state and the store.
///
/// Threads: the thread of the loop.

#include "shell/http/api_context.hpp"
#include "shell/http/route_table.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string_view>

namespace botcore::shell::http {

class TradingDoor {
public:
    /// The context outlives the door, and the door the table.
    explicit TradingDoor(const ApiContext& context) : context_(context) {}

    void add_to(RouteTable& table);

private:
    using Handler = void (TradingDoor::*)(Call&);
    /// Adds the row twice: under the account's path and under the short one of the default account.
    void add_both(RouteTable& table, std::string_view tail, Handler handler, RouteRow row);
    void add_one(RouteTable& table, std::string_view pattern, Handler handler, RouteRow row);
    void add_commands(RouteTable& table);
    void add_account_commands(RouteTable& table);
    void add_reads(RouteTable& table);

    void place_order(Call& call);
    void cancel_order(Call& call);
    void cancel_all(Call& call);
    void flatten(Call& call);
    void close_position(Call& call);
    void set_leverage(Call& call);
    void open_account(Call& call);
    void reset_account(Call& call);
    void transfer(Call& call);

    void list_orders(Call& call);
    void show_order(Call& call);
    void explain_order(Call& call);
    void list_positions(Call& call);
    void show_position(Call& call);
    void list_accounts(Call& call);
    void show_account(Call& call);
    void list_history(Call& call);
    void list_journal(Call& call);

    /// One page of trades; nothing once the call is answered.
    [[nodiscard]] std::optional<boost::json::value> history_page(
        Call& call, const ports::FillQuery& asked) const;
    [[nodiscard]] bool answered_as_canceled(Call& call,
                                            const core::AccountState& account,
                                            const model::CancelOrder& cancel);
    [[nodiscard]] std::optional<model::Order> find_order(Call& call);

    const ApiContext& context_;
};

}  // namespace botcore::shell::http
