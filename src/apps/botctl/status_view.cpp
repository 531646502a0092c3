#include "apps/botctl/status_view.hpp"

#include "apps/botctl/table.hpp"
#include "base/time_text.hpp"

#include <boost/json/array.hpp>

#include <array>
#include <charconv>
#include <cstdint>

namespace botcore::botctl {

namespace json = boost::json;

namespace {

const json::value& field(const json::value& value, std::string_view name) {
    static const json::value kNull;
    const auto* object = value.if_object();
    const auto* found = object == nullptr ? nullptr : object->if_contains(name);
    return found == nullptr ? kNull : *found;
}

std::string text(const json::value& value, std::string_view name) {
    return plain_text(&field(value, name));
}

bool has(const json::value& value, std::string_view name) {
    return !field(value, name).is_null();
}

/// One text for each component that is not healthy: these components explain the degraded modes.
json::array causes_of(const json::value& health) {
    json::array causes;
    for (const auto& part : array_of(field(health, "dependencies"))) {
        const std::string status = text(part, "status");
        if (status == "healthy" || status == "not_configured") continue;
        const std::string message = text(part, "message");
        causes.emplace_back(text(part, "name") + " is " + status +
                            (message.empty() || message == "-" ? "" : ": " + message));
    }
    return causes;
}

json::object checks_of(const json::value& health) {
    json::object checks;
    for (const auto& part : array_of(field(health, "dependencies"))) {
        if (text(part, "status") == "not_configured") continue;
        checks[text(part, "name")] =
            json::object{{"status", field(part, "status")}, {"message", field(part, "message")}};
    }
    return checks;
}

/// The reason given by the operator who last froze the account; null if there is none.
json::value reason_of(const json::value& acts, const std::string& account) {
    for (const auto& action : array_of(acts)) {
        if (text(action, "subject") != account || text(action, "outcome") != "ok") continue;
        return json::value(text(action, "detail") + " (" + text(action, "actor") + ", " +
                           text(action, "time") + ")");
    }
    return nullptr;
}

json::array barred_accounts(const StatusParts& parts) {
    json::array list;
    for (const auto& account : array_of(parts.accounts)) {
        const bool frozen = text(account, "state") == "FROZEN";
        if (!frozen && !has(account, "cooldown_until")) continue;
        const std::string name = text(account, "account");
        json::object item;
        item["account"] = name;
        item["state"] = frozen ? "FROZEN" : "COOLING";
        item["reason"] = frozen ? field(account, "frozen_reason") : json::value("COOLDOWN_ACTIVE");
        item["said"] = text(account, "frozen_reason") == "FROZEN_BY_OPERATOR"
                           ? reason_of(parts.acts, name)
                           : json::value(nullptr);
        item["until"] = frozen ? json::value(nullptr) : field(account, "cooldown_until");
        list.push_back(std::move(item));
    }
    return list;
}

json::array unknown_orders(const json::value& reconciliation) {
    json::array list;
    for (const auto& account : array_of(reconciliation)) {
        for (const auto& order : array_of(field(account, "orders"))) {
            if (text(order, "state") != "UNKNOWN") continue;
            json::object item = order.as_object();
            item["account"] = field(account, "account");
            list.push_back(std::move(item));
        }
    }
    return list;
}

json::array unprotected_of(const json::value& positions) {
    json::array list;
    for (const auto& position : array_of(positions)) {
        const std::string quantity = text(position, "unprotected");
        if (quantity == "0" || quantity == "-") continue;
        list.push_back(json::object{{"account", field(position, "account")},
                                    {"symbol", field(position, "symbol")},
                                    {"quantity", quantity},
                                    {"protect_by", field(position, "protect_by")}});
    }
    return list;
}

/// The time that a metric holds; null if it has no value yet.
json::value time_in(std::string_view metrics, std::string_view name) {
    const json::value seconds = metric_in(metrics, name);
    if (!seconds.is_double() || seconds.get_double() <= 0) return nullptr;
    const auto micros = static_cast<std::int64_t>(seconds.get_double() * 1e6);
    return json::value(base::to_iso8601(base::Timestamp::from_microseconds(micros)));
}

json::object archive_of(std::string_view metrics) {
    json::object archive;
    archive["lag_seconds"] = metric_in(metrics, R"(archive_lag_seconds{repository="first"})");
    archive["second_lag_seconds"] =
        metric_in(metrics, R"(archive_lag_seconds{repository="second"})");
    archive["archived_until"] = metric_in(metrics, R"(archive_sequence{repository="first"})");
    archive["last_backup"] = time_in(metrics, "backup_last_success_timestamp_seconds");
    archive["last_verified"] = time_in(metrics, "backup_verified_timestamp_seconds");
    archive["verify_failed"] = metric_in(metrics, "backup_verify_failed") == json::value(1.0);
    archive["last_drill_passed"] = time_in(metrics, "drill_passed_timestamp_seconds");
    archive["last_drill_signed"] = time_in(metrics, "drill_signed_timestamp_seconds");
    return archive;
}

/// Formats a number of seconds, such as "3 h 12 min".
std::string span_text(std::int64_t seconds) {
    if (seconds < 120) return std::to_string(seconds) + " s";
    if (seconds < 7'200) return std::to_string(seconds / 60) + " min";
    if (seconds < 172'800) {
        return std::to_string(seconds / 3'600) + " h " + std::to_string(seconds % 3'600 / 60) +
               " min";
    }
    return std::to_string(seconds / 86'400) + " days";
}

void line(std::ostream& out, std::string_view title, const std::string& what) {
    std::string padded(title);
    padded.resize(16, ' ');
    out << padded << what << "\n";
}

void print_modes(std::ostream& out, const json::value& view) {
    const std::string mode = text(view, "mode");
    line(out, "mode", mode);
    for (const auto& each : array_of(field(view, "degraded_modes"))) {
        line(out, "degraded", text(each, "mode") + ": " + text(each, "sign"));
        line(out, "  read", text(each, "runbook"));
    }
    for (const auto& cause : array_of(field(view, "causes")))
        line(out, "cause", plain_text(&cause));
    const json::value& maintenance = field(view, "maintenance");
    const std::string until = text(field(maintenance, "operating"), "until");
    const bool open = mode == "DRAINING" || mode == "MAINTENANCE" || mode == "RAMPING";
    if (has(maintenance, "banner")) {
        line(out, "maintenance", text(maintenance, "banner"));
    } else {
        line(out, "maintenance", open ? "in progress until " + until : "none");
    }
}

void print_accounts_barred(std::ostream& out, const json::value& view) {
    const auto& accounts = array_of(field(view, "accounts"));
    if (accounts.empty() && has(view, "accounts")) line(out, "accounts", "all may trade");
    for (const auto& each : accounts) {
        std::string said =
            text(each, "account") + " " + text(each, "state") + ", " + text(each, "reason");
        if (has(each, "said")) said += ": " + text(each, "said");
        said += has(each, "until") ? "; until " + text(each, "until")
                                   : "; until an operator ends it: botctl unfreeze " +
                                         text(each, "account") + " --reason ...";
        line(out, "account", said);
    }
    const auto& unknown = array_of(field(view, "unknown_orders"));
    if (unknown.empty() && has(view, "unknown_orders")) line(out, "unknown orders", "none");
    for (const auto& order : unknown) {
        line(out,
             "unknown order",
             text(order, "account") + " " + text(order, "side") + " " + text(order, "symbol") +
                 "; botctl explain " + text(order, "order_id"));
    }
    const auto& naked = array_of(field(view, "unprotected"));
    if (naked.empty() && has(view, "unprotected")) line(out, "unprotected", "none");
    for (const auto& each : naked) {
        line(out,
             "UNPROTECTED",
             text(each, "account") + " " + text(each, "quantity") + " " + text(each, "symbol") +
                 "; closed by the core at " + text(each, "protect_by"));
    }
}

void print_safety(std::ostream& out, const json::value& view) {
    const json::value& archive = field(view, "archive");
    if (has(archive, "lag_seconds")) {
        std::string said = text(archive, "lag_seconds") + " s behind, at record " +
                           text(archive, "archived_until");
        const std::string second = text(archive, "second_lag_seconds");
        if (second != "-" && second != "0") said += "; the second one " + second + " s";
        line(out, "archive", said);
    }
    const auto moment = [&](std::string_view title, std::string_view name) {
        if (archive.is_null()) return;
        line(out, title, has(archive, name) ? text(archive, name) : std::string("none yet"));
    };
    moment("last backup", "last_backup");
    moment("last verified", "last_verified");
    if (field(archive, "verify_failed") == json::value(true)) {
        line(out, "", "the newest verification FAILED: botctl backup verify");
    }
    moment("last drill", "last_drill_passed");
    moment("drill signed", "last_drill_signed");
    const json::value& start = field(view, "start");
    if (has(start, "at")) {
        const std::string cause = text(start, "cause");
        std::string said = text(start, "at") + ", ";
        said += cause == "first_start"    ? "the first start"
                : cause == "ordered_stop" ? "after an ordered stop"
                                          : "after it DIED OR WAS KILLED";
        if (has(start, "seen_before")) said += ", last seen at " + text(start, "seen_before");
        line(out, "last start", said);
    }
    const json::value& journal = field(view, "journal");
    if (has(journal, "head")) {
        line(out, "journal head", text(journal, "head") + " of term " + text(journal, "epoch"));
    }
}

}  // namespace

json::value metric_in(std::string_view text, std::string_view name) {
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view row = text.substr(at, end - at);
        at = end + 1;
        if (!row.starts_with(name) || row.size() <= name.size() || row[name.size()] != ' ')
            continue;
        double value = 0;
        const char* last = row.data() + row.size();
        if (std::from_chars(row.data() + name.size() + 1, last, value).ec == std::errc()) {
            return json::value(value);
        }
    }
    return nullptr;
}

json::object status_view(const StatusParts& parts) {
    json::object view;
    for (const char* name : {"overall_status", "version", "uptime_seconds", "timestamp"})
        view[name] = field(parts.health, name);
    const json::value& maintenance = field(parts.health, "maintenance");
    view["mode"] = field(field(maintenance, "operating"), "mode");
    view["degraded_modes"] = field(parts.health, "degraded_modes");
    view["causes"] = causes_of(parts.health);
    view["maintenance"] = maintenance;
    const auto add = [&](const char* name, bool known, json::value part) {
        view[name] = known ? std::move(part) : json::value(nullptr);
    };
    add("accounts", parts.accounts.is_array(), barred_accounts(parts));
    add("unknown_orders", parts.reconciliation.is_array(), unknown_orders(parts.reconciliation));
    add("unprotected", parts.positions.is_array(), unprotected_of(parts.positions));
    add("archive", !parts.metrics.empty(), archive_of(parts.metrics));
    view["start"] = json::object{{"at", field(parts.system, "started_at")},
                                 {"cause", field(parts.system, "start_cause")},
                                 {"seen_before", field(parts.system, "seen_before")}};
    view["journal"] = json::object{{"head", field(parts.system, "journal_sequence")},
                                   {"epoch", field(parts.system, "journal_epoch")}};
    view["checks"] = checks_of(parts.health);
    return view;
}

void print_status(std::ostream& out, const json::value& view) {
    line(out, "overall", text(view, "overall_status"));
    const auto* uptime = field(view, "uptime_seconds").if_int64();
    line(out,
         "version",
         text(view, "version") + ", up " + (uptime == nullptr ? "-" : span_text(*uptime)) +
             ", at " + text(view, "timestamp"));
    print_modes(out, view);
    print_accounts_barred(out, view);
    print_safety(out, view);
    out << "\n";
    const auto* checks = field(view, "checks").if_object();
    if (checks == nullptr) return;
    for (const auto& check : *checks) {
        out << printable(check.key()) << ": " << text(check.value(), "status");
        const std::string message = text(check.value(), "message");
        if (!message.empty() && message != "-" && message != "OK") out << ", " << message;
        out << "\n";
    }
}

}  // namespace botcore::botctl
