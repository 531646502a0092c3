#include "api/trading_routes.hpp"

#include "api/api_schemas.hpp"
#include "core/orders/find_order.hpp"
#include "core/placing.hpp"
#include "protocol/api_json.hpp"
#include "protocol/reconcile_requests.hpp"

namespace botcore::api {

namespace {

/// The fields of a route row that most commands share.
host::RouteRow command(host::Purpose purpose, std::string_view tag, std::string_view summary) {
    return {.method = "POST",
            .access = host::Access::Trader,
            .purpose = purpose,
            .tag = tag,
            .summary = summary,
            .key_needed = true,
            .statuses = {404, 409, 422}};
}

/// The row of a command that needs a response of the exchange.
host::RouteRow order_command(host::Purpose purpose,
                             std::string_view tag,
                             std::string_view summary) {
    host::RouteRow row = command(purpose, tag, summary);
    row.response = "Order";
    row.statuses = {202, 404, 409, 422, 502};
    return row;
}

host::RouteRow read(std::string_view tag, std::string_view summary, std::string_view response) {
    return {.tag = tag, .summary = summary, .response = response};
}

}  // namespace

void TradingRoutes::add_one(host::RouteTable& table,
                            std::string_view pattern,
                            Handler handler,
                            host::RouteRow row) {
    row.pattern = pattern;
    row.handler = [this, handler](host::RequestContext& call) { (this->*handler)(call); };
    table.add(std::move(row));
}

void TradingRoutes::add_both(host::RouteTable& table,
                             std::string_view tail,
                             Handler handler,
                             host::RouteRow row) {
    add_one(table, "/api/accounts/{account}" + std::string(tail), handler, row);
    add_one(table, "/api/trading" + std::string(tail), handler, std::move(row));
}

void TradingRoutes::add_to(host::RouteTable& table) {
    add_trading_schemas(table.schemas());
    add_commands(table);
    add_account_commands(table);
    add_reads(table);
}

void TradingRoutes::add_commands(host::RouteTable& table) {
    host::RouteRow place = order_command(host::Purpose::Entry, "orders", "Places an order");
    place.request = "PlaceOrder";
    add_both(table, "/orders", &TradingRoutes::place_order, place);
    add_one(table, "/api/trading/execute", &TradingRoutes::place_order, place);
    add_one(table, "/api/trades/execute", &TradingRoutes::place_order, std::move(place));

    host::RouteRow cancel = order_command(host::Purpose::Exit, "orders", "Cancels an order");
    cancel.method = "DELETE";
    cancel.versioned = true;
    cancel.request = "CancelOrder";
    add_both(table, "/orders/{order}", &TradingRoutes::cancel_order, std::move(cancel));

    host::RouteRow sweep =
        command(host::Purpose::Exit, "orders", "Cancels all orders, or all of a symbol");
    sweep.request = "CancelAll";
    sweep.response = "OrdersTouched";
    add_both(table, "/orders/cancel-all", &TradingRoutes::cancel_all, sweep);
    sweep.method = "DELETE";
    add_both(table, "/orders", &TradingRoutes::cancel_all, std::move(sweep));

    host::RouteRow flat =
        command(host::Purpose::Exit,
                "positions",
                "Cancels every order that could open a position and closes all positions");
    flat.response = "OrdersTouched";
    flat.statuses = {202, 404, 409, 422};
    add_both(table, "/flatten", &TradingRoutes::flatten, std::move(flat));

    host::RouteRow close =
        order_command(host::Purpose::Exit, "positions", "Closes a position at the market");
    close.request = "ClosePosition";
    close.versioned = true;
    add_both(table, "/positions/{symbol}/close", &TradingRoutes::close_position, close);
    close.method = "DELETE";
    add_both(table, "/positions/{symbol}", &TradingRoutes::close_position, std::move(close));
}

void TradingRoutes::add_account_commands(host::RouteTable& table) {
    host::RouteRow leverage =
        command(host::Purpose::Entry, "positions", "Sets a symbol's leverage");
    leverage.versioned = true;
    leverage.request = "SetLeverage";
    leverage.response = "Position";
    add_both(
        table, "/positions/{symbol}/leverage", &TradingRoutes::set_leverage, std::move(leverage));

    host::RouteRow open = command(host::Purpose::Entry, "accounts", "Opens a paper account");
    open.request = "OpenAccount";
    open.response = "AccountRow";
    add_one(table, "/api/accounts", &TradingRoutes::open_account, std::move(open));

    host::RouteRow reset = command(host::Purpose::Entry, "accounts", "Resets a paper account");
    reset.versioned = true;
    reset.response = "AccountRow";
    add_one(table, "/api/accounts/{account}/reset", &TradingRoutes::reset_account, reset);
    add_one(table, "/api/trading/account/reset", &TradingRoutes::reset_account, std::move(reset));

    host::RouteRow move =
        command(host::Purpose::Entry, "accounts", "Moves money between two accounts");
    move.request = "TransferMoney";
    move.response = "Transfer";
    add_one(table, "/api/transfers", &TradingRoutes::transfer, std::move(move));
}

void TradingRoutes::add_reads(host::RouteTable& table) {
    const host::QueryParameterRow symbol{"symbol", "Symbol", "Only this symbol"};
    const host::QueryParameterRow limit{
        "limit", "ShortPageLimit", "The largest number of items to return"};
    const host::QueryParameterRow since{
        "since", "TimeGiven", "Only items created at this time or later"};
    const host::QueryParameterRow until{
        "until", "TimeGiven", "Only items created before this time"};
    host::RouteRow orders = read("orders", "Orders, newest first, in pages", "OrderPage");
    orders.query = {{"status", "OrderFilter", "Selection of orders"},
                    symbol,
                    limit,
                    {"before", "Number", "The `next_before` of the previous page"},
                    since,
                    until};
    orders.statuses = {404};
    add_both(table, "/orders", &TradingRoutes::list_orders, std::move(orders));

    host::RouteRow order = read("orders", "One order", "Order");
    order.etag = true;
    order.statuses = {404};
    add_both(table, "/orders/{order}", &TradingRoutes::show_order, order);
    add_one(table, "/api/orders/{order}", &TradingRoutes::show_order, std::move(order));

    host::RouteRow explanation =
        read("orders", "The history of an order, from the journal", "OrderStory");
    explanation.statuses = {404, 500};
    add_both(table, "/orders/{order}/explain", &TradingRoutes::explain_order, explanation);
    add_one(table,
            "/api/orders/{order}/explain",
            &TradingRoutes::explain_order,
            std::move(explanation));

    host::RouteRow positions = read("positions", "Open positions", "PositionList");
    positions.statuses = {404};
    add_both(table, "/positions", &TradingRoutes::list_positions, std::move(positions));
    host::RouteRow position = read("positions", "One position", "PositionView");
    position.statuses = {404};
    position.query = {host::exchange_parameter()};
    add_both(table, "/positions/{symbol}", &TradingRoutes::show_position, std::move(position));

    host::RouteRow history = read("accounts", "Trades, newest first, in pages", "TradePage");
    history.query = {symbol,
                     limit,
                     {"before", "Number", "The `next_before` of the previous page"},
                     since,
                     until};
    history.statuses = {404};
    history.cached = true;
    add_both(table, "/history", &TradingRoutes::list_history, std::move(history));

    host::RouteRow account =
        read("accounts", "Balances, equity and margin of an account", "AccountView");
    account.statuses = {404};
    add_one(table, "/api/accounts/{account}", &TradingRoutes::show_account, account);
    add_one(table, "/api/trading/account", &TradingRoutes::show_account, std::move(account));
    add_one(table,
            "/api/accounts",
            &TradingRoutes::list_accounts,
            read("accounts", "The caller's accounts", "AccountList"));

    host::RouteRow journal = read("journal", "Records of the journal, oldest first", "JournalPage");
    journal.access = host::Access::Operator;
    journal.query = {{"from", "Number", "The first record's number"},
                     {"limit", "PageLimit", "The largest number of items to return"}};
    journal.statuses = {500};
    add_one(table, "/api/journal", &TradingRoutes::list_journal, std::move(journal));
}

void TradingRoutes::place_order(host::RequestContext& call) {
    const model::AccountId account = context_.account_of(call);
    if (!context_.begin_command(call, "POST /api/accounts/" + account.text() + "/orders")) return;
    auto parsed = protocol::parse_place_order(call.request.body, context_.symbols());
    if (!parsed) return call.fail(400, parsed.error());
    model::PlaceOrder order = parsed.value().value;
    const auto* state = context_.find_account(call);
    if (state == nullptr) return;
    order.account = account;
    // The account determines which of the two instruments with this name is meant.
    order.instrument.market = state->account.market;
    order.origin = context_.origin_of(call, parsed.value().canonical);
    context_.submit(call, std::move(order));
}

void TradingRoutes::cancel_order(host::RequestContext& call) {
    const model::AccountId account = context_.account_of(call);
    const std::string& id = call.parameter("order");
    if (!context_.begin_command(call, "DELETE /api/accounts/" + account.text() + "/orders/" + id))
        return;
    model::CancelOrder cancel;
    if (!context_.read_if_match(call, cancel.version)) return;
    auto parsed = protocol::parse_cancel_order(call.request.body);
    if (!parsed) return call.fail(400, parsed.error());
    cancel.reason = std::move(parsed.value().value);
    const auto* state = context_.find_account(call);
    if (state == nullptr) return;
    cancel.account = account;
    cancel.order = model::ClientOrderId(id);
    if (!core::number_of(cancel.order)) {
        const auto imported = context_.order_named(cancel.order, &account);
        if (imported && !imported.value()) {
            return call.fail(404, "ORDER_UNKNOWN", "you have no order with this id");
        }
    }
    if (cancel.reason.empty() && answered_as_canceled(call, *state, cancel)) return;
    cancel.origin = context_.origin_of(call, parsed.value().canonical);
    context_.submit(call, std::move(cancel));
}

/// Responds without the engine when the order is already canceled and was evicted from the engine:
/// then the cancel is done whatever its key is, and there is nothing to record. A known key, which
/// has its own reply, and a cancel with a version, which must match, are left to the engine.
/// Returns true if this function has responded.
bool TradingRoutes::answered_as_canceled(host::RequestContext& call,
                                         const core::AccountState& account,
                                         const model::CancelOrder& cancel) {
    const std::string& id = call.parameter("order");
    const auto place = core::number_of(model::ClientOrderId(id));
    if (cancel.version || !place) return false;
    const model::OrderNumber number = *place;
    if (account.orders.contains(number)) return false;
    const core::KeyId key{call.caller.owner, call.key};
    if (context_.runtime.state().keys.contains(key)) return false;
    const auto known = context_.reader.find_key(key.first, key.second);
    if (!known || known.value()) return false;
    const auto found = context_.reader.find_order(number);
    if (!found || !found.value()) return false;
    const model::Order& order = found.value()->order;
    const bool mine = order.id.text() == id && order.owner == call.caller.owner &&
                      order.account == account.account.id;
    if (!mine) return false;
    // A refusal is the permanent reply to the key of its request, so the engine makes and records
    // it.
    const auto reply = core::late_cancel_reply(order);
    if (!reply || !std::holds_alternative<model::Order>(*reply)) return false;
    call.send(protocol::to_api(order));
    return true;
}

void TradingRoutes::cancel_all(host::RequestContext& call) {
    const model::AccountId account = context_.account_of(call);
    if (!context_.begin_command(call,
                                "POST /api/accounts/" + account.text() + "/orders/cancel-all")) {
        return;
    }
    auto parsed = protocol::parse_cancel_all(call.request.body, context_.symbols());
    if (!parsed) return call.fail(400, parsed.error());
    if (context_.find_account(call) == nullptr) return;
    model::CancelAll command = parsed.value().value;
    command.account = account;
    command.origin = context_.origin_of(call, parsed.value().canonical);
    context_.submit(call, std::move(command));
}

void TradingRoutes::flatten(host::RequestContext& call) {
    const model::AccountId account = context_.account_of(call);
    if (!context_.begin_command(call, "POST /api/accounts/" + account.text() + "/flatten")) return;
    if (!context_.read_no_fields(call)) return;
    if (context_.find_account(call) == nullptr) return;
    model::Flatten command;
    command.account = account;
    command.origin = context_.origin_of(call, {});
    context_.submit(call, std::move(command));
}

void TradingRoutes::close_position(host::RequestContext& call) {
    const model::AccountId account = context_.account_of(call);
    const std::string symbol = call.parameter("symbol");
    if (!context_.begin_command(
            call, "POST /api/accounts/" + account.text() + "/positions/" + symbol + "/close")) {
        return;
    }
    if (!context_.check_symbol(call)) return;
    auto parsed = protocol::parse_close_position(call.request.body);
    if (!parsed) return call.fail(400, parsed.error());
    model::ClosePosition close = parsed.value().value;
    if (!context_.read_if_match(call, close.version)) return;
    const auto* state = context_.find_account(call);
    if (state == nullptr) return;
    close.account = account;
    close.instrument.market = state->account.market;
    close.instrument.symbol = model::Symbol(symbol);
    close.origin = context_.origin_of(call, parsed.value().canonical);
    context_.submit(call, std::move(close));
}

void TradingRoutes::set_leverage(host::RequestContext& call) {
    const model::AccountId account = context_.account_of(call);
    const std::string symbol = call.parameter("symbol");
    if (!context_.begin_command(
            call, "POST /api/accounts/" + account.text() + "/positions/" + symbol + "/leverage")) {
        return;
    }
    if (!context_.check_symbol(call)) return;
    auto parsed = protocol::parse_set_leverage(call.request.body);
    if (!parsed) return call.fail(400, parsed.error());
    model::SetLeverage command = parsed.value().value;
    if (!context_.read_if_match(call, command.version)) return;
    const auto* state = context_.find_account(call);
    if (state == nullptr) return;
    command.account = account;
    command.instrument.market = state->account.market;
    command.instrument.symbol = model::Symbol(symbol);
    command.origin = context_.origin_of(call, parsed.value().canonical);
    context_.submit(call, std::move(command));
}

void TradingRoutes::open_account(host::RequestContext& call) {
    if (!context_.begin_command(call, "POST /api/accounts")) return;
    auto parsed = protocol::parse_open_account(call.request.body);
    if (!parsed) return call.fail(400, parsed.error());
    model::OpenAccount command = parsed.value().value;
    command.origin = context_.origin_of(call, parsed.value().canonical);
    context_.submit(call, std::move(command));
}

void TradingRoutes::reset_account(host::RequestContext& call) {
    const model::AccountId account = context_.account_of(call);
    if (!context_.begin_command(call, "POST /api/accounts/" + account.text() + "/reset")) return;
    model::ResetAccount command;
    if (!context_.read_if_match(call, command.version)) return;
    if (!context_.read_no_fields(call)) return;
    if (context_.find_account(call) == nullptr) return;
    command.account = account;
    command.origin = context_.origin_of(call, {});
    context_.submit(call, std::move(command));
}

void TradingRoutes::transfer(host::RequestContext& call) {
    if (!context_.begin_command(call, "POST /api/transfers")) return;
    auto parsed = protocol::parse_transfer(call.request.body);
    if (!parsed) return call.fail(400, parsed.error());
    model::TransferMoney command = parsed.value().value;
    command.origin = context_.origin_of(call, parsed.value().canonical);
    context_.submit(call, std::move(command));
}

}  // namespace botcore::api
