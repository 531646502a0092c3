#pragma once

/// Looks at the parts that we depend on, in the background, so that whoever asks for the health
/// never waits for any of them.
///
/// P1  Each look has a time-out of its own; one that hangs neither delays nor hides another.
/// P2  A part has at most one look under way. One that came too late changes nothing but that the
///     next may begin.
///
/// Threads: the thread of the loop, answers of looks included; `BlockingProbe` has a thread of its
/// own for its work.

#include "operations/health.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace botcore::shell::health {

using operations::Dependency;
using operations::HealthState;

/// What a look found.
struct ProbeReply {
    HealthState state = HealthState::Healthy;
    std::string message{};
};

using ProbeReplied = std::function<void(ProbeReply)>;

/// Begins a look and returns at once; `answered` is called later on the loop's thread, at most once
/// and perhaps never.
using HealthProbe = std::function<void(ProbeReplied answered)>;

class HealthProber {
public:
    struct Clocks {
        std::function<base::Timestamp()> wall;
        std::function<base::Timestamp()> steady;  ///< Never goes back; its zero means nothing.
    };

    HealthProber(base::Duration interval, Clocks clocks);

    /// A part to look at from time to time.
    void add(Dependency dependency, HealthProbe probe);

    /// A part whose state this process knows by itself: asked whenever the health is. Besides a
    /// look at the same part, the worse of the two counts.
    void add_local(Dependency dependency, std::function<ProbeReply()> ask);

    /// Begins the looks that are due and gives up those that took too long. Call it several times a
    /// second.
    void tick();

    /// The verdict on each part that was added, in the order of the table.
    [[nodiscard]] std::vector<operations::ComponentStatus> findings() const;

    /// What looks have brought; `nullptr` for a part without looks.
    [[nodiscard]] const operations::ProbeResult* reading(Dependency dependency) const;

private:
    struct Part {
        Dependency dependency = Dependency::Database;
        HealthProbe probe;
        std::function<ProbeReply()> ask;
        operations::ProbeResult reading;
        std::uint64_t probes = 0;
        bool under_way = false;  ///< No answer yet, in time or not.
        bool in_time = false;    ///< The look under way has not been given up.
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
    std::shared_ptr<bool> alive_;  ///< Looks may answer after the prober has gone.
};

/// Makes a look of work that blocks: a thread of its own does it, one at a time.
class BlockingProbe {
public:
    using Post = std::function<void(std::function<void()>)>;

    /// `post` runs something on the loop's thread; it may be called from any thread.
    BlockingProbe(std::function<ProbeReply()> work, Post post);

    /// Gives work that hangs half a second to end, and then leaves its thread to itself.
    ~BlockingProbe();
    BlockingProbe(const BlockingProbe&) = delete;
    BlockingProbe& operator=(const BlockingProbe&) = delete;

    [[nodiscard]] HealthProbe probe();

    /// No further work. False: some is hanging, and what it uses must outlive it, so that the
    /// process should end without tearing anything down.
    [[nodiscard]] bool stop();

private:
    struct Shared;

    std::shared_ptr<Shared> shared_;
};

}  // namespace botcore::shell::health
