#include "core/orders/client_order_id.hpp"
#include "protocol/api_json.hpp"
#include "protocol/journal.hpp"
#include "shell/http/api.hpp"
#include "shell/http/api_call.hpp"
#include "shell/http/order_story.hpp"
#include "shell/http/views.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

namespace botcore::shell::http {

namespace json = boost::json;

namespace {

constexpr std::size_t kPageDefault = 100;
constexpr std::size_t kPageMax = 1'000;
/// More trades than one report of an exchange brings.
constexpr std::size_t kFillsOfRecordMax = 100'000;

constexpr std::string_view kStoreText = "the store could not be read; try again shortly";

}  // namespace

model::Quote Api::quote_of(const model::InstrumentId& instrument) const {
    model::Quote quote = parts_.market.quote(instrument, model::Side::Buy, {});
    quote.instrument = instrument;
    return quote;
}

json::object Api::account_json(const core::AccountState& account) const {
    return account_view(parts_.runtime.state(), account, [this](const model::InstrumentId& id) {
        return quote_of(id);
    });
}

void Api::list_accounts(Call& call) {
    const QueryReader query(call.request, {});
    if (query.error()) return fail(call, 400, *query.error());
    if (!running(call)) return;
    json::array list;
    for (const auto& [id, account] : parts_.runtime.state().accounts) {
        if (account.account.owner == call.owner) list.push_back(account_json(account));
    }
    answer(call, std::move(list));
}

void Api::show_account(Call& call) {
    const QueryReader query(call.request, {});
    if (query.error()) return fail(call, 400, *query.error());
    if (const auto* account = find_account(call)) answer(call, account_json(*account));
}

void Api::list_positions(Call& call) {
    const QueryReader query(call.request, {});
    if (query.error()) return fail(call, 400, *query.error());
    const auto* account = find_account(call);
    if (account == nullptr) return;
    answer(call,
           positions_view(parts_.runtime.state(), *account, [this](const model::InstrumentId& id) {
               return quote_of(id);
           }));
}

void Api::show_position(Call& call) {
    const QueryReader query(call.request, {});
    if (query.error()) return fail(call, 400, *query.error());
    const auto* account = find_account(call);
    if (account == nullptr) return;
    const model::InstrumentId id{account->account.market, model::Symbol(call.last_parameter())};
    const auto place = account->positions.find(id);
    if (place == account->positions.end()) {
        return fail(call, 404, "POSITION_NOT_OPEN", "the account has no position in this symbol");
    }
    answer(call,
           position_view(parts_.runtime.state(),
                         *account,
                         place->second,
                         [this](const model::InstrumentId& one) { return quote_of(one); }));
}

void Api::list_orders(Call& call) {
    QueryReader query(call.request, {"status", "symbol", "limit", "before"});
    const std::string_view status = query.text("status").value_or("all");
    if (status != "open" && status != "all") query.refuse("status", "open or all");
    ports::OrderQuery wanted;
    wanted.symbol = query.symbol();
    wanted.live_only = status == "open";
    wanted.limit = query.number("limit", kPageDefault, {1, kPageMax});
    constexpr auto kNewest = ~model::OrderNumber{0} >> 1U;
    wanted.before = query.number("before", kNewest, {1, kNewest});
    if (query.error()) return fail(call, 400, *query.error());
    const auto* account = find_account(call);
    if (account == nullptr) return;
    wanted.account = account->account.id;
    const auto orders = parts_.reader.orders(wanted);
    if (!orders) return fail(call, 503, "SERVICE_UNAVAILABLE", std::string(kStoreText));
    json::array list;
    for (const auto& order : orders.value())
        list.push_back(protocol::to_api(order));
    json::object page;
    page["next_before"] = orders.value().size() == wanted.limit
                              ? json::value(orders.value().back().number)
                              : json::value(nullptr);
    page["orders"] = std::move(list);
    answer(call, std::move(page));
}

/// An order of the caller's, in the account where one is given; else the request is answered.
std::optional<model::Order> Api::find_order(Call& call, const model::AccountId* account) {
    const std::string& id = call.last_parameter();
    const auto parts = core::parse_client_order_id(id);
    if (parts) {
        const auto found =
            parts_.reader.find_order(model::order_number(parts->sequence, parts->index));
        if (!found) {
            fail(call, 503, "SERVICE_UNAVAILABLE", std::string(kStoreText));
            return std::nullopt;
        }
        if (const auto& live = found.value()) {
            const bool fits = live->order.id.text() == id && live->order.owner == call.owner &&
                              (account == nullptr || live->order.account == *account);
            if (fits) return live->order;
        }
    }
    fail(call, 404, "ORDER_UNKNOWN", "there is no order of yours with this id");
    return std::nullopt;
}

void Api::show_order(Call& call) {
    const QueryReader query(call.request, {});
    if (query.error()) return fail(call, 400, *query.error());
    const bool scoped = call.on_default_account || call.parameters.size() == 2;
    const model::AccountId account = scoped ? account_of(call) : model::AccountId();
    const auto order = find_order(call, scoped ? &account : nullptr);
    if (!order) return;
    call.headers.emplace_back("ETag", "\"" + std::to_string(order->version) + "\"");
    answer(call, protocol::to_api(*order));
}

void Api::explain_order(Call& call) {
    const QueryReader query(call.request, {});
    if (query.error()) return fail(call, 400, *query.error());
    const bool scoped = call.on_default_account || call.parameters.size() == 2;
    const model::AccountId account = scoped ? account_of(call) : model::AccountId();
    const auto order = find_order(call, scoped ? &account : nullptr);
    if (!order) return;
    const auto story = order_story(parts_.reader, *order);
    if (!story && story.error() == ports::StoreError::Corrupt) {
        return fail(call,
                    500,
                    "JOURNAL_DAMAGED",
                    "a record of this order is missing or damaged; run 'botctl verify'");
    }
    if (!story) return fail(call, 503, "SERVICE_UNAVAILABLE", std::string(kStoreText));
    json::object data;
    data["order"] = protocol::to_api(*order);
    data["story"] = to_api(story.value());
    answer(call, std::move(data));
}

void Api::list_history(Call& call) {
    QueryReader query(call.request, {"symbol", "limit", "before"});
    ports::FillQuery wanted;
    wanted.symbol = query.symbol();
    const std::size_t limit = query.number("limit", kPageDefault, {1, kPageMax});
    wanted.before = query.number("before", wanted.before, {1, wanted.before});
    if (query.error()) return fail(call, 400, *query.error());
    const auto* account = find_account(call);
    if (account == nullptr) return;
    wanted.account = account->account.id;
    wanted.limit = limit + 1;
    auto found = parts_.reader.fills(wanted);
    if (!found) return fail(call, 503, "SERVICE_UNAVAILABLE", std::string(kStoreText));
    std::vector<model::Fill> fills = std::move(found).value();
    json::value next = nullptr;
    if (fills.size() > limit) {
        // A page never ends inside a record, since the next one begins at a record.
        const model::Sequence cut = fills.back().sequence;
        if (fills.front().sequence == cut) {
            wanted.before = cut + 1;
            wanted.limit = kFillsOfRecordMax;
            auto whole = parts_.reader.fills(wanted);
            if (!whole) return fail(call, 503, "SERVICE_UNAVAILABLE", std::string(kStoreText));
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
    answer(call, std::move(page));
}

void Api::list_journal(Call& call) {
    QueryReader query(call.request, {"from", "limit"});
    const model::Sequence first = query.number("from", 1, {1, ~model::Sequence{0} >> 1U});
    const std::size_t limit = query.number("limit", kPageDefault, {1, kPageMax});
    if (query.error()) return fail(call, 400, *query.error());
    const auto entries = parts_.reader.journal(first, limit);
    if (!entries) return fail(call, 503, "SERVICE_UNAVAILABLE", std::string(kStoreText));
    const auto head = parts_.reader.head();
    json::array list;
    for (const auto& entry : entries.value()) {
        const auto record = protocol::decode_record(entry.bytes);
        json::error_code error;
        json::value line;
        if (record) line = json::parse(protocol::to_json(record.value(), entry.hash), error);
        if (!record || error) {
            return fail(call,
                        500,
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
    answer(call, std::move(page));
}

}  // namespace botcore::shell::http
