/// botcored: wiring and command line only.

#include "apps/botcored/daemon.hpp"
#include "base/result.hpp"
#include "build_info.hpp"
#include "shell/config/config.hpp"
#include "shell/daemon/data_owner.hpp"
#include "shell/log/redact.hpp"
#include "shell/log/stack_trace.hpp"
#include "shell/metrics/metric_table.hpp"

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <sysexits.h>
#include <unistd.h>

#include <csignal>
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
int run_as_owner(const Config& config, botcore::apps::DaemonPaths paths) {
    const auto became = botcore::shell::become_owner_of(paths.data);
    if (!became) {
        std::cerr << "botcored: " << became.error() << "\n";
        return EX_NOPERM;
    }
    paths.note = became.value();
    return botcore::apps::run_daemon(config, paths);
}

/// What the command line says of the configuration.
struct Arguments {
    std::string config_file;                   ///< Empty: botcore.toml if there.
    std::map<std::string, std::string> flags;  ///< Those that were given, of kKeyFlags.
    std::vector<std::string> settings;         ///< KEY=VALUE
};

botcore::base::Outcome<std::string> set_all(Config& config, const Arguments& arguments) {
    for (const auto& [flag, text] : arguments.flags)
        TRY(config.set(kKeyFlags.at(flag), text, flag));
    for (const std::string& setting : arguments.settings) {
        const std::size_t sign = setting.find('=');
        if (sign == std::string::npos) {
            return botcore::base::Failure{"--set expects KEY=VALUE, but '" + setting + "' came"};
        }
        TRY(config.set(setting.substr(0, sign), setting.substr(sign + 1), "--set"));
    }
    return botcore::base::Done{};
}

botcore::base::Result<Config, std::string> read_config(const Arguments& arguments) {
    Config config;
    std::string file = arguments.config_file;
    if (file.empty() && std::filesystem::exists("botcore.toml")) file = "botcore.toml";
    if (!file.empty()) TRY(config.read_file(file));
    TRY(config.read_environment(environ));
    TRY(set_all(config, arguments));
    return config;
}

/// Before anything else is opened.
void prepare_process() {
    botcore::shell::log::install_crash_trace();
    // A closed descriptor 0, 1 or 2 would be given to the next file, and messages would be written
    // into it.
    int descriptor = 0;
    while (descriptor >= 0 && descriptor <= STDERR_FILENO)
        descriptor = ::open("/dev/null", O_RDWR);
    if (descriptor >= 0) (void)::close(descriptor);
    // Whoever reads the greeting may be gone; a reload that comes before the daemon awaits it is
    // part of the start.
    (void)std::signal(SIGPIPE, SIG_IGN);
    (void)std::signal(SIGHUP, SIG_IGN);
}

}  // namespace

int main(int argc, char** argv) {
    prepare_process();
    CLI::App app(
        "botcored: the trading core. Without options: a paper account, generated prices, "
        "state in ./var, the API on 127.0.0.1:8080.");
    std::string data = "./var";
    Arguments arguments;
    std::string ready_file;
    std::map<std::string, std::string> flags;
    app.set_version_flag("--version",
                         std::string(botcore::build_info::kVersion) + " (" +
                             std::string(botcore::build_info::kCommit) + ")");
    app.add_option("--data", data, "Folder of the daemon's state")->capture_default_str();
    app.add_option(
        "--config", arguments.config_file, "Configuration file (default: botcore.toml if there)");
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
    app.add_option(
           "--set", arguments.settings, "KEY=VALUE: any key of the configuration; repeatable")
        ->allow_extra_args(false);
    app.footer(
        "Every key of the configuration can also be set as BOTCORE_SECTION_KEY; "
        "`botctl config check` lists them.");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : EX_USAGE;
    }
    for (const auto& [flag, text] : flags) {
        if (app.count(flag) > 0) arguments.flags.emplace(flag, text);
    }
    const auto config = read_config(arguments);
    if (!config) return usage_error(config.error());
    return run_as_owner(
        config.value(),
        {.data = data, .ready_file = ready_file, .note = {}, .read_config = [arguments] {
             return read_config(arguments);
         }});
}
