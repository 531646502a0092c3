#include "api/order_explanation.hpp"
#include "api/views.hpp"
#include "apps/botctl/commands.hpp"
#include "apps/botctl/journal_line.hpp"
#include "apps/botctl/print.hpp"
#include "base/time_text.hpp"
#include "core/orders/find_order.hpp"
#include "protocol/api_json.hpp"
#include "protocol/journal.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <functional>
#include <map>

namespace botcore::botctl {

namespace json = boost::json;

namespace {

constexpr std::uint64_t kPage = 500;

/// Opens the files, prints a note that the data is read from them, and runs the command on them.
int on_files(DaemonClient& client, const std::function<int(OfflineStore&)>& command) {
    auto opened = OfflineStore::open(client.settings().data);
    if (!opened) {
        return client.unavailable("the daemon does not respond at " + client.settings().url +
                                  ", and " + opened.error());
    }
    std::cerr << "botctl: the daemon does not respond; the data was read from the files in "
              << client.settings().data << "\n";
    OfflineStore store = std::move(opened).value();
    return command(store);
}

int unreadable(DaemonClient& client, ports::StoreError error) {
    if (error == ports::StoreError::Unavailable) {
        return client.unavailable("the store cannot be read now");
    }
    std::cerr << "botctl: the store is damaged; run 'botctl verify'\n";
    return kExitNegative;
}

/// Without the daemon there are no prices.
model::Quote no_quote(const model::InstrumentId& instrument) {
    model::Quote quote;
    quote.instrument = instrument;
    return quote;
}

int account_from_files(DaemonClient& client, OfflineStore& store, const std::string& name) {
    const auto state = store.state();
    if (!state) return unreadable(client, state.error());
    const auto place = state.value().accounts.find(model::AccountId(name));
    if (place == state.value().accounts.end()) {
        std::cerr << "botctl: there is no account '" << name << "'\n";
        return kExitNegative;
    }
    return client.show(api::account_view(state.value(), place->second, no_quote), print_account);
}

int accounts_from_files(DaemonClient& client, OfflineStore& store) {
    const auto state = store.state();
    if (!state) return unreadable(client, state.error());
    json::array list;
    for (const auto& [id, account] : state.value().accounts) {
        list.push_back(api::account_view(state.value(), account, no_quote));
    }
    return client.show(list, print_accounts);
}

/// Orders, newest first, page by page.
std::optional<Page> order_page(OfflineStore& store,
                               ports::OrderQuery query,
                               const std::string& cursor,
                               std::uint64_t at_most) {
    query.before = cursor.empty() ? ~model::OrderNumber{0} >> 1U : std::stoull(cursor);
    query.limit = at_most;
    const auto orders = store.reader().orders(query);
    if (!orders) return std::nullopt;
    Page page;
    for (const auto& order : orders.value())
        page.rows.push_back(protocol::to_api(order));
    if (orders.value().size() == at_most) {
        page.next = std::to_string(orders.value().back().number);
    }
    return page;
}

/// Trades, newest first. A page ends with all trades of its last record.
std::optional<Page> trade_page(OfflineStore& store,
                               const std::string& account,
                               const std::string& cursor,
                               std::uint64_t at_most) {
    ports::FillQuery query;
    query.account = model::AccountId(account);
    if (!cursor.empty()) query.before = std::stoull(cursor);
    query.limit = at_most;
    const auto fills = store.reader().fills(query);
    if (!fills) return std::nullopt;
    Page page;
    for (const auto& fill : fills.value())
        page.rows.push_back(protocol::to_api(fill));
    if (fills.value().size() >= at_most) {
        page.next = std::to_string(fills.value().back().sequence);
    }
    return page;
}

int list_from_files(DaemonClient& client,
                    std::string_view rows,
                    const ListArguments& args,
                    const ReadPage& read,
                    const Printer& printer) {
    auto listed = gather(args, read);
    if (!listed) return unreadable(client, ports::StoreError::Unavailable);
    return print_list(client, rows, std::move(*listed), printer);
}

int positions_from_files(DaemonClient& client, OfflineStore& store, const std::string& name) {
    const auto state = store.state();
    if (!state) return unreadable(client, state.error());
    const auto place = state.value().accounts.find(model::AccountId(name));
    if (place == state.value().accounts.end()) {
        std::cerr << "botctl: there is no account '" << name << "'\n";
        return kExitNegative;
    }
    json::array list;
    for (const auto& [id, position] : place->second.positions) {
        if (position.quantity.is_zero()) continue;
        list.push_back(api::position_view(state.value(), place->second, position, no_quote));
    }
    return client.show(list, print_positions);
}

/// Quotes are not stored; only the prices of the last own trades are known.
int prices_from_files(DaemonClient& client, OfflineStore& store, const std::string& market) {
    const auto state = store.state();
    if (!state) return unreadable(client, state.error());
    std::map<model::InstrumentId, model::Fill> newest;
    for (const auto& [id, account] : state.value().accounts) {
        if (to_text(account.account.market) != market) continue;
        ports::FillQuery query;
        query.account = id;
        query.limit = kPage;
        const auto fills = store.reader().fills(query);
        if (!fills) return unreadable(client, fills.error());
        for (const auto& fill : fills.value()) {
            const auto [place, added] = newest.try_emplace(fill.instrument, fill);
            if (!added && place->second.trade.time < fill.trade.time) place->second = fill;
        }
    }
    json::array list;
    for (const auto& [id, fill] : newest) {
        json::object row;
        row["exchange"] = to_text(id.exchange);
        row["market"] = to_text(id.market);
        row["symbol"] = id.symbol.text();
        row["bid"] = nullptr;
        row["ask"] = nullptr;
        row["last"] = to_text(fill.trade.price);
        row["age_ms"] = nullptr;
        row["source"] = "own trade of " + base::to_iso8601(fill.trade.time);
        list.push_back(std::move(row));
    }
    return client.show(list, print_prices);
}

/// The order with that id: an order of this system, or one that was found at the exchange.
ports::StoreResult<std::optional<model::Order>> order_named(ports::StoreReader& reader,
                                                            const model::ClientOrderId& id) {
    std::optional<model::Order> named;
    if (const auto number = core::number_of(id)) {
        const auto found = TRY(reader.find_order(*number));
        if (found && found->order.id == id) named = found->order;
    }
    if (named) return named;
    const ports::RowVisitor visitor([&](const model::Order& order) {
        if (is_imported(order.role) && order.id == id) named = order;
    });
    (void)TRY(reader.visit_rows(visitor));
    return named;
}

int explain_from_files(DaemonClient& client, OfflineStore& store, const std::string& id) {
    const auto found = order_named(store.reader(), model::ClientOrderId(id));
    if (!found) return unreadable(client, found.error());
    if (!found.value()) {
        std::cerr << "botctl: there is no order '" << id << "'\n";
        return kExitNegative;
    }
    const auto explanation = api::explanation_of(store.reader(), *found.value());
    if (!explanation) return unreadable(client, explanation.error());
    json::object data;
    data["order"] = protocol::to_api(*found.value());
    data["story"] = api::to_api(explanation.value());
    return client.show(data, print_explanation);
}

/// The format of printed records: as exported, or for people.
enum class RecordForm : std::uint8_t { Export, People };

void print_record(const json::value& record, RecordForm form) {
    const auto* fields = record.if_object();
    if (form == RecordForm::People && fields != nullptr) {
        std::cout << journal_line(*fields) << "\n";
    } else {
        std::cout << json::serialize(record) << "\n";
    }
}

/// Prints one page of the journal from the files. Returns where the next page begins, or 0 at the
/// end.
ports::StoreResult<std::uint64_t> print_page(OfflineStore& store,
                                             JournalRange range,
                                             RecordForm form) {
    const std::uint64_t count = std::min(kPage, range.to - range.from + 1);
    const auto entries = TRY(store.reader().journal(range.from, count));
    for (const auto& entry : entries) {
        const auto record = protocol::decode_record(entry.bytes);
        if (!record) return base::Failure{ports::StoreError::Corrupt};
        json::error_code error;
        const auto line = json::parse(protocol::to_json(record.value(), entry.hash), error);
        if (error) return base::Failure{ports::StoreError::Corrupt};
        print_record(line, form);
    }
    return entries.empty() ? 0 : entries.back().sequence + 1;
}

int export_from_files(DaemonClient& client,
                      OfflineStore& store,
                      JournalRange range,
                      RecordForm form) {
    while (range.from <= range.to) {
        const auto next = print_page(store, range, form);
        if (!next) return unreadable(client, next.error());
        if (next.value() == 0) break;
        range.from = next.value();
    }
    return std::cout.flush() ? kExitOk : kExitUnavailable;
}

/// Prints a page from a response of the daemon. Returns where the next page begins, or 0 at the
/// end.
std::uint64_t print_page(const ClientResponse& response, RecordForm form) {
    json::error_code error;
    const json::value value = json::parse(response.body, error);
    if (error) return 0;
    const auto* data = value.is_object() ? value.get_object().if_contains("data") : nullptr;
    const auto* records =
        data != nullptr && data->is_object() ? data->get_object().if_contains("records") : nullptr;
    if (records == nullptr || !records->is_array() || records->get_array().empty()) return 0;
    for (const auto& record : records->get_array())
        print_record(record, form);
    const auto* next = data->get_object().if_contains("next_from");
    return next != nullptr && next->is_int64() ? static_cast<std::uint64_t>(next->get_int64()) : 0;
}

/// The sequence of the last record, from a response of the daemon or from the files.
std::uint64_t head_of(const ClientResponse& response) {
    json::error_code error;
    const json::value value = json::parse(response.body, error);
    if (error || !value.is_object()) return 0;
    const auto* data = value.get_object().if_contains("data");
    const auto* head = data != nullptr && data->is_object()
                           ? data->get_object().if_contains("head_sequence")
                           : nullptr;
    return head != nullptr && head->is_int64() ? static_cast<std::uint64_t>(head->get_int64()) : 0;
}

int print_records(DaemonClient& client, const JournalRange& range, RecordForm form) {
    std::uint64_t from = std::max<std::uint64_t>(range.from, 1);
    while (from <= range.to) {
        const std::uint64_t count = std::min(kPage, range.to - from + 1);
        const auto result = client.reach(get_request("/api/journal?from=" + std::to_string(from) +
                                                     "&limit=" + std::to_string(count)));
        if (!result) {
            return on_files(client, [&](OfflineStore& store) {
                return export_from_files(client, store, {.from = from, .to = range.to}, form);
            });
        }
        if (!*result || result->value().status != 200) return client.finish(*result, print_orders);
        const std::uint64_t next = print_page(result->value(), form);
        if (next == 0) break;
        from = next;
    }
    return std::cout.flush() ? kExitOk : kExitUnavailable;
}

}  // namespace

int account(DaemonClient& client, const std::string& account) {
    if (const auto result = client.reach(get_request("/api/accounts/" + encoded(account)))) {
        return client.finish(*result, print_account);
    }
    return on_files(
        client, [&](OfflineStore& store) { return account_from_files(client, store, account); });
}

int accounts(DaemonClient& client) {
    if (const auto result = client.reach(get_request("/api/accounts"))) {
        return client.finish(*result, print_accounts);
    }
    return on_files(client,
                    [&](OfflineStore& store) { return accounts_from_files(client, store); });
}

int orders(DaemonClient& client,
           const std::string& account,
           const std::string& which,
           const ListArguments& args) {
    const std::string path = "/api/accounts/" + encoded(account) + "/orders?status=" + which;
    if (const auto status = list_from_daemon(
            client, path, {"orders", "next_before", "before"}, args, print_orders)) {
        return *status;
    }
    ports::OrderQuery query;
    query.account = model::AccountId(account);
    query.live_only = which == "open";
    query.failed_only = which == "failed";
    return on_files(client, [&](OfflineStore& store) {
        return list_from_files(
            client,
            "orders",
            args,
            [&](const std::string& cursor, std::uint64_t at_most) {
                return order_page(store, query, cursor, at_most);
            },
            print_orders);
    });
}

int positions(DaemonClient& client, const std::string& account) {
    if (const auto result =
            client.reach(get_request("/api/accounts/" + encoded(account) + "/positions"))) {
        return client.finish(*result, print_positions);
    }
    return on_files(
        client, [&](OfflineStore& store) { return positions_from_files(client, store, account); });
}

int history(DaemonClient& client, const std::string& account, const ListArguments& args) {
    const std::string path = "/api/accounts/" + encoded(account) + "/history";
    if (const auto status = list_from_daemon(
            client, path, {"trades", "next_before", "before"}, args, print_history)) {
        return *status;
    }
    return on_files(client, [&](OfflineStore& store) {
        return list_from_files(
            client,
            "trades",
            args,
            [&](const std::string& cursor, std::uint64_t at_most) {
                return trade_page(store, account, cursor, at_most);
            },
            print_history);
    });
}

int prices(DaemonClient& client, const std::string& market) {
    if (const auto result =
            client.reach(get_request("/api/market/prices?market=" + encoded(market)))) {
        return client.finish(*result, print_prices);
    }
    return on_files(client,
                    [&](OfflineStore& store) { return prices_from_files(client, store, market); });
}

int explain(DaemonClient& client, const std::string& order) {
    if (const auto result =
            client.reach(get_request("/api/orders/" + encoded(order) + "/explain"))) {
        return client.finish(*result, print_explanation);
    }
    return on_files(client,
                    [&](OfflineStore& store) { return explain_from_files(client, store, order); });
}

int journal_tail(DaemonClient& client, std::uint64_t count) {
    std::uint64_t head = 0;
    if (const auto result = client.reach(get_request("/api/journal?limit=1"))) {
        if (!*result || result->value().status != 200) return client.finish(*result, print_orders);
        head = head_of(result->value());
    } else {
        auto opened = OfflineStore::open(client.settings().data);
        if (!opened) {
            return client.unavailable("the daemon does not respond, and " + opened.error());
        }
        OfflineStore store = std::move(opened).value();
        const auto found = store.reader().head();
        if (!found) return unreadable(client, found.error());
        head = found.value().sequence;
    }
    const bool people = client.settings().output == Output::People;
    return print_records(client,
                         {.from = head > count ? head - count + 1 : 1},
                         people ? RecordForm::People : RecordForm::Export);
}

int journal_export(DaemonClient& client, const JournalRange& range) {
    return print_records(client, range, RecordForm::Export);
}

}  // namespace botcore::botctl
