#pragma once

/// Moves maintenance windows on as time passes: asks the pure rules what is due and submits it as a
/// journaled command.
///
/// W1  A step is submitted under a key that names window and state, so that it is taken once
///     however often it is submitted.
/// W2  While the clock is uncertain nothing moves.
///
/// Threads: the thread of the loop.

#include "operations/maintenance.hpp"
#include "runtime/runtime.hpp"
#include "shell/daemon/maintenance_announcer.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace botcore::shell {

class MaintenanceScheduler {
public:
    struct Parts {
        runtime::Runtime& runtime;        ///< Outlives the keeper.
        MaintenanceAnnouncer& announcer;  ///< Outlives the keeper.
        std::function<void()> wake;       ///< The loop must step soon.
    };

    MaintenanceScheduler(Parts parts, operations::MaintenanceTimes times)
        : parts_(std::move(parts)),
          times_(times) {}

    /// Call it about once a second.
    void tick(const runtime::Now& now);

    /// Is this moment inside a window that was announced in good time?
    [[nodiscard]] bool planned(model::Timestamp now) const;
    /// An emergency keeps entries out: that is downtime, however healthy the parts are.
    [[nodiscard]] bool outage(model::Timestamp now) const;

    /// The first such window that lies, wholly or in part, within a period of the past.
    [[nodiscard]] std::optional<operations::Period> announced(operations::Period within) const;

private:
    [[nodiscard]] std::size_t under_way() const;

    Parts parts_;
    operations::MaintenanceTimes times_;

    struct Seen {
        model::WindowState state = model::WindowState::Planned;
        model::Timestamp since;  ///< On the monotonic scale.
    };

    [[nodiscard]] std::optional<operations::MaintenanceMove> due_move(
        const model::MaintenanceWindow& window, const runtime::Now& now);

    std::map<std::uint64_t, Seen> seen_;
    /// As they were when the runtime last ran: work on the store must not make its own window
    /// forgotten.
    MaintenanceAnnouncer::Windows windows_;
};

}  // namespace botcore::shell
