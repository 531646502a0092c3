#include "shell/auth/audit_journal.hpp"

#include <cstdint>
#include <utility>

namespace botcore::shell::auth {

void AuditJournal::record(const AuditEvent& act) {
    parts_.log.write(act.outcome == "ok" ? log::Level::Info : log::Level::Warn,
                     "act",
                     {{"request_id", act.request_id},
                      {"user_id", act.actor.text()},
                      {"operation", act.act},
                      {"subject", act.subject},
                      {"outcome", act.outcome},
                      {"detail", act.detail}});
    if (parts_.runtime.record({.actor = act.actor,
                               .act = std::string(act.act),
                               .subject = act.subject,
                               .outcome = std::string(act.outcome),
                               .detail = act.detail,
                               .request_id = act.request_id})) {
        return parts_.wake();
    }
    ++lost_;
    parts_.log.write(log::Level::Error,
                     "the store takes no records and too many acts wait: one is lost for the audit",
                     {{"lost", static_cast<std::int64_t>(lost_)}});
}

}  // namespace botcore::shell::auth
