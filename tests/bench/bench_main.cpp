// All benchmark figures, each with its limit measured in interleaved rounds: ./dev bench.
//
//   botcore_bench [--json FILE] [--only NAME] [--quick] [--cache FOLDER] [--program BOTCORED]
//
// --only runs the group of figures whose names begin with NAME. --quick only checks that everything
// can be measured: its figures are not measurements and never fail.

#include "apps/wiring/command_line_error.hpp"
#include "tests/bench/archive_bench.hpp"
#include "tests/bench/market_bench.hpp"
#include "tests/bench/overhead_bench.hpp"
#include "tests/bench/reliability_bench.hpp"
#include "tests/bench/resilience_bench.hpp"
#include "tests/bench/store_bench.hpp"
#include "tests/bench/tail_bench.hpp"
#include "tests/crash/api_calls.hpp"
#include "tests/crash/daemon_process.hpp"
#include "tests/crash/figure_report.hpp"
#include "tests/crash/order_mix.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace {

using namespace botcore;
using crash::AimKind;
using crash::Clock;
using crash::Figure;
using crash::median;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct Options {
    std::string json;
    std::string only;
    std::filesystem::path cache;
    std::filesystem::path program;
    bool quick = false;

    [[nodiscard]] bool wants(std::string_view group) const {
        return only.empty() || group.find(only) != std::string_view::npos;
    }
};

