#include "api/paper_routes.hpp"

#include "api/account_bodies.hpp"
#include "base/time_text.hpp"
#include "protocol/api_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <utility>

namespace botcore::api {

namespace json = boost::json;

namespace {

constexpr std::uint64_t kOffsetMax = 10'000;
/// The highest number of fills that one request reads to find those that closed a position or a
/// part of it.
constexpr std::size_t kFillsMax = 20'000;
constexpr std::size_t kFillsAtOnce = 1'000;

void add_paper_schemas(host::SchemaTable& schemas) {
    schemas.add_object("PaperStatus",
                       "Whether the account may trade, and its open trades and orders",
                       "account:AccountId is_running:boolean mode:OperatingMode state:AccountState "
                       "reconciled:boolean cooldown_until:Time? open_trades:Number "
                       "open_orders:Number realized_pnl:Amount");
    schemas.add_object("OpenTrade",
                       "PositionView",
                       "A position; in these routes its symbol is the trade's id",
                       "trade_id:Symbol");
    schemas.add_list("OpenTradeList", "OpenTrade");
    schemas.add_object("ClosedTradePage",
                       "Trades that closed something, newest first",
                       "trades:[Trade] limit:Number offset:Number has_more:boolean");
    schemas.add_json("PageOffset", R"({"type":"integer","minimum":0,"maximum":10000,"default":0})");
    schemas.add_object("RiskSettings",
                       "The limits that entries must meet",
                       "positions_max:Number stop_distance_max:Amount daily_loss_max:Amount "
                       "drawdown_max:Amount margin_level_warn:Amount margin_level_entry:Amount "
                       "margin_level_close:Amount margin_level_safe:Amount "
                       "losses_in_a_row_max:Number cooldown_seconds:Number exposure_max:Amount "
                       "orders_per_second_max:Number");
    schemas.add_object("PaperSettings",
                       "The settings in force in this term, as configured",
                       "price_age_max_ms:Number attempt_window_ms:Number attempts_max:Number "
                       "market_slippage:Amount protect_within_ms:Number trail_step:Amount "
                       "risk:RiskSettings");
    schemas.add_list("OrderList", "Order");
}

json::object risk_json(const model::RiskLimits& risk) {
    json::object object;
    object["positions_max"] = risk.positions_max;
    object["stop_distance_max"] = to_text(risk.stop_distance_max);
    object["daily_loss_max"] = to_text(risk.daily_loss_max);
    object["drawdown_max"] = to_text(risk.drawdown_max);
    object["margin_level_warn"] = to_text(risk.margin_level_warn);
    object["margin_level_entry"] = to_text(risk.margin_level_entry);
    object["margin_level_close"] = to_text(risk.margin_level_close);
    object["margin_level_safe"] = to_text(risk.margin_level_safe);
    object["losses_in_a_row_max"] = risk.losses_in_a_row_max;
    object["cooldown_seconds"] = risk.cooldown.in_milliseconds() / 1'000;
    object["exposure_max"] = to_text(risk.exposure_max);
    object["orders_per_second_max"] = risk.orders_per_second_max;
    return object;
}

}  // namespace

void PaperRoutes::add_to(host::RouteTable& table) {
    add_paper_schemas(table.schemas());
    const auto add = [&](std::string_view tail,
                         void (PaperRoutes::*handler)(host::RequestContext&),
                         host::RouteRow row) {
        row.pattern = "/api/paper-trading" + std::string(tail);
        row.tag = "paper";
        row.statuses = {404};
        row.handler = [this, handler](host::RequestContext& call) { (this->*handler)(call); };
        table.add(std::move(row));
    };
    add("/status",
        &PaperRoutes::show_status,
        {.summary = "Whether the paper account may trade, and its open orders and positions",
         .response = "PaperStatus"});
    add("/trades/open",
        &PaperRoutes::list_open_trades,
        {.summary = "Open trades: the positions", .response = "OpenTradeList"});
    add("/trades/closed",
        &PaperRoutes::list_closed_trades,
        {.summary = "Trades that closed something, newest first",
         .query = {{"limit", "ShortPageLimit", "The largest number of items to return"},
                   {"offset", "PageOffset", "The number of items to skip"}},
         .response = "ClosedTradePage"});
    add("/settings",
        &PaperRoutes::show_settings,
        {.summary = "The limits in force", .response = "PaperSettings"});
    add("/trailing-stops",
        &PaperRoutes::list_trailing_stops,
        {.summary = "Trailing stops", .response = "OrderList"});
    add("/pending-orders",
        &PaperRoutes::list_pending_orders,
        {.summary = "Open orders", .response = "OrderList"});

    const auto alias = [&](std::string_view method, std::string_view tail, std::string_view of) {
        table.add_alias(
            method, "/api/paper-trading" + std::string(tail), "/api/trading" + std::string(of));
    };
    alias("GET", "/portfolio", "/account");
    alias("GET", "/orders", "/orders");
    alias("POST", "/orders", "/orders");
    alias("GET", "/orders/{order}", "/orders/{order}");
    alias("DELETE", "/pending-orders", "/orders");
    alias("DELETE", "/pending-orders/{order}", "/orders/{order}");
    alias("POST", "/trades/{symbol}/close", "/positions/{symbol}/close");
    alias("POST", "/reset", "/account/reset");
}

void PaperRoutes::show_status(host::RequestContext& call) {
    const auto* account = context_.find_account(call);
    if (account == nullptr) return;
    const core::State& state = context_.runtime.state();
    model::Money realized;
    std::size_t positions = 0;
    for (const auto& [id, position] : account->positions) {
        realized += position.realized_profit;
        positions += position.quantity.is_zero() ? 0U : 1U;
    }
    const auto live =
        std::count_if(account->orders.begin(), account->orders.end(), [](const auto& one) {
            return model::is_live(one.second.order.state);
        });
    const bool active = account->account.state == model::AccountState::Active;
    const model::Timestamp pause =
        context_.runtime.shown_time(account->risk.cooldown_until, call.now);
    json::object data;
    data["account"] = account->account.id.text();
    data["is_running"] = active && account->reconciled &&
                         state.operating.mode == model::OperatingMode::Normal &&
                         pause <= call.now.time;
    data["mode"] = to_text(state.operating.mode);
    data["state"] = to_text(account->account.state);
    data["reconciled"] = account->reconciled;
    data["cooldown_until"] =
        pause > call.now.time ? json::value(base::to_iso8601(pause)) : json::value(nullptr);
    data["open_trades"] = positions;
    data["open_orders"] = live;
    data["realized_pnl"] = to_text(realized);
    call.send(std::move(data));
}

void PaperRoutes::list_open_trades(host::RequestContext& call) {
    const auto* account = context_.find_account(call);
    if (account == nullptr) return;
    json::array list = positions_body(context_, *account);
    for (auto& item : list) {
        auto& object = item.as_object();
        object["trade_id"] = object.at("symbol");
    }
    call.send(std::move(list));
}

void PaperRoutes::list_closed_trades(host::RequestContext& call) {
    host::QueryReader query(call);
    const std::size_t limit = query.number("limit", 100, {1, 200});
    const std::size_t offset = query.number("offset", 0, {0, kOffsetMax});
    if (query.error()) return call.fail(400, *query.error());
    const auto* account = context_.find_account(call);
    if (account == nullptr) return;
    ports::FillQuery wanted;
    wanted.account = account->account.id;
    wanted.limit = kFillsAtOnce;
    std::size_t found = 0;
    json::array list;
    for (std::size_t looked = 0; looked < kFillsMax && found <= offset + limit;) {
        const auto fills = context_.reader.fills(wanted);
        if (!fills) return context_.store_failed(call, fills.error());
        const std::vector<model::Fill>& rows = fills.value();
        // A page may end in the middle of a record, but the next page begins at a record.
        const bool full = rows.size() == wanted.limit;
        const model::Sequence cut =
            full && rows.front().sequence != rows.back().sequence ? rows.back().sequence : 0;
        for (const auto& fill : rows) {
            if (fill.realized_profit.is_zero() || fill.sequence == cut) continue;
            ++found;
            if (found > offset && list.size() < limit) list.push_back(protocol::to_api(fill));
        }
        looked += rows.size();
        if (!full) break;
        wanted.before = cut == 0 ? rows.back().sequence : cut + 1;
    }
    json::object page;
    page["trades"] = std::move(list);
    page["limit"] = limit;
    page["offset"] = offset;
    page["has_more"] = found > offset + limit;
    call.send(std::move(page));
}

void PaperRoutes::show_settings(host::RequestContext& call) {
    if (!context_.running(call)) return;
    const model::Policy& policy = context_.runtime.state().policy;
    json::object data;
    data["price_age_max_ms"] = policy.price_age_max.in_milliseconds();
    data["attempt_window_ms"] = policy.attempt_window.in_milliseconds();
    data["attempts_max"] = policy.attempts_max;
    data["market_slippage"] = to_text(policy.market_slippage);
    data["protect_within_ms"] = policy.protect_within.in_milliseconds();
    data["trail_step"] = to_text(policy.trail_step);
    data["risk"] = risk_json(policy.risk);
    call.send(std::move(data));
}

void PaperRoutes::list_trailing_stops(host::RequestContext& call) {
    const auto* account = context_.find_account(call);
    if (account == nullptr) return;
    json::array list;
    for (const auto& [number, live] : account->orders) {
        const bool trails = model::is_live(live.order.state) &&
                            live.order.role != model::OrderRole::Plain &&
                            !live.order.trail_distance.is_zero();
        if (trails) list.push_back(protocol::to_api(live.order));
    }
    call.send(std::move(list));
}

void PaperRoutes::list_pending_orders(host::RequestContext& call) {
    const auto* account = context_.find_account(call);
    if (account == nullptr) return;
    json::array list;
    for (const auto& [number, live] : account->orders) {
        if (model::is_live(live.order.state)) list.push_back(protocol::to_api(live.order));
    }
    call.send(std::move(list));
}

}  // namespace botcore::api
