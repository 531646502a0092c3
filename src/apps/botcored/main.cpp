/// The main program of botcored: it only reads the command line and starts the daemon.

#include "apps/botcored/daemon.hpp"
#include "apps/wiring/command_line_error.hpp"
#include "apps/wiring/start_check.hpp"
#include "base/result.hpp"
#include "build_info.hpp"
#include "host/data_owner.hpp"
#include "host/given_settings.hpp"
#include "observability/metric_table.hpp"
#include "observability/redact.hpp"
#include "observability/stack_trace.hpp"
#include "operations/alert_rules.hpp"

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <sysexits.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <utility>

namespace {

using botcore::host::Config;

void complain(const std::string& text) {
    std::cerr << "botcored: " << botcore::observability::redact(text) << "\n";
}

/// Runs the checks of `botctl config check` before anything is created.
bool settings_are_good(const Config& config, const std::filesystem::path& data) {
    // If something else is in the place of the data folder, the code that opens the folder reports
    // it.
    std::error_code error;
    if (std::filesystem::exists(data, error) && !std::filesystem::is_directory(data, error)) {
        return true;
    }
    const auto mistakes = botcore::apps::start_errors(config, data);
    for (const std::string& mistake : mistakes)
        complain(mistake);
    return mistakes.empty();
}

/// Configuration and arguments may be readable by root only; from here on the process runs as the
/// owner of the data folder.
int run_as_owner(const Config& config, botcore::apps::DaemonPaths paths) {
    const auto became = botcore::host::become_owner_of(paths.data);
    if (!became) {
        std::cerr << "botcored: " << became.error() << "\n";
        return EX_NOPERM;
    }
    paths.note = became.value();
    if (!settings_are_good(config, paths.data)) return EX_CONFIG;
    return botcore::apps::run_daemon(config, paths);
}

struct CommandLine {
    botcore::apps::DaemonPaths paths{
        .data = "./var", .ready_file = {}, .note = {}, .read_config = {}};
    botcore::host::SettingsInput settings;
    std::map<std::string, std::string> flags;
};

void add_options(CLI::App& app, CommandLine& line) {
    namespace build_info = botcore::build_info;
    app.set_version_flag(
        "--version",
        std::string(build_info::kVersion) + " (" + std::string(build_info::kCommit) + ")");
    app.add_option("--data", line.paths.data, "Folder of the daemon's state")
        ->capture_default_str();
    app.add_option(
        "--config", line.settings.file, "Configuration file (default: botcore.toml if it exists)");
    app.add_option("--ready-file",
                   line.paths.ready_file,
                   "A file that is written as JSON when the API listens");
    app.add_flag_callback(
        "--print-metrics-reference",
        [] {
            std::cout << botcore::observability::metrics_reference();
            throw CLI::Success();
        },
        "Print docs/metrics.md and end");
    app.add_flag_callback(
        "--print-prometheus-rules",
        [] {
            std::cout << botcore::operations::prometheus_rules();
            throw CLI::Success();
        },
        "Print deploy/prometheus/alerts.yml and end");
    for (const auto& [flag, key] : botcore::host::key_flags()) {
        for (const auto& known : botcore::host::config_keys()) {
            if (known.name != key) continue;
            app.add_option(std::string(flag),
                           line.flags[std::string(flag)],
                           std::string(known.meaning) + " [" + std::string(known.fallback) + "]");
        }
    }
    app.add_option(
           "--set", line.settings.sets, "KEY=VALUE: any key of the configuration; may be repeated")
        ->allow_extra_args(false);
    app.footer(
        "Every key of the configuration can also be set as BOTCORE_SECTION_KEY; "
        "`botctl config check` lists them.");
}

/// Reads the configuration for a reload; all errors are reported together.
botcore::base::Result<Config, std::string> read_config(
    const botcore::host::SettingsInput& settings) {
    auto gathered = botcore::host::gather_settings(settings, environ);
    auto mistakes = std::move(gathered.mistakes);
    // A reload runs on the loop's thread and must not wait for an archive. Its settings take effect
    // at the next start, which checks them.
    if (mistakes.empty()) mistakes = botcore::apps::setting_errors(gathered.config);
    if (mistakes.empty()) return std::move(gathered.config);
    std::string text;
    for (const std::string& mistake : mistakes)
        text += (text.empty() ? "" : "; ") + mistake;
    return botcore::base::Failure{std::move(text)};
}

/// Runs before any other file is opened.
void prepare_process() {
    botcore::observability::install_crash_trace();
    // If descriptor 0, 1 or 2 were closed, the next opened file would get its number, and messages
    // would be written into that file.
    int descriptor = 0;
    while (descriptor >= 0 && descriptor <= STDERR_FILENO)
        descriptor = ::open("/dev/null", O_RDWR);
    if (descriptor >= 0) (void)::close(descriptor);
    // The reader of the greeting may have closed the pipe; a SIGHUP before the daemon handles
    // reloads needs no reload.
    (void)std::signal(SIGPIPE, SIG_IGN);
    (void)std::signal(SIGHUP, SIG_IGN);
}

}  // namespace

int main(int argc, char** argv) {
    prepare_process();
    CLI::App app(
        "botcored: the trading core. Without options: a paper account, generated prices, state in "
        "./var, the API on 127.0.0.1:8080.",
        "botcored");
    CommandLine line;
    add_options(app, line);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return botcore::apps::refuse_command_line(app, error);
    }
    for (const auto& [flag, text] : line.flags)
        if (app.count(flag) > 0) line.settings.flags.emplace_back(flag, text);
    const auto gathered = botcore::host::gather_settings(line.settings, environ);
    for (const std::string& mistake : gathered.mistakes)
        complain(mistake);
    if (!gathered.mistakes.empty()) return EX_CONFIG;
    line.paths.read_config = [settings = line.settings] { return read_config(settings); };
    return run_as_owner(gathered.config, line.paths);
}
