#include "api/account_bodies.hpp"
#include "api/market_views.hpp"
#include "api/order_explanation.hpp"
#include "api/response_cache.hpp"
#include "api/time_bounds.hpp"
#include "api/trading_routes.hpp"
#include "protocol/api_json.hpp"
#include "protocol/journal.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>

namespace botcore::api {

namespace json = boost::json;

namespace {

constexpr std::size_t kPageDefault = 100;
/// The longest page of orders or trades. It takes the loop about a millisecond.
constexpr std::size_t kPageMax = 200;
constexpr std::size_t kJournalPageMax = 1'000;
/// More trades than one report of an exchange contains.
constexpr std::size_t kFillsOfRecordMax = 100'000;

/// The span of time between the query parameters `since` and `until`.
ports::TimeSpan time_span(host::QueryReader& query) {
    ports::TimeSpan span;
    if (const auto since = query.time("since")) span.since = *since;
    if (const auto until = query.time("until")) span.until = *until;
    if (span.since >= span.until) query.refuse("until", "later than since");
    return span;
}

std::optional<base::Timestamp> unless(base::Timestamp time, base::Timestamp unset) {
    return time == unset ? std::nullopt : std::optional(time);
}

/// The part of the journal in which to search for the orders or trades that were made within the
/// span.
ports::StoreResult<SequenceBounds> bounds_of(ports::StoreReader& reader,
                                             const ports::TimeSpan& span) {
    const ports::TimeSpan all;
    return sequence_bounds(reader, unless(span.since, all.since), unless(span.until, all.until));
}

}  // namespace

void TradingRoutes::list_accounts(host::RequestContext& call) {
    if (!context_.running(call)) return;
    json::array list;
    for (const auto& [id, account] : context_.runtime.state().accounts) {
        if (may_see(call.caller, account.account.owner))
            list.push_back(account_body(context_, account));
    }
    call.send(std::move(list));
}

void TradingRoutes::show_account(host::RequestContext& call) {
    if (const auto* account = context_.find_account(call))
        call.send(account_body(context_, *account));
}

void TradingRoutes::list_positions(host::RequestContext& call) {
    const auto* account = context_.find_account(call);
    if (account == nullptr) return;
    call.send(positions_body(context_, *account));
}

void TradingRoutes::show_position(host::RequestContext& call) {
    host::QueryReader query(call);
    const model::ExchangeId exchange = query.exchange();
    if (query.error()) return call.fail(400, *query.error());
    const auto* account = context_.find_account(call);
    if (account == nullptr) return;
    const model::InstrumentId id{
        account->account.market, model::Symbol(call.parameter("symbol")), exchange};
    const auto place = account->positions.find(id);
    if (place == account->positions.end()) {
        return call.fail(404, "POSITION_NOT_OPEN", "the account has no position in this symbol");
    }
    call.send(position_body(context_, *account, place->second));
}

void TradingRoutes::list_orders(host::RequestContext& call) {
    host::QueryReader query(call);
    const std::string_view status = query.text("status").value_or("all");
    if (status != "open" && status != "all" && status != "failed") {
        query.refuse("status", "open, failed or all");
    }
    ports::OrderQuery wanted;
    wanted.symbol = query.symbol();
    wanted.live_only = status == "open";
    wanted.failed_only = status == "failed";
    wanted.limit = query.number("limit", kPageDefault, {1, kPageMax});
    constexpr auto kNewest = ~model::OrderNumber{0} >> 1U;
    wanted.before = query.number("before", kNewest, {1, kNewest});
    wanted.made = time_span(query);
    if (query.error()) return call.fail(400, *query.error());
    const auto* account = context_.find_account(call);
    if (account == nullptr) return;
    wanted.account = account->account.id;
    const auto bounds = bounds_of(context_.reader, wanted.made);
    if (!bounds) return context_.store_failed(call, bounds.error());
    // This cannot overflow: no sequence comes near the limit of its type.
    wanted.first = model::order_number(bounds.value().first, 0);
    const model::Sequence end =
        std::min(bounds.value().before, kNewest / model::kOrdersPerInputMax);
    wanted.before = std::min(wanted.before, model::order_number(end, 0));
    const auto orders = context_.reader.orders(wanted);
    if (!orders) return context_.store_failed(call, orders.error());
    json::array list;
    for (const auto& order : orders.value())
        list.push_back(protocol::to_api(order));
    json::object page;
    page["next_before"] = orders.value().size() == wanted.limit
                              ? json::value(orders.value().back().number)
                              : json::value(nullptr);
    page["orders"] = std::move(list);
    call.send(std::move(page));
}

/// The caller's order with the id in the path, within the account of the path if the path names an
/// account. If the result is empty, the call must not be used any more.
std::optional<model::Order> TradingRoutes::find_order(host::RequestContext& call) {
    const bool scoped = !call.row->pattern.starts_with("/api/orders/");
    const model::AccountId account = context_.account_of(call);
    const std::string& id = call.parameter("order");
    const auto found = context_.order_named(model::ClientOrderId(id), scoped ? &account : nullptr);
    if (!found) {
        context_.store_failed(call, found.error());
        return std::nullopt;
    }
    if (const auto& order = found.value(); order && may_see(call.caller, order->owner)) {
        return order;
    }
    call.fail(404, "ORDER_UNKNOWN", "you have no order with this id");
    return std::nullopt;
}

void TradingRoutes::show_order(host::RequestContext& call) {
    const auto order = find_order(call);
    if (!order) return;
    call.headers.emplace_back("ETag", "\"" + std::to_string(order->version) + "\"");
    call.send(protocol::to_api(*order));
}

void TradingRoutes::explain_order(host::RequestContext& call) {
    const auto order = find_order(call);
    if (!order) return;
    const auto explanation = explanation_of(context_.reader, *order);
    if (!explanation && explanation.error() == ports::StoreError::Corrupt) {
        return call.fail(500,
                         "JOURNAL_DAMAGED",
                         "a record of this order is missing or damaged; run 'botctl verify'");
    }
    if (!explanation) return context_.store_failed(call, explanation.error());
    json::object data;
    data["order"] = protocol::to_api(*order);
    data["story"] = to_api(explanation.value());
    call.send(std::move(data));
}

void TradingRoutes::list_history(host::RequestContext& call) {
    host::QueryReader query(call);
    ports::FillQuery wanted;
    wanted.symbol = query.symbol();
    wanted.limit = query.number("limit", kPageDefault, {1, kPageMax});
    wanted.before = query.number("before", wanted.before, {1, wanted.before});
    wanted.made = time_span(query);
    if (query.error()) return call.fail(400, *query.error());
    const auto* account = context_.find_account(call);
    if (account == nullptr) return;
    wanted.account = account->account.id;
    const auto meaning = [this, wanted] {
        return "history\n" + account_meaning(context_, wanted.account) + "\n" +
               (wanted.symbol ? wanted.symbol->text() : std::string()) + "\n" +
               std::to_string(wanted.limit) + "\n" + std::to_string(wanted.before) + "\n" +
               std::to_string(wanted.made.since.in_microseconds()) + "\n" +
               std::to_string(wanted.made.until.in_microseconds());
    };
    respond_cached(
        context_,
        call,
        {meaning,
         [this, wanted](host::RequestContext& one) { return history_page(one, wanted); },
         [](host::RequestContext& one, json::value page) { one.send(std::move(page)); }});
}

std::optional<json::value> TradingRoutes::history_page(host::RequestContext& call,
                                                       const ports::FillQuery& asked) const {
    if (!context_.running(call)) return std::nullopt;
    const auto unreadable = [&](ports::StoreError error) -> std::optional<json::value> {
        context_.store_failed(call, error);
        return std::nullopt;
    };
    const auto bounds = bounds_of(context_.reader, asked.made);
    if (!bounds) return unreadable(bounds.error());
    ports::FillQuery wanted = asked;
    wanted.limit = asked.limit + 1;
    wanted.first = bounds.value().first;
    wanted.before = std::min(asked.before, bounds.value().before);
    auto found = context_.reader.fills(wanted);
    if (!found) return unreadable(found.error());
    std::vector<model::Fill> fills = std::move(found).value();
    json::value next = nullptr;
    if (fills.size() > asked.limit) {
        // A page never ends in the middle of a record, since the next page begins at a record.
        const model::Sequence cut = fills.back().sequence;
        if (fills.front().sequence == cut) {
            wanted.before = cut + 1;
            wanted.limit = kFillsOfRecordMax;
            auto whole = context_.reader.fills(wanted);
            if (!whole) return unreadable(whole.error());
            fills = std::move(whole).value();
            std::erase_if(fills, [&](const model::Fill& fill) { return fill.sequence != cut; });
        } else {
            std::erase_if(fills, [&](const model::Fill& fill) { return fill.sequence == cut; });
        }
        next = fills.back().sequence;
    }
    json::array list;
    for (const auto& fill : fills)
        list.push_back(protocol::to_api(fill));
    json::object page;
    page["trades"] = std::move(list);
    page["next_before"] = std::move(next);
    return json::value(std::move(page));
}

void TradingRoutes::list_journal(host::RequestContext& call) {
    host::QueryReader query(call);
    const model::Sequence first = query.number("from", 1, {1, ~model::Sequence{0} >> 1U});
    const std::size_t limit = query.number("limit", kPageDefault, {1, kJournalPageMax});
    if (query.error()) return call.fail(400, *query.error());
    const auto entries = context_.reader.journal(first, limit);
    if (!entries) return context_.store_failed(call, entries.error());
    const auto head = context_.reader.head();
    json::array list;
    for (const auto& entry : entries.value()) {
        const auto record = protocol::decode_record(entry.bytes);
        json::error_code error;
        json::value line;
        if (record) line = json::parse(protocol::to_json(record.value(), entry.hash), error);
        if (!record || error) {
            return call.fail(500,
                             "JOURNAL_DAMAGED",
                             "record " + std::to_string(entry.sequence) +
                                 " cannot be read; run 'botctl verify'");
        }
        list.push_back(std::move(line));
    }
    json::object page;
    page["next_from"] = entries.value().empty() ? first : entries.value().back().sequence + 1;
    page["head_sequence"] = head ? json::value(head.value().sequence) : json::value(nullptr);
    page["records"] = std::move(list);
    call.send(std::move(page));
}

}  // namespace botcore::api
