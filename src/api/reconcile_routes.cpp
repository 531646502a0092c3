#include "api/reconcile_routes.hpp"

#include "api/api_schemas.hpp"
#include "base/time_text.hpp"
#include "protocol/reconcile_requests.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <utility>

namespace botcore::api {

namespace json = boost::json;

using core::Difference;

namespace {

std::string_view status_word(bool same) {
    return same ? "OK" : "MISMATCH";
}

const Difference* find_difference(const core::Comparison& comparison,
                                  const model::Asset* asset,
                                  const model::InstrumentId* instrument) {
    for (const auto& each : comparison.differences) {
        const bool position = each.kind == Difference::Kind::Position;
        if (asset != nullptr && !position && each.asset == *asset) return &each;
        if (instrument != nullptr && position && each.instrument == *instrument) return &each;
    }
    return nullptr;
}

json::object balance_line(const core::AccountState& account,
                          const core::Comparison& comparison,
                          const model::Asset& asset) {
    const auto place = account.balances.find(asset);
    const auto* differs = find_difference(comparison, &asset, nullptr);
    model::Money theirs;
    for (const auto& balance : comparison.books->balances) {
        if (balance.asset == asset) theirs = balance.total;
    }
    json::object line;
    line["asset"] = asset.text();
    line["ours"] =
        to_text(place == account.balances.end() ? model::Money() : place->second.total());
    line["exchange"] = to_text(theirs);
    line["status"] = status_word(differs == nullptr);
    return line;
}

json::object position_line(const core::AccountState& account,
                           const core::Comparison& comparison,
                           const model::InstrumentId& instrument) {
    const auto place = account.positions.find(instrument);
    const bool held = place != account.positions.end();
    model::VenuePosition theirs{instrument, {}, {}};
    for (const auto& position : comparison.books->positions) {
        if (position.instrument == instrument) theirs = position;
    }
    json::object line;
    line["symbol"] = instrument.symbol.text();
    line["ours"] = to_text(held ? place->second.quantity : model::Quantity());
    line["ours_cost"] = to_text(held ? place->second.cost : model::Money());
    line["exchange"] = to_text(theirs.quantity);
    line["exchange_cost"] = to_text(theirs.cost);
    line["status"] = status_word(find_difference(comparison, nullptr, &instrument) == nullptr);
    return line;
}

json::array order_lines(const core::AccountState& account) {
    json::array lines;
    for (const auto& [number, live] : account.orders) {
        if (!model::is_live(live.order.state)) continue;
        json::object line;
        line["order_id"] = live.order.id.text();
        line["symbol"] = live.order.instrument.symbol.text();
        line["side"] = to_text(live.order.side);
        line["role"] = to_text(live.order.role);
        line["state"] = to_text(live.order.state);
        line["status"] = status_word(live.order.role != model::OrderRole::Orphan);
        lines.push_back(std::move(line));
    }
    return lines;
}

/// The sorted names of everything that the exchange's record or ours contains, without duplicates.
template <class Ours, class Theirs, class Name>
auto names_of(const Ours& ours, const Theirs& theirs, Name name) {
    std::vector<typename Ours::key_type> names;
    for (const auto& [key, value] : ours)
        names.push_back(key);
    for (const auto& each : theirs)
        names.push_back(name(each));
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

/// Why an account does not match, and what the operator should do about it; empty texts when it
/// matches.
std::pair<std::string_view, std::string_view> advice_of(const core::AccountState& account) {
    const auto& comparison = account.comparison;
    if (comparison && !comparison->differences.empty()) {
        if (!comparison->confirmed) {
            return {
                "the latest comparison shows a difference that may come from a report that has not "
                "arrived yet",
                "wait a few seconds for the second comparison"};
        }
        return {"the exchange's amounts differ from ours, and no trade explains the difference",
                "check the exchange's own statement; then run botctl reconcile --fix and unfreeze "
                "the account"};
    }
    if (account.account.state != model::AccountState::Frozen) return {};
    if (account.account.frozen_reason == model::FreezeReason::OrphanOrder) {
        return {
            "the exchange had orders with ids of this system that are missing from our journal; "
            "they were imported",
            "cancel the orders that are not wanted, then unfreeze the account"};
    }
    if (account.account.frozen_reason == model::FreezeReason::BooksDiffer) {
        return {"the amounts differed, but agree now",
                "find out why they differed, then unfreeze the account"};
    }
    return {};
}

ports::Notice notice_of(const protocol::ConsistencyReport& report) {
    const bool is_consistent = report.result == "consistent";
    return {.subject = "consistency-check",
            .level = is_consistent ? ports::NoticeLevel::Info : ports::NoticeLevel::Warning,
            .text = "A consistency check ended: " + report.result,
            .page = is_consistent ? "" : "docs/runbooks/reconciliation-mismatch.md",
            .facts = {{"report", report.text}}};
}

}  // namespace

json::object comparison_view(const core::AccountState& account) {
    json::object view;
    view["account"] = account.account.id.text();
    view["owner"] = account.account.owner.text();
    view["market"] = to_text(account.account.market);
    view["state"] = to_text(account.account.state);
    view["frozen_reason"] = account.account.frozen_reason == model::FreezeReason::None
                                ? json::value(nullptr)
                                : json::value(to_text(account.account.frozen_reason));
    json::array balances;
    json::array positions;
    const auto& comparison = account.comparison;
    if (comparison && comparison->books) {
        const auto& books = *comparison->books;
        for (const auto& asset : names_of(
                 account.balances, books.balances, [](const auto& each) { return each.asset; })) {
            balances.push_back(balance_line(account, *comparison, asset));
        }
        for (const auto& id : names_of(account.positions, books.positions, [](const auto& each) {
                 return each.instrument;
             })) {
            positions.push_back(position_line(account, *comparison, id));
        }
    }
    const auto [reason, action] = advice_of(account);
    view["status"] = !comparison ? "PENDING" : status_word(reason.empty());
    view["compared_at"] =
        comparison ? json::value(base::to_iso8601(comparison->time)) : json::value(nullptr);
    view["confirmed"] = comparison && comparison->confirmed;
    view["reason"] = reason.empty() ? json::value(nullptr) : json::value(reason);
    view["action"] = action.empty() ? json::value(nullptr) : json::value(action);
    view["balances"] = std::move(balances);
    view["positions"] = std::move(positions);
    view["orders"] = order_lines(account);
    return view;
}

void ReconcileRoutes::add_to(host::RouteTable& table) {
    add_reconcile_schemas(table.schemas());
    const auto add = [&](std::string_view pattern,
                         void (ReconcileRoutes::*handler)(host::RequestContext&),
                         host::RouteRow row) {
        row.pattern = pattern;
        row.tag = "reconciliation";
        row.handler = [this, handler](host::RequestContext& call) { (this->*handler)(call); };
        table.add(std::move(row));
    };
    add("/api/reconciliation",
        &ReconcileRoutes::show,
        {.summary = "The latest reconciliation of each account with its exchange",
         .response = "ReconciliationList"});
    add("/api/reconciliation",
        &ReconcileRoutes::compare,
        {.method = "POST",
         .access = host::Access::Trader,
         .purpose = host::Purpose::Admin,
         .summary = "Reconciles the caller's accounts with their exchange now; idempotent",
         .response = "ComparisonAsked"});
    add("/api/consistency-checks",
        &ReconcileRoutes::take_report,
        {.method = "POST",
         .access = host::Access::Operator,
         .purpose = host::Purpose::Admin,
         .summary = "Writes the report of a consistency check into the log and publishes its "
                    "result; may be repeated",
         .request = "ConsistencyReport",
         .response = "ConsistencyReported"});
    const auto command = [](std::string_view summary) {
        return host::RouteRow{.method = "POST",
                              .access = host::Access::Operator,
                              .purpose = host::Purpose::Admin,
                              .summary = summary,
                              .key_needed = true,
                              .statuses = {404, 409, 422}};
    };
    host::RouteRow adopt = command("Sets one balance or position to the exchange's figure");
    adopt.request = "AdoptBooks";
    adopt.response = "Adopted";
    add("/api/accounts/{account}/adopt", &ReconcileRoutes::adopt, std::move(adopt));
    host::RouteRow state = command("Freezes or unfreezes an account");
    state.request = "AccountStateWish";
    state.response = "AccountRow";
    add("/api/accounts/{account}/state", &ReconcileRoutes::set_state, std::move(state));
}

void ReconcileRoutes::show(host::RequestContext& call) {
    if (!context_.running(call)) return;
    json::array list;
    for (const auto& [id, account] : context_.runtime.state().accounts) {
        if (may_see(call.caller, account.account.owner)) list.push_back(comparison_view(account));
    }
    call.send(std::move(list));
}

void ReconcileRoutes::compare(host::RequestContext& call) {
    if (!context_.running(call)) return;
    std::vector<model::AccountId> accounts;
    for (const auto& [id, account] : context_.runtime.state().accounts) {
        if (may_see(call.caller, account.account.owner)) accounts.push_back(id);
    }
    json::array asked;
    for (const auto& id : accounts) {
        if (context_.runtime.compare(id)) asked.emplace_back(id.text());
    }
    json::object data;
    data["asked_at"] = base::to_iso8601(call.now.time);
    data["accounts"] = std::move(asked);
    context_.wake();
    call.send(std::move(data));
}

void ReconcileRoutes::adopt(host::RequestContext& call) {
    const model::AccountId account = context_.account_of(call);
    if (!context_.begin_command(call, "POST /api/accounts/" + account.text() + "/adopt")) return;
    auto parsed = protocol::parse_adopt_books(call.request.body);
    if (!parsed) return call.fail(400, parsed.error());
    const auto* state = context_.find_account(call);
    if (state == nullptr) return;
    model::AdoptBooks command = parsed.value().value;
    command.account = account;
    command.instrument.market = state->account.market;
    command.origin = context_.origin_of(call, parsed.value().canonical);
    context_.submit(call, std::move(command));
}

void ReconcileRoutes::set_state(host::RequestContext& call) {
    const model::AccountId account = context_.account_of(call);
    if (!context_.begin_command(call, "POST /api/accounts/" + account.text() + "/state")) return;
    auto parsed = protocol::parse_account_state(call.request.body);
    if (!parsed) return call.fail(400, parsed.error());
    if (context_.find_account(call) == nullptr) return;
    model::SetAccountState command = parsed.value().value;
    command.account = account;
    command.origin = context_.origin_of(call, parsed.value().canonical);
    context_.submit(call, std::move(command));
}

void ReconcileRoutes::take_report(host::RequestContext& call) {
    const auto parsed = protocol::parse_consistency_report(call.request.body);
    if (!parsed) return call.fail(400, parsed.error());
    const protocol::ConsistencyReport& report = parsed.value();
    const observability::Level level = report.result == "consistent" ? observability::Level::Info
                                       : report.result == "inconsistent"
                                           ? observability::Level::Error
                                           : observability::Level::Warn;
    context_.log.write(level,
                       "a consistency check ended: " + report.result,
                       {{"operation", "consistency_check"},
                        {"event", "consistency_checked"},
                        {"result", report.result},
                        {"report", report.text},
                        {"request_id", call.request.request_id},
                        {"user_id", call.caller.owner.text()}});
    if (context_.publish) {
        context_.publish(protocol::consistency_checked(report, call.now.time));
    }
    if (context_.send_report) context_.send_report(notice_of(report));
    json::object data;
    data["result"] = report.result;
    call.send(std::move(data));
}

}  // namespace botcore::api
