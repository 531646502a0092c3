#pragma once

/// Tells the person on call about each severe incident, and the next person if it is not
/// acknowledged in time (operations/escalation.hpp), until it is acknowledged or resolved.
///
/// Y1  Each step, its notices and its fact in the timeline become durable together: a process that
///     ends between two steps neither skips a person nor takes a step twice. A notice of a step may
///     arrive twice as every notice of the outbox may.
/// Y2  An incident that is acknowledged or resolved causes no further step. Those who were told
///     learn that it is, which also ends their alerts in PagerDuty.
/// Y3  An incident that was open before the process started is treated as one that opens now,
///     unless an earlier process has told somebody about it.
///
/// Threads: the loop thread.

#include "host/service.hpp"
#include "observability/log.hpp"
#include "operations/escalation.hpp"
#include "operations/incident.hpp"
#include "operations/on_call.hpp"
#include "ports/service_store.hpp"
#include "services/notifications/notification_service.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::notifications {

class Escalation final : public host::Service {
public:
    /// All references, and what the functions use, must outlive the service.
    struct Parts {
        NotificationService& notifications;
        ports::ServiceStore& store;
        observability::Log& log;
        const operations::OnCallPlan& plan;
        base::Duration period;  ///< From one step to the next; positive.
        /// The names of the channels that reach a person.
        std::function<std::vector<std::string>(std::string_view person)> channels_of;
        /// All incidents.
        std::function<const std::vector<operations::Incident>&()> incidents;
        /// Adds a fact to an incident, which exists, and returns the change that stores it.
        std::function<ports::ServiceChange(std::uint64_t incident, operations::IncidentFact)>
            add_fact;
    };

    /// Continues the escalations of earlier processes. The error says why they cannot be read.
    [[nodiscard]] static base::Result<std::unique_ptr<Escalation>, std::string> make(
        const Parts& parts, base::Timestamp now);

    /// Takes the steps that are due.
    void tick(const model::Now& now) override;

private:
    explicit Escalation(const Parts& parts) : parts_(parts) {}

    [[nodiscard]] base::Outcome<std::string> restore(base::Timestamp now);
    void take_step_of(const operations::Incident& incident, base::Timestamp now);
    void finish(const operations::EscalationState& state,
                const operations::Incident* incident,
                base::Timestamp now);
    [[nodiscard]] std::vector<std::string> channels_of(
        const std::vector<std::string>& people) const;

    Parts parts_;
    std::map<std::uint64_t, operations::EscalationState> active_;  ///< By number of the incident.
};

}  // namespace botcore::notifications
