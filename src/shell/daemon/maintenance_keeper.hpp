#pragma once

/// Moves maintenance windows on as time passes: asks the pure rules what is due and submits it as a
/// journaled command, and says when a window has come into a new state.
///
/// W1  A step is submitted under a key that names window and state, so that it is taken once
///     however often it is submitted.
/// W2  While the clock is uncertain nothing moves.
///
/// Threads: the thread of the loop.

#include "operations/maintenance.hpp"
#include "runtime/runtime.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>

namespace botcore::shell {

class MaintenanceKeeper {
public:
    struct Parts {
        runtime::Runtime& runtime;   ///< Outlives the keeper.
        std::function<void()> wake;  ///< The loop must step soon.
        std::function<void(const model::MaintenanceWindow&, const operations::MaintenanceNews&)>
            told;
    };

    MaintenanceKeeper(Parts parts, operations::MaintenanceTimes times)
        : parts_(std::move(parts)),
          times_(times) {}

    /// Call it about once a second.
    void tick(const runtime::Now& now);

    /// Is this moment inside a window that was announced in good time?
    [[nodiscard]] bool planned(model::Timestamp now) const;

    /// The first such window that lies, wholly or in part, within a period of the past.
    [[nodiscard]] std::optional<operations::Period> announced(operations::Period within) const;

private:
    void tell(const model::MaintenanceWindow& window);
    [[nodiscard]] std::size_t under_way() const;

    Parts parts_;
    operations::MaintenanceTimes times_;
    /// As they were when the runtime last ran: work on the store must not make its own window
    /// forgotten.
    std::map<std::uint64_t, model::MaintenanceWindow> windows_;
    /// The state of each window that listeners know of. Nothing is told of what was so at start.
    std::optional<std::map<std::uint64_t, model::WindowState>> known_;
};

}  // namespace botcore::shell
