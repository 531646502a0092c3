#include "adapters/notify_log/log_notifier.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace botcore::notify_log {

namespace {

using observability::Level;
using ports::NoticeLevel;

Level level_of(const ports::Notice& notice) {
    if (notice.over || notice.level == NoticeLevel::Info) return Level::Info;
    return notice.level == NoticeLevel::Warning ? Level::Warn : Level::Error;
}

}  // namespace

void LogNotifier::send(const ports::Notice& notice, Done done) {
    std::vector<observability::Field> fields = {
        {"operation", std::string_view(notice.subject)},
        {"event", notice.over ? std::string_view("alert_over") : std::string_view("alert")},
        {"severity", to_text(notice.level)}};
    for (const auto& [name, value] : notice.facts) {
        if (const auto* number = std::get_if<std::int64_t>(&value)) {
            fields.push_back({name, *number});
        } else {
            fields.push_back({name, std::string_view(std::get<std::string>(value))});
        }
    }
    if (!notice.page.empty()) fields.push_back({"runbook", std::string_view(notice.page)});
    if (!notice.action.empty()) fields.push_back({"action", std::string_view(notice.action)});
    log_.write(level_of(notice), notice.text, std::span<const observability::Field>(fields));
    if (done) done({});
}

}  // namespace botcore::notify_log
