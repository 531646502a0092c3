// kill -9 of the real daemon under load, restart, check: ./dev crash.
//
//   botcore_crash [--kills N] [--seed S] [--json FILE] [--dir FOLDER] [--program BOTCORED]
//
// With --dir each call is written to the log before it is sent, so that a run that was stopped
// continues when it is started again with the same folder.

#include "host/unknown_words.hpp"
#include "tests/crash/crash_run.hpp"
#include "tests/crash/figure_report.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace {

using namespace botcore;
using crash::AimKind;

/// The exit status that every program uses for an invalid command line.
constexpr int kUsage = 2;

/// The valid options, used to suggest one for an unknown word.
const host::KnownWords kKnown{.program = "botcore_crash",
                              .options = {"--kills", "--seed", "--json", "--dir", "--program"},
                              .commands = {}};

/// Reports the unknown option and suggests the one that may have been meant.
void complain_of(std::span<char* const> words) {
    for (const std::string_view word : words) {
        if (!word.starts_with("--") ||
            std::ranges::find(kKnown.options, word) != kKnown.options.end())
            continue;
        std::fprintf(stderr, "botcore_crash: %s\n", host::refusal_of_word(word, kKnown).c_str());
        return;
    }
}

struct Arguments {
    crash::CrashOptions run;
    std::string json;
};

bool read_number(const std::string& text, std::uint64_t& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size();
}

std::optional<Arguments> arguments_of(int count, char** words) {
    Arguments arguments;
    for (int i = 1; i < count; i += 2) {
        const std::string_view name = words[i];
        if (i + 1 == count) return std::nullopt;
        const std::string value = words[i + 1];
        bool good = true;
        if (name == "--kills") {
            good = read_number(value, arguments.run.kills);
        } else if (name == "--seed") {
            good = read_number(value, arguments.run.seed);
        } else if (name == "--json") {
            arguments.json = value;
        } else if (name == "--dir") {
            arguments.run.folder = value;
        } else if (name == "--program") {
            arguments.run.program = value;
        } else {
            good = false;
        }
        if (!good) return std::nullopt;
    }
    return arguments;
}

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
    auto arguments = arguments_of(count, words);
    if (!arguments) {
        std::fputs(
            "usage: botcore_crash [--kills N] [--seed S] [--json FILE] [--dir FOLDER] "
            "[--program BOTCORED]\n",
            stderr);
        complain_of(std::span(words, static_cast<std::size_t>(count)).subspan(1));
        return kUsage;
    }
    std::optional<crash::TemporaryFolder> temporary;
    if (arguments->run.folder.empty()) {
        temporary.emplace();
        arguments->run.folder = temporary->path() / "crash";
    }
    const auto folder = arguments->run.folder;
    const auto figures = crash::CrashRun(arguments->run).run();
    const auto report = report_of(figures);
    report.print();
    if (!arguments->json.empty() && !report.write_json(arguments->json)) {
        std::fprintf(stderr, "cannot write %s\n", arguments->json.c_str());
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
