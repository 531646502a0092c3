#include "apps/botctl/commands.hpp"
#include "apps/botctl/print.hpp"
#include "apps/botctl/table.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <thread>
#include <utility>

namespace botcore::botctl {

namespace json = boost::json;

namespace {

using Clock = std::chrono::steady_clock;

/// A comparison with an exchange takes two readings, some seconds apart.
constexpr auto kComparedWithin = std::chrono::seconds(90);
constexpr auto kLookEvery = std::chrono::milliseconds(200);

ClientRequest plain_request(std::string_view method, std::string path, std::string body = {}) {
    return {.method = method,
            .path = std::move(path),
            .body = std::move(body),
            .idempotency_key = {},
            .if_match = {}};
}

std::string text_at(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

const json::array& list_at(const json::object& object, std::string_view name) {
    static const json::array kNone;
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_array() ? value->get_array() : kNone;
}

bool is_mismatch(const json::object& line) {
    return text_at(line, "status") == "MISMATCH";
}

json::array chosen_of(const json::array& all, const ReconcileArguments& args) {
    json::array chosen;
    for (const auto& item : all) {
        if (!item.is_object()) continue;
        const bool owner = args.user == "all" || text_at(item.get_object(), "owner") == args.user;
        const bool named =
            args.account.empty() || text_at(item.get_object(), "account") == args.account;
        if (owner && named) chosen.push_back(item);
    }
    return chosen;
}

/// Proposes and applies the fixes of mismatches, one after the other.
class ReconcileFix {
public:
    ReconcileFix(DaemonClient& client, bool yes) : client_(client), yes_(yes) {}

    int run(const json::array& accounts) {
        for (const auto& account : accounts)
            fix(account.get_object());
        return worst_;
    }

private:
    void fix(const json::object& account) {
        const bool confirmed = account.contains("confirmed") && account.at("confirmed").is_bool() &&
                               account.at("confirmed").get_bool();
        if (!is_mismatch(account)) return;
        const std::string name = text_at(account, "account");
        const std::string evidence =
            "by botctl reconcile: the exchange reported it at " + text_at(account, "compared_at");
        for (const auto& line : confirmed ? list_at(account, "positions") : json::array()) {
            if (line.is_object()) adopt_position(name, line.get_object(), evidence);
        }
        for (const auto& line : confirmed ? list_at(account, "balances") : json::array()) {
            if (line.is_object()) adopt_balance(name, line.get_object(), evidence);
        }
        if (text_at(account, "state") != "FROZEN") return;
        if (!agreed("unfreeze account " + name)) return;
        json::object body{{"state", "ACTIVE"}, {"text", evidence}};
        send("/api/accounts/" + encoded(name) + "/state", body);
    }

    void adopt_position(const std::string& account,
                        const json::object& line,
                        const std::string& evidence) {
        if (!is_mismatch(line)) return;
        const std::string symbol = text_at(line, "symbol");
        const std::string theirs = text_at(line, "exchange");
        if (!agreed("set the position " + symbol + " of " + account + " from " +
                    text_at(line, "ours") + " to " + theirs)) {
            return;
        }
        send("/api/accounts/" + encoded(account) + "/adopt",
             {{"symbol", symbol},
              {"seen", text_at(line, "ours")},
              {"quantity", theirs},
              {"cost", text_at(line, "exchange_cost")},
              {"text", evidence}});
    }

    void adopt_balance(const std::string& account,
                       const json::object& line,
                       const std::string& evidence) {
        if (!is_mismatch(line)) return;
        const std::string asset = text_at(line, "asset");
        const std::string theirs = text_at(line, "exchange");
        if (!agreed("set the balance " + asset + " of " + account + " from " +
                    text_at(line, "ours") + " to " + theirs)) {
            return;
        }
        send("/api/accounts/" + encoded(account) + "/adopt",
             {{"asset", asset},
              {"seen", text_at(line, "ours")},
              {"total", theirs},
              {"text", evidence}});
    }

    [[nodiscard]] bool agreed(const std::string& what) const {
        std::cerr << printable(what) << (yes_ ? ": yes\n" : "? [y/N] ") << std::flush;
        if (yes_) return true;
        std::string result;
        return std::getline(std::cin, result) && (result == "y" || result == "yes");
    }

    void send(const std::string& path, const json::object& body) {
        const int status =
            client_.command(plain_request("POST", path, json::serialize(body)),
                            [](std::ostream& out, const json::value&) { out << "done\n"; });
        worst_ = std::max(worst_, status);
    }

    DaemonClient& client_;
    bool yes_;
    int worst_ = kExitOk;
};

/// Whether every chosen account has been compared since `asked_at`.
bool is_complete(const json::array& accounts, const std::string& asked_at) {
    for (const auto& account : accounts) {
        if (text_at(account.get_object(), "compared_at") < asked_at) return false;
    }
    return true;
}

}  // namespace

int reconcile(DaemonClient& client, const ReconcileArguments& args) {
    const auto asked = client.reach(plain_request("POST", "/api/reconciliation"));
    if (!asked) {
        return client.unavailable("the daemon does not respond at " + client.settings().url);
    }
    if (!*asked || asked->value().status != 200) return client.finish(*asked, {});
    const auto receipt = data_of(asked->value());
    if (!receipt || !receipt->is_object()) return kExitSoftware;
    const std::string asked_at = text_at(receipt->get_object(), "asked_at");
    const auto until = Clock::now() + kComparedWithin;
    json::array accounts;
    bool complete = false;
    while (!complete) {
        const auto result = client.reach(plain_request("GET", "/api/reconciliation"));
        if (!result) {
            return client.unavailable("the daemon does not respond at " + client.settings().url);
        }
        if (!*result || result->value().status != 200) return client.finish(*result, {});
        const auto list = data_of(result->value());
        if (!list || !list->is_array()) return kExitSoftware;
        accounts = chosen_of(list->get_array(), args);
        complete = is_complete(accounts, asked_at);
        if (!complete && Clock::now() >= until) break;
        if (!complete) std::this_thread::sleep_for(kLookEvery);
    }
    (void)client.show(accounts, print_reconciliation);
    if (accounts.empty()) {
        std::cerr << "botctl: there is no such account\n";
        return kExitNegative;
    }
    if (!complete) {
        std::cerr << "botctl: the comparison is not finished yet; try again\n";
        return kExitOutcomeOpen;
    }
    bool same = true;
    for (const auto& account : accounts)
        same = same && !is_mismatch(account.get_object());
    if (args.fix && !same) return ReconcileFix(client, args.yes).run(accounts);
    return same ? kExitOk : kExitNegative;
}

int set_account_state(DaemonClient& client,
                      const CommandOptions& options,
                      const std::string& state,
                      const std::string& reason) {
    ClientRequest request =
        plain_request("POST",
                      "/api/accounts/" + encoded(options.account) + "/state",
                      json::serialize(json::object{{"state", state}, {"text", reason}}));
    request.idempotency_key = options.key;
    return client.command(std::move(request), print_account);
}

}  // namespace botcore::botctl
