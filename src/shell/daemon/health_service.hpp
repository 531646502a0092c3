#pragma once

/// Everything about health and maintenance that runs beside the trading: the probes, the overall
/// state, the uptime figures and their file, the steps of maintenance windows. One `tick` drives it
/// all.
///
/// Threads: the loop thread; `write_out` for the store maintenance thread. The store probe and the
/// disk probe each have a thread of their own, since both may hang (ADR 7).

#include "shell/daemon/maintenance_scheduler.hpp"
#include "shell/health/health_monitor.hpp"
#include "shell/health/local_probes.hpp"
#include "shell/health/uptime_file.hpp"

#include <functional>
#include <string>

namespace botcore::shell {

class HealthService {
public:
    /// All references must outlive this object.
    struct Parts {
        runtime::Runtime& runtime;
        MaintenanceAnnouncer& announcer;
        ports::Store& store;
        ports::Exchange& exchange;
        const ports::MarketData& market;
        log::Log& log;
        std::function<runtime::Now()> now;
        std::function<void()> wake;  ///< Makes the loop step soon.
        health::BlockingProbe::Post post;
        /// Called for each check whose state has changed; may be empty.
        std::function<void(const protocol::HealthChange&)> changed = nullptr;
    };

    struct Options {
        base::Duration interval = base::Duration::seconds(5);
        base::Duration market_age_max = base::Duration::seconds(2);
        std::string store_path;  ///< Its disk is probed, and the uptime file lies beside it.
        std::uint64_t disk_low_bytes = 512ULL << 20U;
        operations::MaintenanceTimes maintenance;
    };

    HealthService(Options options, Parts parts);

    /// Add further probes before the first tick: a cache, an analysis service, a notifier.
    [[nodiscard]] health::HealthProber& prober() { return prober_; }

    [[nodiscard]] const health::HealthMonitor& monitor() const { return monitor_; }

    /// Whether the process refuses requests because of overload.
    void set_load(operations::Load load) { load_ = load; }

    /// Call it about four times a second.
    void tick();

    /// Writes the uptime figures if they have changed.
    void write_out() { (void)file_.write_out(); }

    /// Ends the probes and queues the figures for the last `write_out`. False: a probe hangs, and
    /// the process should exit without destroying anything.
    [[nodiscard]] bool stop();

private:
    [[nodiscard]] operations::UptimeLog read_uptime();

    Options options_;
    Parts parts_;
    operations::Load load_ = operations::Load::Normal;
    health::UptimeFile file_;
    health::HealthProber prober_;
    health::BlockingProbe store_probe_;
    health::BlockingProbe disk_probe_;
    MaintenanceScheduler scheduler_;
    health::HealthMonitor monitor_;
    base::Timestamp
        next_write_;  ///< When the figures are queued for writing next, on the steady clock.
};

}  // namespace botcore::shell
