#include "tests/bench/tail_bench.hpp"

#include "tests/bench/store_bench.hpp"
#include "tests/crash/api_calls.hpp"
#include "tests/crash/daemon_process.hpp"
#include "tests/crash/order_mix.hpp"

#include <algorithm>
#include <atomic>
#include <ctime>
#include <thread>
#include <utility>

namespace botcore::bench {

namespace {

using crash::Clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kBetweenSyncs{50};
constexpr milliseconds kDrain = seconds(10);

/// The time of day `later` from now, as "HH:MM" in UTC.
std::string time_of_day(seconds later) {
    const std::time_t at =
        std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + later);
    std::tm parts{};
    (void)::gmtime_r(&at, &parts);
    std::string text(sizeof "HH:MM", '\0');
    text.resize(std::strftime(text.data(), text.size(), "%H:%M", &parts));
    return text;
}

/// Measures single syncs of the disk during its lifetime.
class SyncWatch {
public:
    explicit SyncWatch(const std::filesystem::path& folder)
        : thread_([this, folder](const std::stop_token& stop) {
              DiskBench disk(folder);
              while (!stop.stop_requested()) {
                  worst_ = std::max(worst_.load(), disk.measure(1).front());
                  std::this_thread::sleep_for(kBetweenSyncs);
              }
          }) {}

    [[nodiscard]] double worst_us() const { return worst_; }

private:
    std::atomic<double> worst_{0};
    std::jthread thread_;
};

}  // namespace

base::Result<Tail, std::string> measure_tail(const std::filesystem::path& program,
                                             const std::filesystem::path& folder,
                                             const TailEffort& effort) {
    // The daily jobs run in the first third and in the middle, provided that the run is long
    // enough.
    const auto third = std::chrono::duration_cast<seconds>(effort.length) / 3;
    crash::DaemonProcess daemon({.program = program,
                                 .data = folder / "tail",
                                 .arguments = {"--set",
                                               "reconcile.every_seconds=15",
                                               "--set",
                                               "archive.snapshot_at=" + time_of_day(third),
                                               "--set",
                                               "archive.check_at=" + time_of_day(third * 2)}});
    if (auto started = daemon.start(); !started) return base::Failure{started.error()};
    crash::TradeLog log;
    crash::OrderMix mix({.seed = 1, .kind = crash::MixKind::MarketOrders}, log);
    mix.set_token(daemon.token());
    mix.keep_latencies();
    if (auto opened = open_accounts(mix.accounts(), daemon.port(), daemon.token()); !opened) {
        return base::Failure{opened.error()};
    }
    crash::LoadClient client(daemon.port(), effort.connections, mix);
    if (auto connected = client.connect(); !connected) return base::Failure{connected.error()};
    const SyncWatch syncs(folder);
    client.run_until(Clock::now() + effort.length);
    client.drain_until(Clock::now() + kDrain);
    if (client.open_count() != effort.connections || !mix.contradictions().empty()) {
        return base::Failure{"the daemon closed connections under load: " + daemon.last_output()};
    }
    Tail tail{.order_us = std::move(mix.latencies()), .sync_worst_us = syncs.worst_us()};
    if (tail.order_us.empty()) return base::Failure{std::string("no order got a reply")};
    std::ranges::sort(tail.order_us);
    return tail;
}

}  // namespace botcore::bench
