/// botcored: wiring and command line only.

#include "apps/botcored/daemon.hpp"
#include "build_info.hpp"
#include "shell/config/config.hpp"
#include "shell/daemon/data_owner.hpp"
#include "shell/log/redact.hpp"
#include "shell/log/stack_trace.hpp"
#include "shell/metrics/metric_table.hpp"

#include <CLI/CLI.hpp>
#include <sysexits.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <vector>

namespace {

using botcore::shell::Config;

/// Flags that stand for a key of the configuration.
const std::map<std::string, std::string> kKeyFlags = {
    {"--address", "http.address"},
    {"--port", "http.port"},
    {"--market", "market.source"},
    {"--market-files", "market.files"},
    {"--market-speed", "market.speed"},
    {"--seed", "market.seed"},
    {"--deposit", "paper.deposit"},
};

int usage_error(const std::string& text) {
    std::cerr << "botcored: " << botcore::shell::log::redact(text) << "\n";
    return EX_CONFIG;
}

/// Configuration and arguments may be root's to read; from here on all is the owner's.
int run_as_owner(const Config& config, const botcore::apps::DaemonPaths& paths) {
    const auto became = botcore::shell::become_owner_of(paths.data);
    if (!became) {
        std::cerr << "botcored: " << became.error() << "\n";
        return EX_NOPERM;
    }
    if (!became.value().empty()) std::cerr << "botcored: " << became.value() << "\n";
    return botcore::apps::run_daemon(config, paths);
}

}  // namespace

int main(int argc, char** argv) {
    botcore::shell::log::install_crash_trace();
    CLI::App app(
        "botcored: the trading core. Without options: a paper account, generated prices, "
        "state in ./var, the API on 127.0.0.1:8080.");
    std::string data = "./var";
    std::string config_file;
    std::string ready_file;
    std::map<std::string, std::string> flags;
    app.set_version_flag("--version",
                         std::string(botcore::build_info::kVersion) + " (" +
                             std::string(botcore::build_info::kCommit) + ")");
    app.add_option("--data", data, "Folder of the daemon's state")->capture_default_str();
    app.add_option("--config", config_file, "Configuration file (default: botcore.toml if there)");
    app.add_option("--ready-file", ready_file, "Written as JSON once the API listens");
    app.add_flag_callback(
        "--print-metrics-reference",
        [] {
            std::cout << botcore::shell::metrics::metrics_reference();
            throw CLI::Success();
        },
        "Print docs/metrics.md and end");
    for (const auto& [flag, key] : kKeyFlags) {
        for (const auto& known : botcore::shell::config_keys()) {
            if (known.name != key) continue;
            app.add_option(flag,
                           flags[flag],
                           std::string(known.meaning) + " [" + std::string(known.fallback) + "]");
        }
    }
    std::vector<std::string> settings;
    app.add_option("--set", settings, "KEY=VALUE: any key of the configuration; repeatable")
        ->allow_extra_args(false);
    app.footer(
        "Every key of the configuration can also be set as BOTCORE_SECTION_KEY; "
        "`botctl config check` lists them.");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : EX_USAGE;
    }
    Config config;
    if (config_file.empty() && std::filesystem::exists("botcore.toml")) {
        config_file = "botcore.toml";
    }
    if (!config_file.empty()) {
        if (auto read = config.read_file(config_file); !read) return usage_error(read.error());
    }
    if (auto read = config.read_environment(environ); !read) return usage_error(read.error());
    for (const auto& [flag, text] : flags) {
        if (app.count(flag) == 0) continue;
        if (auto set = config.set(kKeyFlags.at(flag), text, flag); !set) {
            return usage_error(set.error());
        }
    }
    for (const std::string& setting : settings) {
        const std::size_t sign = setting.find('=');
        if (sign == std::string::npos) {
            return usage_error("--set expects KEY=VALUE, but '" + setting + "' came");
        }
        if (auto set = config.set(setting.substr(0, sign), setting.substr(sign + 1), "--set");
            !set) {
            return usage_error(set.error());
        }
    }
    return run_as_owner(config, {.data = data, .ready_file = ready_file});
}
