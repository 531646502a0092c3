#pragma once

/// Creates an issue in a tracker, such as GitHub, for each action item that wants one.
///
/// S1  An attempt begins when the row that says so is durable. An item whose row says so, without
/// an
///     address, may have an issue already: its lost answer, or the end of the process, hides it.
///     The tracker is searched before such an item is sent again. So an issue exists once, unless
///     the tracker does not yet show what it has just created.
/// S2  One item at a time, the oldest first. After a failure all wait 1, 2, 4 … 60 s, or as long as
///     the tracker asks for, as the notices do.
/// S3  What the tracker does not accept is a fact of the incident and an ERROR line of the log, and
///     is not sent again.
///
/// The outbox of the notices is not used: it has no search before a repetition, and no answer with
/// an address. What waits is in the rows of the incidents, so this service has no rows of its own.
///
/// Threads: the loop thread.

#include "host/service.hpp"
#include "ports/issue_tracker.hpp"
#include "services/incidents/incident_service.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace botcore::incidents {

class ActionIssues final : public host::Service {
public:
    static constexpr base::Duration kPauseMax = base::Duration::seconds(60);

    /// The references must outlive the service.
    struct Parts {
        IncidentService& incidents;
        observability::Log& log;
        std::function<model::Now()> now;
    };

    ActionIssues(Parts parts, std::unique_ptr<ports::IssueTracker> tracker)
        : parts_(std::move(parts)),
          tracker_(std::move(tracker)) {}

    void tick(const model::Now& now) override;

private:
    struct Item {
        std::uint64_t incident = 0;
        std::uint32_t action = 0;
        bool may_exist = false;
    };

    [[nodiscard]] std::optional<Item> next() const;
    void send(const Item& item);
    void finish(const Item& item, const ports::IssueEnd& end);
    void pause(const Item& item, const ports::IssueEnd& end);
    void refuse(const Item& item, const std::string& error);
    void set(const Item& item,
             operations::IssueState state,
             const std::string& url,
             ports::ServiceStore::Done durable = nullptr);

    Parts parts_;
    std::unique_ptr<ports::IssueTracker> tracker_;
    bool is_busy_ = false;
    std::uint32_t failures_ = 0;  ///< In a row.
    base::Timestamp not_before_;  ///< On the monotonic clock.
    /// The store may call back later than the end of this object.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace botcore::incidents