/// How much work each measurement does.
struct Effort {
    int rounds = 7;
    int syncs = 400;
    int turns_1 = 250;
    int turns_64 = 40;
    milliseconds load = milliseconds(1'200);
    int restarts = 15;
    int calls = 2'000'000;
    bench::OverheadEffort overhead;
    bench::BackupEffort backup;
    bench::TailEffort tail;
    milliseconds health = seconds(20);
    std::uint64_t history_short = 1'000;
    std::uint64_t history_long = 1'000'000;
};

constexpr Effort kQuick = {.rounds = 1,
                           .syncs = 50,
                           .turns_1 = 20,
                           .turns_64 = 4,
                           .load = milliseconds(200),
                           .restarts = 1,
                           .calls = 10'000,
                           .overhead = {.pairs = 4, .orders = 10, .warm_up = 20},
                           .backup = {.pairs = 2, .each = milliseconds(200)},
                           .tail = {.connections = 8, .length = milliseconds(500)},
                           .health = milliseconds(500),
                           .history_short = 100,
                           .history_long = 2'000};

class Bench {
public:
    Bench(Options options, crash::FigureReport& report)
        : options_(std::move(options)),
          report_(report),
          effort_(options_.quick ? kQuick : Effort{}) {}

    void run() {
        constexpr std::string_view kOrders =
            "fdatasync_p50_us store_commit_p50_us order_durable_p50_us order_durable_per_s_1 "
            "order_durable_per_s_8 order_durable_per_s_64 store_orders_per_s_64 rss_mb";
        if (options_.wants(kOrders)) orders();
        if (options_.wants("market_messages_per_s")) market();
        if (options_.wants("empty_call_ns breaker_closed_ns pipeline_five_ns")) resilience();
        if (options_.wants("reliability_overhead_p50_pct reliability_overhead_high_pct"))
            overhead();
        if (options_.wants("alerts_overhead_p50_pct alerts_overhead_high_pct")) alerts_overhead();
        if (options_.wants("health_p99_ms")) health();
        if (options_.wants("restart_ms_1k restart_ms_1m restart_ms_growth")) restarts();
        if (options_.wants("rto_s rto_checked_s")) restores();
        if (options_.wants("backup_p99_change_pct")) backups();
        if (options_.wants("reader_p99_ratio")) readers();
        if (options_.wants("order_p99_ms_tail order_p999_ms_tail order_worst_ms_tail")) tail();
    }

private:
    struct Rates {
        std::vector<double> per_second;
        std::vector<double> p50_us;
    };

    void orders();
    [[nodiscard]] bool load(crash::DaemonProcess& daemon, std::size_t connections, Rates& rates);
    void report_orders(std::map<std::size_t, Rates>& rates,
                       std::map<std::size_t, Rates>& store,
                       double sync_us);
    void market();
    void resilience();
    void overhead();
    void alerts_overhead();
    void health();
    void restarts();
    void restores();
    void backups();
    void readers();
    void tail();
    /// Long histories are stored for later runs.
    [[nodiscard]] std::filesystem::path history_folder() const;
    [[nodiscard]] bool ship_archive(const std::filesystem::path& folder);
    [[nodiscard]] std::optional<double> restart_ms(const std::filesystem::path& folder);

    Options options_;
    crash::FigureReport& report_;
    Effort effort_;
    crash::TemporaryFolder folder_;
    crash::TradeLog log_;
    std::unique_ptr<crash::OrderMix> mix_;
};

void Bench::orders() {
    bench::DiskBench disk(folder_.path());
    bench::StoreBench store_1(folder_.path() / "store-1", 1, effort_.rounds, effort_.turns_1);
    bench::StoreBench store_64(folder_.path() / "store-64", 64, effort_.rounds, effort_.turns_64);
    crash::DaemonProcess daemon(
        {.program = options_.program, .data = folder_.path() / "daemon", .arguments = {}});
    if (auto started = daemon.start(); !started) return report_.fail(started.error());
    mix_ = std::make_unique<crash::OrderMix>(
        crash::MixOptions{.seed = 1, .kind = crash::MixKind::MarketOrders}, log_);
    mix_->set_token(daemon.token());
    mix_->keep_latencies();
    if (auto opened = open_accounts(mix_->accounts(), daemon.port(), daemon.token()); !opened) {
        return report_.fail(opened.error());
    }
    std::vector<double> syncs;
    std::map<std::size_t, Rates> rates;
    std::map<std::size_t, Rates> store;
    for (int round = 0; round < effort_.rounds; ++round) {
        syncs.push_back(median(disk.measure(effort_.syncs)));
        const double one = median(store_1.measure());
        store[1].p50_us.push_back(one);
        store[1].per_second.push_back(1e6 / one);
        if (!load(daemon, 1, rates[1]) || !load(daemon, 8, rates[8])) return;
        store[64].per_second.push_back(64e6 / median(store_64.measure()));
        if (!load(daemon, 64, rates[64])) return;
    }
    report_orders(rates, store, median(syncs));
    report_.add({.name = "rss_mb",
                 .value = daemon.resident_mib(),
                 .unit = "MiB",
                 .kind = AimKind::AtMost,
                 .aim = 100,
                 .note = "after " + std::to_string(mix_->orders_done()) + " orders"});
}

bool Bench::load(crash::DaemonProcess& daemon, std::size_t connections, Rates& rates) {
    crash::LoadClient client(daemon.port(), connections, *mix_);
    if (auto connected = client.connect(); !connected) {
        report_.fail(connected.error());
        return false;
    }
    client.run_until(Clock::now() + effort_.load / 6);  // Warm-up.
    mix_->latencies().clear();
    const std::uint64_t before = mix_->orders_done();
    const auto start = Clock::now();
    client.run_until(start + effort_.load);
    const double taken = std::chrono::duration<double>(Clock::now() - start).count();
    rates.per_second.push_back(static_cast<double>(mix_->orders_done() - before) / taken);
    rates.p50_us.push_back(median(mix_->latencies()));
    client.drain_until(Clock::now() + seconds(10));
    if (client.open_count() == connections && mix_->contradictions().empty()) return true;
    report_.fail("the daemon closed connections under load: " + daemon.last_output());
    return false;
}

void Bench::report_orders(std::map<std::size_t, Rates>& rates,
                          std::map<std::size_t, Rates>& store,
                          double sync_us) {
    const double commit_us = median(store[1].p50_us);
    const double store_64 = median(store[64].per_second);
    report_.add({.name = "fdatasync_p50_us", .value = sync_us, .unit = "us"});
    report_.add({.name = "store_commit_p50_us",
                 .value = commit_us,
                 .unit = "us",
                 .limit = 2 * sync_us,
                 .note = "both commits of one order; limit: two syncs"});
    report_.add({.name = "order_durable_p50_us",
                 .value = median(rates[1].p50_us),
                 .unit = "us",
                 .limit = commit_us,
                 .kind = AimKind::AtMost,
                 .aim = 2 * commit_us});
    report_.add({.name = "order_durable_per_s_1",
                 .value = median(rates[1].per_second),
                 .unit = "orders/s",
                 .limit = median(store[1].per_second)});
    report_.add({.name = "order_durable_per_s_8",
                 .value = median(rates[8].per_second),
                 .unit = "orders/s"});
    report_.add({.name = "store_orders_per_s_64", .value = store_64, .unit = "orders/s"});
    report_.add({.name = "order_durable_per_s_64",
                 .value = median(rates[64].per_second),
                 .unit = "orders/s",
                 .limit = store_64,
                 .kind = AimKind::AtLeast,
                 .aim = std::max(15'000.0, 0.6 * store_64)});
    report_.add({.name = "order_p50_us_64", .value = median(rates[64].p50_us), .unit = "us"});
}

void Bench::market() {
    const char* data = std::getenv("BOTTEST_DATA");
    if (data == nullptr) {
        std::puts("market_messages_per_s: not measured, BOTTEST_DATA is not set");
        return;
    }
    std::vector<std::string> files;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(data) / "streams")) {
        const bool spot = entry.path().filename().string().starts_with("spot-");
        if (entry.path().string().ends_with(".raw.gz") && (!options_.quick || spot)) {
            files.push_back(entry.path());
        }
    }
    std::ranges::sort(files);
    if (options_.quick) files.resize(std::min<std::size_t>(files.size(), 1));
    const auto figures = bench::measure_market(files, effort_.rounds);
    report_.add({.name = "market_messages_per_s",
                 .value = median(figures.per_second),
                 .unit = "messages/s",
                 .limit = median(figures.limit_per_second),
                 .kind = AimKind::AtLeast,
                 .aim = 500'000,
                 .note = std::to_string(figures.messages) + " recorded messages"});
    if (figures.refused + figures.gaps > 0) {
        report_.fail("of the recorded messages " + std::to_string(figures.refused) +
                     " were refused, " + std::to_string(figures.gaps) + " gaps were found");
    }
}

void Bench::resilience() {
    const auto figures = bench::measure_resilience(effort_.rounds, effort_.calls);
    const double empty = median(figures.empty_ns);
    report_.add({.name = "empty_call_ns", .value = empty, .unit = "ns"});
    report_.add({.name = "breaker_closed_ns",
                 .value = median(figures.breaker_ns) - empty,
                 .unit = "ns",
                 .kind = AimKind::AtMost,
                 .aim = 10,
                 .note = "over an empty call"});
    report_.add({.name = "pipeline_five_ns",
                 .value = median(figures.pipeline_ns) - empty,
                 .unit = "ns",
                 .kind = AimKind::AtMost,
                 .aim = 60,
                 .note = "over an empty call"});
}

std::string note_of(const std::vector<double>& pairs) {
    const auto [low, high] = bench::interval_of_median(pairs);
    std::array<char, 80> note{};
    (void)std::snprintf(note.data(),
                        note.size(),
                        "%zu pairs, 95 %% interval %+.2f to %+.2f",
                        pairs.size(),
                        low,
                        high);
    return note.data();
}

void Bench::overhead() {
    const auto percent = bench::measure_overhead(
        folder_.path() / "overhead", effort_.overhead, bench::Mechanisms::On);
    if (!percent) return report_.fail(percent.error());
    report_.add({.name = "reliability_overhead_p50_pct",
                 .value = median(percent.value()),
                 .unit = "%",
                 .kind = AimKind::AtMost,
                 .aim = 1,
                 .note = note_of(percent.value())});
    report_.add({.name = "reliability_overhead_high_pct",
                 .value = bench::interval_of_median(percent.value()).high,
                 .unit = "%",
                 .kind = AimKind::AtMost,
                 .aim = 5,
                 .note = "the upper bound of that interval"});
}

void Bench::alerts_overhead() {
    auto effort = effort_.overhead;
    effort.pairs = std::max(4, effort.pairs / 5);
    effort.orders *= 5;  // A block lasts longer than the time between two evaluations.
    const auto percent =
        bench::measure_overhead(folder_.path() / "alerts", effort, bench::Mechanisms::Alerts);
    if (!percent) return report_.fail(percent.error());
    report_.add({.name = "alerts_overhead_p50_pct",
                 .value = median(percent.value()),
                 .unit = "%",
                 .note = note_of(percent.value())});
    report_.add({.name = "alerts_overhead_high_pct",
                 .value = bench::interval_of_median(percent.value()).high,
                 .unit = "%",
                 .kind = AimKind::AtMost,
                 .aim = 5,
                 .note = "the upper bound of that interval, with a dead receiver"});
}

void Bench::health() {
    auto times = bench::measure_health(options_.program, folder_.path(), effort_.health);
    if (!times) return report_.fail(times.error());
    std::vector<double> sorted = std::move(times).value();
    std::ranges::sort(sorted);
    report_.add({.name = "health_p99_ms",
                 .value = sorted[sorted.size() * 99 / 100],
                 .unit = "ms",
                 .kind = AimKind::AtMost,
                 .aim = 1,
                 .note = "200 a second while the analysis service and the cache hang"});
}

std::filesystem::path Bench::history_folder() const {
    if (options_.quick || options_.cache.empty()) return folder_.path();
    return std::filesystem::absolute(options_.cache);
}

void Bench::restarts() {
    const auto folder = history_folder();
    const auto few = folder / "history-1k";
    const auto many = folder / "history-1m";
    bench::make_history(few, effort_.history_short);
    bench::make_history(many, effort_.history_long);
    if (!ship_archive(few) || !ship_archive(many)) return;
    std::vector<double> after_few;
    std::vector<double> after_many;
    for (int round = 0; round < effort_.restarts; ++round) {
        const auto one = restart_ms(few);
        const auto other = restart_ms(many);
        if (!one || !other) return;
        after_few.push_back(*one);
        after_many.push_back(*other);
    }
    const double ms_few = median(after_few);
    const double ms_many = median(after_many);
    report_.add({.name = "restart_ms_1k",
                 .value = ms_few,
                 .unit = "ms",
                 .kind = AimKind::AtMost,
                 .aim = 1'000,
                 .note = std::to_string(effort_.history_short) + " past trades"});
    report_.add({.name = "restart_ms_1m",
                 .value = ms_many,
                 .unit = "ms",
                 .limit = ms_few,
                 .kind = AimKind::AtMost,
                 .aim = 1'000,
                 .note = std::to_string(effort_.history_long) + " past trades"});
    // A start takes some 20 ms: comparing the fastest starts excludes other load of the machine.
    const double least_few = *std::ranges::min_element(after_few);
    const double least_many = *std::ranges::min_element(after_many);
    report_.add({.name = "restart_ms_growth",
                 .value = 100 * std::abs(least_many / least_few - 1),
                 .unit = "%",
                 .kind = AimKind::AtMost,
                 .aim = 20});
}

void Bench::restores() {
    const auto many = history_folder() / "history-1m";
    bench::make_history(many, effort_.history_long);
    const auto times =
        bench::measure_restore(many / "data" / "botcore.db", folder_.path() / "restore");
    if (!times) return report_.fail("the store was not restored from its archive");
    const std::string note = std::to_string(effort_.history_long) + " past trades, " +
                             std::to_string(times->bytes >> 20U) + " MiB";
    report_.add({.name = "rto_s",
                 .value = times->fetch_s,
                 .unit = "s",
                 .kind = AimKind::AtMost,
                 .aim = 10,
                 .note = note});
    report_.add({.name = "rto_checked_s",
                 .value = times->restore_s,
                 .unit = "s",
                 .kind = AimKind::AtMost,
                 .aim = 60,
                 .note = note + ", every row rebuilt"});
}

void Bench::backups() {
    const auto many = history_folder() / "history-1m";
    bench::make_history(many, effort_.history_long);
    const auto percent = bench::measure_backup(
        options_.program, many / "data" / "botcore.db", folder_.path(), effort_.backup);
    if (!percent) return report_.fail(percent.error());
    report_.add({.name = "backup_p99_change_pct",
                 .value = median(percent.value()),
                 .unit = "%",
                 .kind = AimKind::AtMost,
                 .aim = 10,
                 .note = note_of(percent.value())});
}

void Bench::readers() {
    const auto ratios = bench::measure_readers(options_.program, folder_.path(), effort_.backup);
    if (!ratios) return report_.fail(ratios.error());
    report_.add({.name = "reader_p99_ratio",
                 .value = median(ratios.value()),
                 .unit = "x",
                 .kind = AimKind::AtMost,
                 .aim = 3,
                 .note = note_of(ratios.value())});
}

/// Ten minutes with all regular jobs of a day.
void Bench::tail() {
    const auto measured = bench::measure_tail(options_.program, folder_.path(), effort_.tail);
    if (!measured) return report_.fail(measured.error());
    const auto& all = measured.value().order_us;
    const auto at = [&](std::size_t per_mille) {
        return all[std::min(all.size() - 1, all.size() * per_mille / 1'000)] / 1'000;
    };
    const double sync_ms = measured.value().sync_worst_us / 1'000;
    report_.add({.name = "order_p50_ms_tail", .value = at(500), .unit = "ms"});
    report_.add({.name = "order_p99_ms_tail", .value = at(990), .unit = "ms"});
    report_.add({.name = "order_p999_ms_tail", .value = at(999), .unit = "ms"});
    report_.add({.name = "order_worst_ms_tail",
                 .value = all.back() / 1'000,
                 .unit = "ms",
                 .limit = sync_ms,
                 .kind = AimKind::AtMost,
                 .aim = std::max(250.0, 3 * sync_ms),
                 .note = std::to_string(all.size()) +
                         " orders beside comparisons, archive, snapshot and check; limit: the "
                         "worst sync of these minutes"});
}

/// The time from exec until ready; then the process is killed, so that the next start is a recovery
/// as well.
/// Lets a daemon ship the history to its archive, as it is shipped in a system that has run.
/// Without this, each start would ship all records beside what is measured.
bool Bench::ship_archive(const std::filesystem::path& folder) {
    crash::DaemonProcess daemon(
        {.program = options_.program, .data = folder / "data", .arguments = {}});
    if (auto started = daemon.start(); !started) {
        std::filesystem::remove(folder / "complete");
        report_.fail(started.error());
        return false;
    }
    constexpr auto kShippedWithin = std::chrono::minutes(3);
    constexpr std::string_view kShipped = R"("archive":{"status":"healthy")";
    const bool shipped = crash::wait_until(kShippedWithin, [&] {
        const auto answer = daemon.ask(crash::read("/health"));
        return answer && answer->body.find(kShipped) != std::string::npos;
    });
    if (shipped) return daemon.terminate() == 0;
    report_.fail("the history was not shipped to its archive within three minutes");
    return false;
}

std::optional<double> Bench::restart_ms(const std::filesystem::path& folder) {
    crash::DaemonProcess daemon(
        {.program = options_.program, .data = folder / "data", .arguments = {}});
    if (auto started = daemon.start(); !started) {
        // The file is from an earlier version of the program; the next run creates it again.
        std::filesystem::remove(folder / "complete");
        report_.fail(started.error());
        return std::nullopt;
    }
    return std::chrono::duration<double, std::milli>(daemon.start_time()).count();
}

}  // namespace

int main(int count, char** words) {
    CLI::App app("Measures all figures and compares each with its limit.", "botcore_bench");
    Options options;
    app.add_option("--json", options.json, "Write the figures to this file");
    app.add_option("--only", options.only, "Only the group with a figure of this name");
    app.add_flag("--quick", options.quick, "Only check that everything can be measured");
    app.add_option("--cache", options.cache, "The folder of the histories");
    app.add_option("--program", options.program, "The daemon: another botcored");
    try {
        app.parse(count, words);
    } catch (const CLI::ParseError& error) {
        return apps::refuse_command_line(app, error);
    }
    if (options.cache.empty()) {
        options.cache = crash::program_beside_us("").parent_path().parent_path() / "bench-history";
    }
    crash::FigureReport report("bench");
    Bench(options, report).run();
    if (!options.quick) report.fail_on_aims();
    report.print();
    if (!options.json.empty() && !report.write_json(options.json)) {
        std::fprintf(stderr, "cannot write %s\n", options.json.c_str());
        return 1;
    }
    return report.failures().empty() ? 0 : 1;
}
