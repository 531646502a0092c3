#pragma once

/// Moves maintenance windows from state to state as time passes: queries the pure rules for the
/// step that is due and submits it as a journaled command.
///
/// W1  A step is submitted under an idempotency key that names the window and its new state, so
///     that it is applied once however often it is submitted.
/// W2  While the clock is uncertain, no window changes its state and none is planned.
/// W3  Each usual window is planned at most once by a process, also if it is refused.
///
/// Threads: the loop thread.

#include "operations/maintenance.hpp"
#include "runtime/runtime.hpp"
#include "services/maintenance/maintenance_announcer.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace botcore::maintenance {

class MaintenanceScheduler {
public:
    struct Parts {
        runtime::Runtime& runtime;        ///< Must outlive the scheduler.
        MaintenanceAnnouncer& announcer;  ///< Must outlive the scheduler.
        std::function<void()> wake;       ///< Makes the loop step soon.
        /// Plans the usual windows without being asked.
        bool plans_usual_windows = false;
    };

    MaintenanceScheduler(Parts parts, operations::MaintenanceTimes times)
        : parts_(std::move(parts)),
          times_(times) {}

    /// Call it about once a second.
    void tick(const model::Now& now);

    /// Whether this time lies inside a window that was announced early enough.
    [[nodiscard]] bool planned(model::Timestamp now) const;
    /// Whether an emergency maintenance blocks entries, which counts as downtime even if every
    /// component is healthy.
    [[nodiscard]] bool outage(model::Timestamp now) const;

    /// The first announced window that overlaps a period of the past.
    [[nodiscard]] std::optional<operations::Period> announced(operations::Period within) const;

private:
    [[nodiscard]] std::size_t under_way() const;
    /// Returns whether a window was planned.
    bool plan_usual_window(const model::Now& now);

    Parts parts_;
    operations::MaintenanceTimes times_;

    struct Seen {
        model::WindowState state = model::WindowState::Planned;
        model::Timestamp since;  ///< On the monotonic clock.
    };

    [[nodiscard]] std::optional<operations::MaintenanceMove> due_move(
        const model::MaintenanceWindow& window, const model::Now& now);

    std::map<std::uint64_t, Seen> seen_;
    std::optional<model::Timestamp> planned_last_;  ///< The beginning of the usual window (W3).
    /// The windows as of the runtime's last running state, so that a maintenance window on the
    /// store still counts while the store is unavailable.
    MaintenanceAnnouncer::Windows windows_;
};

}  // namespace botcore::maintenance
