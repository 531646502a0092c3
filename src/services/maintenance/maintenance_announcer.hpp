#pragma once

/// Announces when a maintenance window enters a new state: in the log, and on the event stream with
/// the banner that all users see from then on.
///
/// N1  Each state that a committed record gives a window is announced once and in order, however
///     quickly the next one follows.
/// N2  A change that became durable without a commit notification (runtime, R2) is announced at the
///     next `compare`, as the state that the window has then.
/// N3  States that windows already have at the start are not announced.
///
/// Threads: the loop thread.

#include "observability/log.hpp"
#include "operations/maintenance.hpp"
#include "protocol/events.hpp"
#include "runtime/runtime.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace botcore::maintenance {

class MaintenanceAnnouncer final : public runtime::CommitListener {
public:
    using Windows = std::map<std::uint64_t, model::MaintenanceWindow>;

    /// All references must outlive the announcer.
    struct Parts {
        observability::Log& log;
        std::function<void(const protocol::Event&)> publish;
        std::function<model::Timestamp()> now;
    };

    explicit MaintenanceAnnouncer(Parts parts) : parts_(std::move(parts)) {}

    void on_committed(const std::vector<model::Record>& records) override;

    /// `windows` are the durable ones. Call it often, the first time at the start.
    void compare(const Windows& windows);

private:
    void note(const model::MaintenanceWindow& window);

    Parts parts_;
    std::map<std::uint64_t, model::WindowState> known_;
    bool has_compared_ = false;
};

}  // namespace botcore::maintenance
