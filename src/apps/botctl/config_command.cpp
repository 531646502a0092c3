#include "apps/botctl/archive_access.hpp"
#include "apps/botctl/commands.hpp"
#include "apps/wiring/go_live.hpp"
#include "apps/wiring/start_check.hpp"
#include "host/system_clock.hpp"
#include "observability/redact.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

namespace botcore::botctl {

namespace json = boost::json;

namespace {

json::array to_json(const std::vector<apps::GoLiveItem>& items) {
    json::array list;
    for (const auto& item : items) {
        json::object row;
        row["requirement"] = item.requirement;
        row["met"] = item.met;
        row["remedy"] = item.met ? json::value(nullptr) : json::value(item.remedy);
        list.push_back(std::move(row));
    }
    return list;
}

void print(std::ostream& out, const std::vector<apps::GoLiveItem>& items, std::size_t missing) {
    if (items.empty()) return;
    out << "before going live:\n";
    for (const auto& item : items) {
        out << (item.met ? "  [x] " : "  [ ] ") << item.requirement;
        if (!item.met) out << ": " << item.remedy;
        out << "\n";
    }
    if (missing == 0) out << "production: ready\n";
    if (missing > 0) out << "production: not ready, " << missing << " requirements are not met\n";
}

json::object to_json(const host::Config& config, const std::vector<std::string>& mistakes) {
    json::object data;
    for (const auto& key : host::config_keys()) {
        json::object item;
        item["value"] = shown(key, config.value(key.name));
        item["origin"] = config.value(key.name).origin;
        item["default"] = key.fallback;
        item["unit"] = key.unit;
        data[key.name] = std::move(item);
    }
    json::array lines;
    for (const std::string& mistake : mistakes)
        lines.emplace_back(mistake);
    data["mistakes"] = std::move(lines);
    data["verdict"] = mistakes.empty() ? "accepted" : "refused";
    return data;
}

void print(std::ostream& out, const host::Config& config, std::size_t mistakes) {
    for (const auto& key : host::config_keys()) {
        const auto& value = config.value(key.name);
        out << key.name << " = " << shown(key, value) << "  (" << value.origin << ")\n";
    }
    if (mistakes == 0) {
        out << "verdict: accepted; botcored starts with these settings\n";
        return;
    }
    out << "verdict: refused; botcored does not start with these settings: " << mistakes
        << (mistakes == 1 ? " mistake\n" : " mistakes\n");
}

}  // namespace

int check_config(DaemonClient& client, const host::SettingsInput& given, bool production) {
    auto gathered = host::gather_settings(given, environ);
    std::vector<std::string>& mistakes = gathered.mistakes;
    // As at a start of the daemon, the files that the settings name are checked only if the
    // settings themselves are valid, and the check runs as the user that the daemon runs as.
    if (mistakes.empty()) {
        const std::filesystem::path data = client.settings().data;
        const auto working = work_as_owner_of(data);
        mistakes = working ? apps::start_errors(gathered.config, data)
                           : std::vector<std::string>{working.error()};
    }
    for (std::string& mistake : mistakes) {
        mistake = observability::redact(mistake);
        std::cerr << "botctl: " << mistake << "\n";
    }
    std::vector<apps::GoLiveItem> items;
    if (production && mistakes.empty())
        items = apps::go_live_list(gathered.config, client.settings().data, host::wall_time());
    const auto missing = static_cast<std::size_t>(std::count_if(
        items.begin(), items.end(), [](const apps::GoLiveItem& item) { return !item.met; }));
    json::object data = to_json(gathered.config, mistakes);
    if (production) data["production"] = to_json(items);
    (void)client.show(std::move(data), [&](std::ostream& out, const json::value&) {
        print(out, gathered.config, mistakes.size());
        print(out, items, missing);
    });
    return mistakes.empty() && missing == 0 ? kExitOk : kExitNegative;
}

}  // namespace botcore::botctl
