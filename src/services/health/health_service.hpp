#pragma once

/// Everything about health that runs beside the trading: the probes, the overall state, the uptime
/// figures and their file. One `tick` drives it all.
///
/// Threads: the loop thread; `write_out` for the store maintenance thread. The store probe and the
/// disk probe each have a thread of their own, since both may hang (ADR 7).

#include "services/health/health_monitor.hpp"
#include "services/health/local_probes.hpp"
#include "services/health/uptime_file.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace botcore::health {

class HealthService {
public:
    /// All references must outlive this object.
    struct Parts {
        runtime::Runtime& runtime;
        ports::Store& store;
        ports::Exchange& exchange;
        const ports::MarketData& market;
        observability::Log& log;
        std::function<model::Now()> now;
        std::function<void()> wake;  ///< Makes the loop step soon.
        host::BlockingProbe::Post post;
        /// What maintenance means for the uptime; see `HealthMonitor::Parts`.
        std::function<bool(base::Timestamp)> planned;
        std::function<std::optional<operations::Period>(operations::Period)> announced;
        std::function<bool(base::Timestamp)> outage;
        /// Called for each check whose state has changed; may be empty.
        std::function<void(const protocol::HealthChange&)> changed = nullptr;
    };

    struct Options {
        base::Duration interval = base::Duration::seconds(5);
        base::Duration market_age_max = base::Duration::seconds(2);
        std::string store_path;  ///< Its disk is probed, and the uptime file lies beside it.
        std::uint64_t disk_low_bytes = 512ULL << 20U;
        bool cache_is_remote = false;  ///< A cache inside the process has no uptime figures.
    };

    HealthService(Options options, Parts parts);

    /// Add further probes before the first tick: a cache, an analysis service, a notifier.
    [[nodiscard]] host::HealthProber& prober() { return prober_; }

    [[nodiscard]] const HealthMonitor& monitor() const { return monitor_; }

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
    [[nodiscard]] operations::ServiceUptimes read_uptime();

    Options options_;
    Parts parts_;
    operations::Load load_ = operations::Load::Normal;
    UptimeFile file_;
    host::HealthProber prober_;
    host::BlockingProbe store_probe_;
    host::BlockingProbe disk_probe_;
    HealthMonitor monitor_;
    base::Timestamp
        next_write_;  ///< When the figures are queued for writing next, on the steady clock.
};

}  // namespace botcore::health
