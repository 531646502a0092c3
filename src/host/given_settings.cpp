#include "host/given_settings.hpp"

#include "base/check.hpp"
#include "host/whole_file.hpp"

#include <algorithm>
#include <array>
#include <sstream>

namespace botcore::host {

namespace {

constexpr std::array kFlags = {
    KeyFlag{"--address", "http.address"},
    KeyFlag{"--port", "http.port"},
    KeyFlag{"--market", "market.source"},
    KeyFlag{"--market-files", "market.files"},
    KeyFlag{"--market-speed", "market.speed"},
    KeyFlag{"--seed", "market.seed"},
    KeyFlag{"--deposit", "paper.deposit"},
};

constexpr const char* kUsualFile = "botcore.toml";

void add(std::vector<std::string>& mistakes, const base::Outcome<std::string>& outcome) {
    if (outcome) return;
    std::istringstream lines(outcome.error());
    for (std::string line; std::getline(lines, line);)
        mistakes.push_back(line);
}

base::Outcome<std::string> read_file(Config& config, const std::string& named) {
    const std::string file = TRY(settings_file(named));
    if (file.empty()) return base::Done{};
    return config.read_file(file);
}

base::Outcome<std::string> set_flag(Config& config,
                                    const std::string& flag,
                                    const std::string& value) {
    const auto* const known =
        std::ranges::find_if(kFlags, [&](const KeyFlag& one) { return one.flag == flag; });
    CHECK(known != kFlags.end());
    return config.set(known->key, value, "command line, " + flag);
}

base::Outcome<std::string> set(Config& config, const std::string& setting) {
    const std::size_t sign = setting.find('=');
    if (sign == std::string::npos) {
        return base::Failure{"command line, --set: expected KEY=VALUE, but received '" + setting +
                             "'"};
    }
    return config.set(setting.substr(0, sign), setting.substr(sign + 1), "command line, --set");
}

}  // namespace

std::span<const KeyFlag> key_flags() {
    return kFlags;
}

base::Result<std::string, std::string> settings_file(const std::string& named) {
    // A file with the usual name is read even if it is a dangling link, which then is an error and
    // does not count as an absent file.
    if (!named.empty()) return named;
    return TRY(is_there(kUsualFile)) ? std::string(kUsualFile) : std::string();
}

GatheredSettings gather_settings(const SettingsInput& given, const char* const* environment) {
    GatheredSettings gathered;
    Config& config = gathered.config;
    add(gathered.mistakes, read_file(config, given.file));
    add(gathered.mistakes, config.read_environment(environment));
    for (const auto& [flag, value] : given.flags)
        add(gathered.mistakes, set_flag(config, flag, value));
    for (const std::string& setting : given.sets)
        add(gathered.mistakes, set(config, setting));
    return gathered;
}

}  // namespace botcore::host
