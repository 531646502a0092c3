#pragma once

/// Probes the components that we depend on in the background, so that a health request never waits
/// for any of them.
///
/// P1  Each probe has a time-out of its own; a probe that hangs neither delays nor hides another.
/// P2  A component has at most one probe in progress. A late result is discarded; it only allows
///     the next probe to begin.
///
/// Threads: the loop thread, including the results of probes; `BlockingProbe` does its work on a
/// thread of its own.

#include "operations/health.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace botcore::host {

using operations::Dependency;
using operations::HealthState;

/// The result of one probe.
struct ProbeReply {
    HealthState state = HealthState::Healthy;
    std::string message{};
};

using ProbeReplied = std::function<void(ProbeReply)>;

/// Starts a probe and returns at once; `answered` is called later on the loop thread, at most once
/// and perhaps never.
using HealthProbe = std::function<void(ProbeReplied answered)>;

class HealthProber {
public:
    struct Clocks {
        std::function<base::Timestamp()> wall;
        std::function<base::Timestamp()>
            steady;  ///< Never goes back; its zero point has no meaning.
    };

    HealthProber(base::Duration interval, Clocks clocks);

    /// Adds a component that is probed at each interval.
    void add(Dependency dependency, HealthProbe probe);

    /// Adds a component whose state this process knows itself; `ask` is called for each health
    /// report. If the component is also probed, the worse state counts.
    void add_local(Dependency dependency, std::function<ProbeReply()> ask);

    /// Starts the probes that are due and abandons those that exceed their time-out. Call it
    /// several times a second.
    void tick();

    /// The state of each component that was added, in the order of the table.
    [[nodiscard]] std::vector<operations::ComponentStatus> findings() const;

    /// The newest probe result; `nullptr` for a component that is not probed.
    [[nodiscard]] const operations::ProbeResult* reading(Dependency dependency) const;

private:
    struct Part {
        Dependency dependency = Dependency::Database;
        HealthProbe probe;
        std::function<ProbeReply()> ask;
        operations::ProbeResult reading;
        std::uint64_t probes = 0;
        bool under_way = false;  ///< No result yet, in time or late.
        bool in_time = false;    ///< The probe in progress has not been abandoned.
        base::Timestamp began;   ///< On the steady clock.
        base::Timestamp due;
    };

    Part& part_of(Dependency dependency);
    void begin(std::size_t place, base::Timestamp steady);
    void take(std::size_t place, std::uint64_t number, ProbeReply answer);
    static void keep(operations::ProbeResult& reading, ProbeReply answer, base::Timestamp wall);

    base::Duration interval_;
    Clocks clocks_;
    std::vector<Part> parts_;
    std::shared_ptr<bool> alive_;  ///< Lets late results detect that the prober no longer exists.
};

/// Makes a probe of blocking work: one thread of its own does the work, one call at a time.
class BlockingProbe {
public:
    using Post = std::function<void(std::function<void()>)>;

    /// `post` runs a function on the loop thread; any thread may call it.
    BlockingProbe(std::function<ProbeReply()> work, Post post);

    /// Waits up to half a second for work that hangs, then abandons its thread.
    ~BlockingProbe();
    BlockingProbe(const BlockingProbe&) = delete;
    BlockingProbe& operator=(const BlockingProbe&) = delete;

    [[nodiscard]] HealthProbe probe();

    /// Starts no further work. False: a call hangs, and what it uses must outlive it, so the
    /// process should exit without destroying anything.
    [[nodiscard]] bool stop();

private:
    struct Shared;

    std::shared_ptr<Shared> shared_;
};

}  // namespace botcore::host
