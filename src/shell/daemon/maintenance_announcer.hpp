#pragma once

/// Says when a maintenance window has come into a new state: in the log, and on the event stream
/// with the banner that everybody is shown from then on.
///
/// N1  Each state that a committed record gives a window is told once, in order, however quickly
///     the next one follows.
/// N2  What became durable unseen (runtime, R2) is told at the next `compare`, as the state that it
///     has come to.
/// N3  Nothing is told of what was so at start.
///
/// Threads: the thread of the loop.

#include "operations/maintenance.hpp"
#include "protocol/events.hpp"
#include "runtime/runtime.hpp"
#include "shell/log/log.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace botcore::shell {

class MaintenanceAnnouncer final : public runtime::CommitListener {
public:
    using Windows = std::map<std::uint64_t, model::MaintenanceWindow>;

    /// All outlive the teller.
    struct Parts {
        log::Log& log;
        std::function<void(const protocol::Event&)> publish;
        std::function<model::Timestamp()> now;
    };

    explicit MaintenanceAnnouncer(Parts parts) : parts_(std::move(parts)) {}

    void on_committed(const std::vector<model::Record>& records) override;

    /// `windows` as they are durable now; often, and first at the start.
    void compare(const Windows& windows);

private:
    void note(const model::MaintenanceWindow& window);

    Parts parts_;
    std::map<std::uint64_t, model::WindowState> known_;
    bool has_compared_ = false;
};

}  // namespace botcore::shell
