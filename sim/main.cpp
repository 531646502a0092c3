// botsim: runs seeds through the simulated world and reports which ones broke an invariant.

#include "build_info.hpp"
#include "sim/options.hpp"
#include "sim/run.hpp"
#include "sim/world/coverage_marks.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

using botcore::build_info::kCommit;
using botcore::sim::Options;
using botcore::sim::RunResult;

constexpr std::size_t kFailuresMax = 10;
/// The exit status that every program uses for an invalid command line.
constexpr int kExitCommandLine = 2;

struct Totals {
    std::uint64_t seeds = 0;
    std::uint64_t placements = 0;
    std::uint64_t records = 0;
    std::uint64_t violations = 0;
    std::int64_t virtual_us = 0;
    std::int64_t real_us = 1;
    std::vector<std::string> failures;
};

/// What a failing CHECK prints before the program ends.
char g_replay[160] = "";

void print_replay(int /*signal*/) {
    std::fputs(g_replay, stderr);
    std::signal(SIGABRT, SIG_DFL);
    std::abort();
}

/// Real time, used only to measure speed and for --minutes.
std::int64_t real_microseconds() {
    const auto time = std::chrono::steady_clock::now();  // rule-ok: measures the run
    return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

void run_one(std::uint64_t seed, const Options& options, Totals& totals) {
    const std::string replay = botcore::sim::replay_line(seed, kCommit);
    std::snprintf(g_replay, sizeof g_replay, "%s", replay.c_str());
    const RunResult result = botcore::sim::run_seed(seed, options.trace);
    ++totals.seeds;
    totals.placements += result.placements;
    totals.records += result.records;
    totals.violations += result.violations;
    totals.virtual_us += result.virtual_time.in_microseconds();
    if (options.seed || options.trace) {
        std::printf("seed %llu: %llu events, %llu records, trace %016llx\n",
                    static_cast<unsigned long long>(seed),
                    static_cast<unsigned long long>(result.events),
                    static_cast<unsigned long long>(result.records),
                    static_cast<unsigned long long>(result.trace_hash));
    }
    if (result.violations == 0) return;
    std::fputs(replay.c_str(), stdout);
    for (const auto& text : result.texts)
        std::printf("  %s\n", text.c_str());
    std::printf("  %zu violations in seed %llu\n",
                result.violations,
                static_cast<unsigned long long>(seed));
    std::fputs(replay.c_str(), stdout);
    totals.failures.push_back("seed " + std::to_string(seed) + ": " + result.texts.front());
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out.push_back('\\');
        if (static_cast<unsigned char>(c) >= 0x20) out.push_back(c);
    }
    return out + "\"";
}

std::string figure(const char* name, std::int64_t value, const char* unit, const char* aim) {
    return quoted(name) + ":{\"value\":" + std::to_string(value) + ",\"unit\":" + quoted(unit) +
           ",\"limit\":null,\"ratio\":null,\"aim\":" + aim + ",\"ok\":true}";
}

bool write_json(const Options& options, const Totals& totals) {
    const bool ok = totals.failures.empty();
    std::string text = "{\"command\":\"sim\",\"commit\":" + quoted(kCommit) +
                       ",\"machine\":\"\",\"ok\":" + (ok ? "true" : "false") + ",\"figures\":{";
    text += figure("sim_speedup", totals.virtual_us / totals.real_us, "x", "null") + ",";
    text += figure("sim_seeds", static_cast<std::int64_t>(totals.seeds), "", "null") + ",";
    text += figure("sim_placements", static_cast<std::int64_t>(totals.placements), "", "null");
    text += ",";
    std::string violations =
        figure("sim_violations", static_cast<std::int64_t>(totals.violations), "", "0");
    if (!ok) violations.replace(violations.rfind("true"), 4, "false");
    text += violations + "},\"failures\":[";
    for (std::size_t i = 0; i < totals.failures.size(); ++i) {
        text += (i == 0 ? "" : ",") + quoted(totals.failures[i]);
    }
    text += "]}\n";
    std::FILE* file = std::fopen(options.json.c_str(), "w");
    if (file == nullptr) return false;
    const bool written = std::fputs(text.c_str(), file) >= 0;
    return std::fclose(file) == 0 && written;
}

void run_all(const Options& options, Totals& totals) {
    const std::int64_t begin = real_microseconds();
    if (options.seed) {
        run_one(*options.seed, options, totals);
    } else {
        std::printf("seeds from %llu on\n", static_cast<unsigned long long>(options.base));
        for (std::uint64_t i = 0; totals.failures.size() < kFailuresMax; ++i) {
            const std::int64_t spent = real_microseconds() - begin;
            if (options.minutes ? spent / 60'000'000 >= static_cast<std::int64_t>(*options.minutes)
                                : i == options.seeds) {
                break;
            }
            run_one(options.base + i, options, totals);
        }
    }
    totals.real_us = std::max<std::int64_t>(1, real_microseconds() - begin);
}

}  // namespace

int main(int count, char** arguments) {
    const auto read = botcore::sim::read_options({arguments + 1, arguments + count}, kCommit);
    if (!read.refusal.empty()) {
        std::fprintf(stderr, "botsim: %s; see botsim --help\n", read.refusal.c_str());
        return kExitCommandLine;
    }
    const Options& options = read.options;
    if (options.help) {
        std::fputs(std::string(botcore::sim::kUsage).c_str(), stdout);
        return 0;
    }
    std::signal(SIGABRT, print_replay);
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    Totals totals;
    run_all(options, totals);
    if (!options.seed) {
        for (const auto& name : botcore::sim::marks_missed()) {
            std::printf("never reached: %s\n", name.c_str());
        }
    }
    std::printf(
        "%llu seeds, %llu placements, %llu records, %lld virtual seconds at %lldx, "
        "%llu violations\n",
        static_cast<unsigned long long>(totals.seeds),
        static_cast<unsigned long long>(totals.placements),
        static_cast<unsigned long long>(totals.records),
        static_cast<long long>(totals.virtual_us / 1'000'000),
        static_cast<long long>(totals.virtual_us / totals.real_us),
        static_cast<unsigned long long>(totals.violations));
    if (!options.json.empty() && !write_json(options, totals)) return 74;
    return totals.failures.empty() ? 0 : 1;
}
