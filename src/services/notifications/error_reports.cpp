#include "services/notifications/error_reports.hpp"

#include "base/time_text.hpp"
#include "host/stored_json.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace botcore::notifications {

namespace json = boost::json;

using base::Timestamp;
using ports::Notice;
using ports::NoticeLevel;

namespace {

constexpr std::string_view kGroupKind = "error_group";
constexpr std::string_view kSummaryKind = "error_summary";
constexpr std::string_view kSummaryKey = "last";
constexpr std::string_view kPage = "docs/runbooks/errors.md";
constexpr base::Duration kStoreEvery = base::Duration::seconds(1);
constexpr std::size_t kOperationsMax = 100;
constexpr std::string_view kOtherOperations = "other operations";

std::string lines_text(std::uint64_t lines) {
    return std::to_string(lines) + (lines == 1 ? " ERROR line" : " ERROR lines");
}

}  // namespace

base::Result<std::unique_ptr<ErrorReports>, std::string> ErrorReports::make(Parts parts) {
    std::unique_ptr<ErrorReports> reports(new ErrorReports(std::move(parts)));
    TRY(reports->restore());
    return reports;
}

base::Outcome<std::string> ErrorReports::restore() {
    std::vector<ports::ServiceChange> removed;
    for (const ports::ServiceRow& row : TRY(parts_.store.rows(kGroupKind))) {
        if (restore_row(row)) continue;
        parts_.log.write(observability::Level::Error,
                         "The stored number of error lines cannot be read and begins at zero",
                         {{"operation", std::string_view("errors")}, {"row", row.text}});
        removed.push_back({.row = row, .removed = true});
    }
    const Timestamp now = parts_.now().time;
    summarized_ = now;
    summarized_changed_ = true;
    for (const ports::ServiceRow& row : TRY(parts_.store.rows(kSummaryKind))) {
        const auto object = host::parse_stored(row.text);
        if (!object) continue;
        host::StoredObject fields(object.value());
        const auto time = Timestamp::from_microseconds(fields.number("time"));
        if (!fields.error().empty() || !operations::is_plausible(time, now)) continue;
        summarized_ = time;
        summarized_changed_ = false;
    }
    if (!removed.empty()) parts_.store.change(std::move(removed), nullptr);
    return base::Done{};
}

bool ErrorReports::restore_row(const ports::ServiceRow& row) {
    const auto object = host::parse_stored(row.text);
    if (!object) return false;
    host::StoredObject fields(object.value());
    const std::int64_t waiting = fields.number("waiting");
    if (waiting < 0) fields.refuse("waiting");
    Group group{.waiting = static_cast<std::uint64_t>(waiting), .newest = fields.text("newest")};
    if (const json::object* day = fields.object("day")) {
        for (const auto& [operation, lines] : *day) {
            if (!lines.is_int64() || lines.get_int64() < 0) return false;
            group.day[operation] = static_cast<std::uint64_t>(lines.get_int64());
        }
    }
    if (!fields.error().empty()) return false;
    groups_[row.key] = std::move(group);
    return true;
}

void ErrorReports::tick(const model::Now& now) {
    take();
    for (auto& [code, group] : groups_) {
        const bool may_report = !group.reported || now.monotonic - *group.reported >= kEvery;
        if (group.waiting > 0 && may_report) report(code, group, now.monotonic);
    }
    if (operations::is_due(parts_.summary_at, summarized_, std::nullopt, now.time)) {
        summarize(now.time);
    }
    if (!stored_ || now.monotonic - *stored_ >= kStoreEvery) store(now.monotonic);
}

void ErrorReports::take() {
    for (observability::ErrorCount& count : parts_.log.take_errors()) {
        Group& group = groups_[count.code];
        group.waiting += count.lines;
        group.newest = std::move(count.newest);
        const bool is_known = group.day.contains(count.operation);
        const bool fits = is_known || group.day.size() < kOperationsMax;
        group.day[fits ? count.operation : std::string(kOtherOperations)] += count.lines;
        group.changed = true;
    }
}

void ErrorReports::report(const std::string& code, Group& group, Timestamp monotonic) {
    parts_.notifier.send(
        {.subject = "errors/" + code,
         .level = NoticeLevel::Warning,
         .text =
             lines_text(group.waiting) + " with the code " + code + "; the newest: " + group.newest,
         .page = std::string(kPage),
         .facts = {{"code", code}, {"lines", static_cast<std::int64_t>(group.waiting)}}},
        nullptr);
    group.waiting = 0;
    group.reported = monotonic;
    group.changed = true;
}

Notice ErrorReports::summary(Timestamp now) const {
    std::uint64_t lines = 0;
    Facts facts;
    for (const auto& [code, group] : groups_) {
        for (const auto& [operation, number] : group.day) {
            lines += number;
            facts.emplace_back(operation.empty() ? code : operation + " " + code,
                               static_cast<std::int64_t>(number));
        }
    }
    for (auto& fact : parts_.further_facts())
        facts.push_back(std::move(fact));
    return {
        .subject = "daily-summary/" + base::to_iso8601(now).substr(0, 10),
        .level = NoticeLevel::Info,
        .text = "Daily summary: " + lines_text(lines) + " since " + base::to_iso8601(summarized_),
        .page = lines > 0 ? std::string(kPage) : std::string(),
        .facts = std::move(facts)};
}

void ErrorReports::summarize(Timestamp now) {
    parts_.send_summary(summary(now));
    summarized_ = now;
    summarized_changed_ = true;
    for (auto& [code, group] : groups_) {
        if (group.day.empty()) continue;
        group.day.clear();
        group.changed = true;
    }
}

void ErrorReports::store(Timestamp monotonic) {
    std::vector<ports::ServiceChange> changes;
    for (auto place = groups_.begin(); place != groups_.end();) {
        auto& [code, group] = *place;
        const bool is_empty = group.waiting == 0 && group.day.empty();
        if (group.changed) {
            json::object day;
            for (const auto& [operation, lines] : group.day)
                day[operation] = static_cast<std::int64_t>(lines);
            json::object object;
            object["waiting"] = static_cast<std::int64_t>(group.waiting);
            object["newest"] = group.newest;
            object["day"] = std::move(day);
            changes.push_back({.row = {.kind = std::string(kGroupKind),
                                       .key = code,
                                       .text = json::serialize(object)},
                               .removed = is_empty});
            group.changed = false;
        }
        // The time of the last report is kept for as long as it matters.
        const bool is_old = !group.reported || monotonic - *group.reported >= kEvery;
        place = is_empty && is_old ? groups_.erase(place) : std::next(place);
    }
    if (summarized_changed_) {
        json::object object;
        object["time"] = summarized_.in_microseconds();
        changes.push_back({.row = {.kind = std::string(kSummaryKind),
                                   .key = std::string(kSummaryKey),
                                   .text = json::serialize(object)}});
        summarized_changed_ = false;
    }
    if (changes.empty()) return;
    stored_ = monotonic;
    parts_.store.change(std::move(changes), nullptr);
}

}  // namespace botcore::notifications
