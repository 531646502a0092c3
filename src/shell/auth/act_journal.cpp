#include "shell/auth/act_journal.hpp"

#include <utility>

namespace botcore::shell::auth {

void ActJournal::record(const Act& act) {
    parts_.log.write(act.outcome == "ok" ? log::Level::Info : log::Level::Warn,
                     "act",
                     {{"request_id", act.request_id},
                      {"user_id", act.actor.text()},
                      {"operation", act.act},
                      {"subject", act.subject},
                      {"outcome", act.outcome},
                      {"detail", act.detail}});
    if (waiting_.size() >= waiting_max_) {
        ++lost_;
        parts_.log.write(log::Level::Error,
                         "the store takes no records and too many acts wait: one is lost for the "
                         "audit",
                         {{"lost", static_cast<std::int64_t>(lost_)}});
        return;
    }
    waiting_.push_back({.actor = act.actor,
                        .act = std::string(act.act),
                        .subject = act.subject,
                        .outcome = std::string(act.outcome),
                        .detail = act.detail,
                        .request_id = act.request_id});
    flush();
}

void ActJournal::flush() {
    if (waiting_.empty() || parts_.runtime.status() != runtime::Status::Running) return;
    while (!waiting_.empty()) {
        std::string request_id = waiting_.front().request_id;
        parts_.runtime.submit(
            {.body = std::move(waiting_.front()), .ticket = 0, .request_id = std::move(request_id)},
            parts_.now());
        waiting_.pop_front();
    }
    parts_.wake();
}

}  // namespace botcore::shell::auth
