// kill -9 of the real daemon under load, restart, check: ./dev crash.
//
//   botcore_crash [--kills N] [--seed S] [--json FILE] [--dir FOLDER] [--program BOTCORED]
//
// With --dir each call is written to the log before it is sent, so that a run that was stopped
// continues when it is started again with the same folder.

#include "apps/wiring/command_line_error.hpp"
#include "tests/crash/crash_run.hpp"
#include "tests/crash/figure_report.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>

namespace {

using namespace botcore;
using crash::AimKind;

crash::FigureReport report_of(const crash::CrashFigures& figures) {
    crash::FigureReport report("crash");
    const auto count = [&](const char* name, std::uint64_t value, AimKind kind) {
        report.add({.name = name,
                    .value = static_cast<double>(value),
                    .unit = "",
                    .kind = kind,
                    .aim = 0});
    };
    count("crash_kills", figures.kills, AimKind::None);
    count("crash_lost", figures.lost, AimKind::AtMost);
    count("crash_doubled", figures.doubled, AimKind::AtMost);
    count("crash_wrong", figures.wrong, AimKind::AtMost);
    count("crash_orders", figures.orders, AimKind::None);
    count("crash_acknowledged", figures.acknowledged, AimKind::None);
    count("crash_in_doubt", figures.in_doubt, AimKind::None);
    if (!figures.restart_ms.empty()) {
        report.add({.name = "crash_restart_p50_ms",
                    .value = crash::median(figures.restart_ms),
                    .unit = "ms"});
        report.add({.name = "crash_restart_max_ms",
                    .value = *std::ranges::max_element(figures.restart_ms),
                    .unit = "ms"});
    }
    for (const std::string& failure : figures.failures)
        report.fail(failure);
    if (figures.lost + figures.doubled + figures.wrong > 0 && figures.failures.empty()) {
        report.fail("records were lost, duplicated or wrong");
    }
    return report;
}

}  // namespace

int main(int count, char** words) {
    CLI::App app("Kills the daemon under load, restarts it and checks it.", "botcore_crash");
    crash::CrashOptions options;
    std::string json;
    app.add_option("--kills", options.kills, "How often to kill it")->capture_default_str();
    app.add_option("--seed", options.seed, "The seed of the load")->capture_default_str();
    app.add_option("--json", json, "Write the figures to this file");
    app.add_option("--dir", options.folder, "Continue the run in this folder");
    app.add_option("--program", options.program, "The daemon: another botcored");
    try {
        app.parse(count, words);
    } catch (const CLI::ParseError& error) {
        return apps::refuse_command_line(app, error);
    }
    std::optional<crash::TemporaryFolder> temporary;
    if (options.folder.empty()) {
        temporary.emplace();
        options.folder = temporary->path() / "crash";
    }
    const auto folder = options.folder;
    const auto figures = crash::CrashRun(options).run();
    const auto report = report_of(figures);
    report.print();
    if (!json.empty() && !report.write_json(json)) {
        std::fprintf(stderr, "cannot write %s\n", json.c_str());
        return 1;
    }
    if (report.failures().empty()) return 0;
    if (temporary) {
        const auto kept = std::filesystem::path(temporary->path().string() + "-failed");
        std::filesystem::rename(folder, kept);
        std::printf("the files are in %s\n", kept.c_str());
    }
    return 1;
}
