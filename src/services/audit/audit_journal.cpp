#include "services/audit/audit_journal.hpp"

#include <cstdint>
#include <utility>

namespace botcore::audit {

void AuditJournal::record(const AuditEvent& action) {
    parts_.log.write(
        action.outcome == "ok" ? observability::Level::Info : observability::Level::Warn,
        "act",
        {{"request_id", action.request_id},
         {"user_id", action.actor.text()},
         {"operation", action.action},
         {"subject", action.subject},
         {"outcome", action.outcome},
         {"detail", action.detail}});
    if (parts_.runtime.record({.actor = action.actor,
                               .action = std::string(action.action),
                               .subject = action.subject,
                               .outcome = std::string(action.outcome),
                               .detail = action.detail,
                               .request_id = action.request_id})) {
        return parts_.wake();
    }
    ++lost_;
    parts_.log.write(observability::Level::Error,
                     "the store accepts no records and too many audit events are waiting; one is "
                     "not recorded in the audit log",
                     {{"lost", static_cast<std::int64_t>(lost_)}});
}

}  // namespace botcore::audit
