#include "api/performance_routes.hpp"

#include "api/response_cache.hpp"
#include "base/time_text.hpp"
#include "protocol/api_json.hpp"

#include <memory>
#include <utility>

namespace botcore::api {

namespace json = boost::json;
using model::Duration;
using model::Money;
using protocol::text_or_null;

namespace {

json::value milliseconds_or_null(const std::optional<Duration>& duration) {
    return duration ? json::value(duration->in_milliseconds()) : json::value(nullptr);
}

}  // namespace

json::object performance_view(const core::Performance& p) {
    json::object object;
    object["total_trades"] = p.rounds();
    object["winning_trades"] = p.won.count;
    object["losing_trades"] = p.lost.count;
    object["even_trades"] = p.even.count;
    object["partial_trades"] = p.rounds_partial;
    object["open_trades"] = p.rounds_open;
    object["win_rate"] = text_or_null(p.win_rate());
    object["total_pnl"] = to_text(p.net());
    object["gross_pnl"] = to_text(p.gross);
    object["fees"] = to_text(p.fees);
    object["profit_factor"] = text_or_null(p.profit_factor());
    object["average_pnl"] = text_or_null(p.average_net());
    object["average_win"] = text_or_null(core::average(p.won.net, p.won.count));
    object["average_loss"] = text_or_null(core::average(p.lost.net, p.lost.count));
    object["best_trade"] = text_or_null(p.best);
    object["worst_trade"] = text_or_null(p.worst);
    object["max_drawdown"] = to_text(p.drawdown_max);
    object["max_drawdown_rate"] = to_text(p.drawdown_max_rate);
    object["average_duration_ms"] = milliseconds_or_null(p.average_held());
    object["average_win_duration_ms"] =
        milliseconds_or_null(core::average(p.won.held, p.won.count));
    object["average_loss_duration_ms"] =
        milliseconds_or_null(core::average(p.lost.held, p.lost.count));
    object["volume"] = to_text(p.volume);
    object["unmatched_value"] = to_text(p.unmatched_value);
    json::object other;
    for (const auto& [asset, fee] : p.fees_other)
        other[asset.text()] = to_text(fee);
    object["fees_other"] = std::move(other);
    object["fills"] = p.fills;
    object["fills_excluded"] = p.fills_excluded;
    return object;
}

void PerformanceRoutes::add_to(host::RouteTable& table) {
    table.schemas().add_object(
        "Performance",
        "Realized trading results, in the account's asset. A trade is a position from flat to "
        "flat, net of its fees; `complete`: all fills are included",
        "account:AccountId asset:Asset total_trades:Number winning_trades:Number "
        "losing_trades:Number even_trades:Number partial_trades:Number open_trades:Number "
        "win_rate:Amount? total_pnl:Amount gross_pnl:Amount fees:Amount profit_factor:Amount? "
        "average_pnl:Amount? average_win:Amount? average_loss:Amount? best_trade:Amount? "
        "worst_trade:Amount? max_drawdown:Amount max_drawdown_rate:Amount "
        "average_duration_ms:Number? average_win_duration_ms:Number? "
        "average_loss_duration_ms:Number? volume:Amount unmatched_value:Amount "
        "fees_other:object fills:Number fills_excluded:Number complete:boolean since:Time?");
    for (const char* pattern :
         {"/api/accounts/{account}/performance", "/api/trading/performance"}) {
        table.add({.pattern = pattern,
                   .handler = [this](host::RequestContext& call) { show(call); },
                   .tag = "accounts",
                   .summary = "Trading performance of an account",
                   .cached = true,
                   .response = "Performance",
                   .statuses = {404}});
    }
}

/// Applies the new fills page by page, then responds.
void PerformanceRoutes::show(host::RequestContext& call) {
    const auto* account = context_.find_account(call);
    if (account == nullptr) return;
    const auto progress = book_.advance(context_.runtime.state(), *account);
    if (!progress) return context_.store_failed(call, progress.error());
    if (progress.value() == PerformanceBook::Progress::Whole) return respond(call);
    if (call.deadline.has_passed(context_.now().monotonic)) {
        context_.metrics.count("timeouts_total", {"database_query"});
        return call.fail(504,
                         "TIMEOUT",
                         "the account has a long history, and only a part of it has been processed "
                         "so far; repeat the request to continue");
    }
    auto waiting = std::make_shared<host::RequestContext>(std::move(call));
    context_.later([this, waiting] { show(*waiting); });
}

void PerformanceRoutes::respond(host::RequestContext& call) {
    const model::AccountId id = context_.account_of(call);
    respond_cached(
        context_,
        call,
        {[this, id] { return "performance\n" + account_meaning(context_, id); },
         [this](host::RequestContext& one) { return make(one); },
         [](host::RequestContext& one, json::value data) { one.send(std::move(data)); }});
}

std::optional<json::value> PerformanceRoutes::make(host::RequestContext& call) {
    const auto* account = context_.find_account(call);
    if (account == nullptr) return std::nullopt;
    const model::Account& row = account->account;
    // The cache may have responded late: apply the few fills that were committed meanwhile.
    const auto progress = book_.advance(context_.runtime.state(), *account);
    if (!progress) {
        context_.store_failed(call, progress.error());
        return std::nullopt;
    }
    const auto figures = book_.figures(row.id);
    json::object data;
    data["account"] = row.id.text();
    data["asset"] = row.quote.text();
    for (auto& [name, value] : performance_view(figures.performance))
        data[name] = std::move(value);
    data["complete"] = progress.value() == PerformanceBook::Progress::Whole;
    data["since"] =
        figures.since ? json::value(base::to_iso8601(*figures.since)) : json::value(nullptr);
    return json::value(std::move(data));
}

}  // namespace botcore::api
