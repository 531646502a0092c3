#include "api/monitoring_routes.hpp"

#include "base/time_text.hpp"
#include "observability/process_figures.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <utility>

namespace botcore::api {

namespace json = boost::json;

namespace {

void add_monitoring_schemas(host::SchemaTable& schemas) {
    schemas.add_words("StartCause",
                      "How the previous process ended",
                      {"first_start", "ordered_stop", "unexpected_stop"});
    schemas.add_object(
        "SystemFigures",
        "The process and its journal",
        "version:text uptime_seconds:Number started_at:Time "
        "start_cause:StartCause seen_before:Time? memory_bytes:number cpu_seconds:number "
        "open_files:number journal_sequence:Number journal_epoch:Number "
        "records_committed:Number requests_waiting:Number requests_dropped:Number");
    schemas.add_object("TradingFigures",
                       "The caller's accounts together",
                       "accounts:Number accounts_frozen:Number orders_live:Number "
                       "orders_unknown:Number positions_open:Number realized_pnl:Amount");
    schemas.add_object(
        "MarketFigures",
        "One instrument's prices",
        "exchange:Exchange market:Market symbol:Symbol source:MarketSource age_ms:integer");
    schemas.add_words(
        "RuntimeStatus", "Whether the runtime can commit", {"running", "down", "fenced"});
    schemas.add_object("ConnectionFigures",
                       "Connections to the exchange, to market data and from clients",
                       "exchange:text reconciled:boolean runtime:RuntimeStatus "
                       "market:[MarketFigures] http_connections:Number "
                       "websocket_connections:Number");
}

std::string_view word_of(runtime::Status status) {
    switch (status) {
        case runtime::Status::Running:
            return "running";
        case runtime::Status::Down:
            return "down";
        case runtime::Status::Fenced:
            return "fenced";
    }
    return "down";
}

}  // namespace

void MonitoringRoutes::add_to(host::RouteTable& table) {
    add_monitoring_schemas(table.schemas());
    const auto add = [&](std::string_view tail,
                         void (MonitoringRoutes::*handler)(host::RequestContext&),
                         host::RouteRow row) {
        row.pattern = "/api/monitoring" + std::string(tail);
        row.tag = "monitoring";
        row.handler = [this, handler](host::RequestContext& call) { (this->*handler)(call); };
        table.add(std::move(row));
    };
    add("/system",
        &MonitoringRoutes::show_system,
        {.summary = "Memory, processor time and journal of the process",
         .response = "SystemFigures"});
    add("/trading",
        &MonitoringRoutes::show_trading,
        {.summary = "Orders and positions of the caller's accounts", .response = "TradingFigures"});
    add("/connection",
        &MonitoringRoutes::show_connection,
        {.summary = "Connections to the exchange, to market data and from clients",
         .response = "ConnectionFigures"});
}

void MonitoringRoutes::show_system(host::RequestContext& call) {
    const observability::ProcessFigures figures = observability::process_figures();
    const runtime::Counters& counters = context_.runtime.counters();
    json::object data;
    data["version"] = context_.options.version;
    const auto up = std::max(model::Duration(), call.now.monotonic - started_);
    const auto before = monitor_.seen_before();
    data["uptime_seconds"] = up.in_milliseconds() / 1'000;
    data["started_at"] = base::to_iso8601(call.now.time - up);
    data["start_cause"] = to_text(monitor_.start_cause());
    data["seen_before"] = before ? json::value(base::to_iso8601(*before)) : json::value(nullptr);
    data["memory_bytes"] = figures.memory_bytes;
    data["cpu_seconds"] = figures.cpu_seconds;
    data["open_files"] = figures.open_files;
    data["journal_sequence"] = context_.runtime.head().sequence;
    data["journal_epoch"] = context_.runtime.head().epoch;
    data["records_committed"] = counters.records;
    data["requests_waiting"] = context_.runtime.requests_waiting();
    data["requests_dropped"] = counters.requests_dropped;
    call.send(std::move(data));
}

void MonitoringRoutes::show_trading(host::RequestContext& call) {
    if (!context_.running(call)) return;
    std::size_t accounts = 0, frozen = 0, live = 0, unknown = 0, positions = 0;
    model::Money realized;
    for (const auto& [id, account] : context_.runtime.state().accounts) {
        if (account.account.owner != call.caller.owner) continue;
        ++accounts;
        frozen += account.account.state == model::AccountState::Frozen ? 1U : 0U;
        for (const auto& [number, order] : account.orders) {
            live += model::is_live(order.order.state) ? 1U : 0U;
            unknown += order.order.state == model::OrderState::Unknown ? 1U : 0U;
        }
        for (const auto& [instrument, position] : account.positions) {
            positions += position.quantity.is_zero() ? 0U : 1U;
            realized += position.realized_profit;
        }
    }
    json::object data;
    data["accounts"] = accounts;
    data["accounts_frozen"] = frozen;
    data["orders_live"] = live;
    data["orders_unknown"] = unknown;
    data["positions_open"] = positions;
    data["realized_pnl"] = to_text(realized);
    call.send(std::move(data));
}

void MonitoringRoutes::show_connection(host::RequestContext& call) {
    json::array market;
    for (const auto& id : context_.market.instruments()) {
        const model::Quote quote = context_.quote_of(id);
        json::object item;
        item["exchange"] = to_text(id.exchange);
        item["market"] = to_text(id.market);
        item["symbol"] = id.symbol.text();
        item["source"] = to_text(quote.source);
        item["age_ms"] = quote.age.in_milliseconds();
        market.push_back(std::move(item));
    }
    const runtime::Status status = context_.runtime.status();
    const Connections connections = connections_();
    json::object data;
    data["exchange"] = context_.options.exchange_kind;
    data["reconciled"] = status == runtime::Status::Running && context_.runtime.reconciled();
    data["runtime"] = word_of(status);
    data["market"] = std::move(market);
    data["http_connections"] = connections.http;
    data["websocket_connections"] = connections.websocket;
    call.send(std::move(data));
}

}  // namespace botcore::api
