#include "apps/botctl/commands.hpp"
#include "apps/botctl/print.hpp"
#include "apps/botctl/table.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <variant>

namespace botcore::botctl {

namespace json = boost::json;

namespace {

std::string account_path(const std::string& account) {
    return "/api/accounts/" + encoded(account);
}

}  // namespace

ClientRequest request_of(std::string_view method, std::string path, const CommandOptions& options) {
    return {.method = method,
            .path = std::move(path),
            .body = {},
            .idempotency_key = options.key,
            .if_match = options.if_match,
            .timeline = options.timeline};
}

int book(DaemonClient& client, const std::string& symbol, const std::string& market) {
    return client.read("/api/market/book/" + encoded(symbol) + "?market=" + encoded(market),
                       print_book);
}

int close_position(DaemonClient& client, const CommandOptions& options, const std::string& symbol) {
    const std::string path =
        account_path(options.account) + "/positions/" + encoded(symbol) + "/close";
    return client.command(request_of("POST", path, options), print_order);
}

int set_leverage(DaemonClient& client,
                 const CommandOptions& options,
                 const std::string& symbol,
                 const std::string& leverage) {
    json::object body;
    body["leverage"] = leverage;
    const std::string path =
        account_path(options.account) + "/positions/" + encoded(symbol) + "/leverage";
    ClientRequest request = request_of("POST", path, options);
    request.body = json::serialize(body);
    return client.command(std::move(request), print_position);
}

namespace {

/// The data of a read that must succeed before anything is sent; otherwise the exit status, with
/// the error already printed.
std::variant<json::value, int> needed_data(DaemonClient& client, const std::string& path) {
    const auto result = client.reach(get_request(path));
    if (!result) {
        return client.unavailable("the daemon does not respond at " + client.settings().url +
                                  "; nothing was sent");
    }
    if (!*result || result->value().status != 200) return client.finish(*result, {});
    auto data = data_of(result->value());
    if (!data) return kExitSoftware;
    return *std::move(data);
}

std::vector<std::string> lines_of(const std::string& name,
                                  const json::value& account,
                                  const json::value& positions) {
    const json::object* fields = account.if_object();
    const json::object none;
    if (fields == nullptr) fields = &none;
    std::vector<std::string> lines{
        "account " + name + ", equity " + plain_text(*fields, "total_equity") + " " +
        plain_text(*fields, "quote_asset") + ", would be reset to its first deposit"};
    const json::array* list = positions.if_array();
    for (const auto& item : list == nullptr ? json::array() : *list) {
        if (!item.is_object()) continue;
        const auto& position = item.get_object();
        lines.push_back("position " + plain_text(position, "symbol") + " of " +
                        plain_text(position, "quantity") + " would be dropped without a trade");
    }
    lines.emplace_back("its orders, trades and history remain");
    return lines;
}

}  // namespace

int reset_account(DaemonClient& client, const CommandOptions& options, Agreed agreed) {
    const auto account = needed_data(client, account_path(options.account));
    if (const int* status = std::get_if<int>(&account)) return *status;
    const auto positions = needed_data(client, account_path(options.account) + "/positions");
    if (const int* status = std::get_if<int>(&positions)) return *status;
    const int asked = ask(
        lines_of(options.account, std::get<json::value>(account), std::get<json::value>(positions)),
        "Reset the account?",
        agreed);
    if (asked != kExitOk) return asked;
    return client.command(request_of("POST", account_path(options.account) + "/reset", options),
                          print_account);
}

int transfer(DaemonClient& client,
             const CommandOptions& options,
             const std::string& to,
             const std::string& amount,
             const std::string& asset) {
    json::object body;
    body["from"] = options.account;
    body["to"] = to;
    body["amount"] = amount;
    body["asset"] = asset;
    ClientRequest request = request_of("POST", "/api/transfers", options);
    request.body = json::serialize(body);
    return client.command(std::move(request), print_transfer);
}

int open_account(DaemonClient& client,
                 const CommandOptions& options,
                 const std::string& market,
                 const std::string& deposit) {
    json::object body;
    body["account"] = options.account;
    body["market"] = market;
    body["deposit"] = deposit;
    ClientRequest request = request_of("POST", "/api/accounts", options);
    request.body = json::serialize(body);
    return client.command(std::move(request), print_account);
}

}  // namespace botcore::botctl
