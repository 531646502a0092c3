#include "apps/botctl/commands.hpp"
#include "apps/botctl/status_view.hpp"
#include "apps/botctl/table.hpp"

#include <boost/json/parse.hpp>

#include <chrono>
#include <thread>
#include <utility>

namespace botcore::botctl {

namespace json = boost::json;

namespace {

/// The `data` of a response; null if there is none.
json::value data_or_null(DaemonClient& client, const std::string& path) {
    const auto result = client.reach(get_request(path));
    if (!result || !*result || result->value().status != 200) return nullptr;
    return data_of(result->value()).value_or(nullptr);
}

/// The positions of all accounts.
json::value all_positions(DaemonClient& client, const json::value& accounts) {
    json::array all;
    const auto* list = accounts.if_array();
    if (list == nullptr) return nullptr;
    for (const auto& item : *list) {
        const auto* account = item.if_object();
        if (account == nullptr || plain_text(*account, "positions_count") == "0") continue;
        const json::value positions = data_or_null(
            client, "/api/accounts/" + encoded(plain_text(*account, "account")) + "/positions");
        const auto* found = positions.if_array();
        if (found != nullptr) all.insert(all.end(), found->begin(), found->end());
    }
    return all;
}

json::value audit_events_of(DaemonClient& client) {
    const json::value page = data_or_null(client, "/api/audit?act=account-frozen&limit=100");
    const auto* fields = page.if_object();
    const auto* acts = fields == nullptr ? nullptr : fields->if_contains("acts");
    return acts == nullptr ? json::value(nullptr) : *acts;
}

bool has_frozen(const json::value& accounts) {
    const auto* list = accounts.if_array();
    if (list == nullptr) return false;
    for (const auto& item : *list) {
        if (item.is_object() && plain_text(item.get_object(), "state") == "FROZEN") return true;
    }
    return false;
}

int show_status(DaemonClient& client) {
    const auto result = client.reach(get_request("/health/detailed"));
    if (!result) {
        return client.unavailable("the daemon does not respond at " + client.settings().url);
    }
    if (!*result) return client.finish(*result, print_status);
    json::error_code error;
    StatusParts parts;
    parts.health = json::parse(result->value().body, error);
    const auto* health = error ? nullptr : parts.health.if_object();
    if (health == nullptr || !health->contains("overall_status")) {
        return client.finish(*result, print_status);
    }
    parts.accounts = data_or_null(client, "/api/accounts");
    parts.positions = all_positions(client, parts.accounts);
    parts.reconciliation = data_or_null(client, "/api/reconciliation");
    parts.system = data_or_null(client, "/api/monitoring/system");
    if (has_frozen(parts.accounts)) parts.acts = audit_events_of(client);
    const auto metrics = client.reach(get_request("/metrics"));
    if (metrics && *metrics && metrics->value().status == 200) {
        parts.metrics = metrics->value().body;
    }
    (void)client.show(status_view(parts), print_status);
    return result->value().status == 200 ? kExitOk : kExitNegative;
}

}  // namespace

int status(DaemonClient& client, const StatusArguments& args) {
    while (true) {
        const int shown = show_status(client);
        if (!args.watch) return shown;
        if (client.settings().output == Output::People) std::cout << "\n";
        if (!std::cout.flush()) return kExitUnavailable;
        std::this_thread::sleep_for(std::chrono::seconds(args.every_seconds));
    }
}

}  // namespace botcore::botctl
