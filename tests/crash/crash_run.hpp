#pragma once

/// Repeated kill -9 under load, with every acknowledged reply checked after each restart.
///
///   load ──5 to 200 ms──> kill -9 ──> (audit of the files) ──> restart ──> repeat keys ──> load …
///
/// One restart in eight is itself killed while starting.

#include "tests/crash/daemon_process.hpp"
#include "tests/crash/order_mix.hpp"
#include "tests/crash/store_audit.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace botcore::crash {

struct CrashOptions {
    std::uint64_t kills = 1'000;
    std::uint64_t seed = 1;
    std::filesystem::path folder;   ///< The daemon's data and the log of calls.
    std::filesystem::path program;  ///< Empty: botcored beside this program.
    std::uint64_t audit_every = 50;
};

struct CrashFigures {
    std::uint64_t kills = 0;
    std::uint64_t lost = 0;
    std::uint64_t doubled = 0;
    std::uint64_t wrong = 0;
    std::uint64_t in_doubt = 0;      ///< Requests that were in progress at a kill.
    std::uint64_t acknowledged = 0;  ///< Replies that were compared with the daemon's later state.
    std::uint64_t orders = 0;
    std::vector<double> restart_ms;
    std::vector<std::string> failures;
};

class CrashRun {
public:
    explicit CrashRun(CrashOptions options);

    /// Runs until all kills are done, or until a failure makes further kills pointless.
    CrashFigures run();

private:
    [[nodiscard]] bool prepare();
    [[nodiscard]] bool start();
    void load_and_kill();
    void kill_on_the_way_up();
    [[nodiscard]] bool settle_doubts();
    void ask_samples();
    void look_at_orders();
    void look_at(CallRecord& record);
    void audit();
    void run_again(const std::vector<TradeLog::Id>& ids);
    void note_contradictions();
    void save_progress() const;
    void print_progress() const;
    void fail(std::string what);

    CrashOptions options_;
    base::Random random_;
    TradeLog log_;
    OrderMix mix_;
    DaemonProcess daemon_;
    CrashFigures figures_;
    std::size_t contradictions_seen_ = 0;
};

}  // namespace botcore::crash
