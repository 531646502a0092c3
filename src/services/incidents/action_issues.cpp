#include "services/incidents/action_issues.hpp"

#include "base/check.hpp"
#include "services/incidents/action_issue.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace botcore::incidents {

using operations::ActionItem;
using operations::Incident;
using operations::IssueState;

void ActionIssues::tick(const model::Now& now) {
    if (is_busy_ || now.monotonic < not_before_) return;
    const auto item = next();
    if (!item) return;
    is_busy_ = true;
    if (item->may_exist) return send(*item);
    const auto on_durable = [this, item = *item, alive = std::weak_ptr(alive_)] {
        if (!alive.expired()) send(item);
    };
    set(*item, IssueState::Attempted, "", on_durable);
}

std::optional<ActionIssues::Item> ActionIssues::next() const {
    for (const Incident& incident : parts_.incidents.book().incidents()) {
        for (const ActionItem& action : incident.actions) {
            const bool may_exist = action.issue == IssueState::Attempted;
            if (!may_exist && action.issue != IssueState::Wanted) continue;
            return Item{incident.number, action.number, may_exist};
        }
    }
    return std::nullopt;
}

void ActionIssues::send(const Item& item) {
    const Incident* incident = parts_.incidents.book().find(item.incident);
    CHECK(incident != nullptr && item.action <= incident->actions.size());
    tracker_->create(issue_of(*incident, incident->actions[item.action - 1]),
                     item.may_exist,
                     [this, item](const ports::IssueEnd& end) { finish(item, end); });
}

void ActionIssues::finish(const Item& item, const ports::IssueEnd& end) {
    is_busy_ = false;
    using Result = ports::IssueEnd::Result;
    if (end.result == Result::Failed) return pause(item, end);
    failures_ = 0;
    if (end.result == Result::Refused) return refuse(item, end.error);
    set(item, IssueState::Exists, end.url);
}

void ActionIssues::pause(const Item& item, const ports::IssueEnd& end) {
    const auto doubled = base::Duration::seconds(std::int64_t{1} << std::min(failures_, 6U));
    const base::Duration pause = end.retry_after.value_or(std::min(doubled, kPauseMax));
    not_before_ = parts_.now().monotonic + pause;
    if (++failures_ > 1) return;
    parts_.log.write(observability::Level::Warn,
                     "The issue of an action item could not be created; it is tried again",
                     {{"operation", std::string_view("incidents")},
                      {"incident", static_cast<std::int64_t>(item.incident)},
                      {"action_item", static_cast<std::int64_t>(item.action)},
                      {"cause", end.error}});
}

void ActionIssues::refuse(const Item& item, const std::string& error) {
    parts_.log.write(observability::Level::Error,
                     "The tracker does not accept the issue of an action item",
                     {{"operation", std::string_view("incidents")},
                      {"incident", static_cast<std::int64_t>(item.incident)},
                      {"action_item", static_cast<std::int64_t>(item.action)},
                      {"cause", error}});
    const std::string text = "The tracker does not accept the issue of action " +
                             std::to_string(item.action) + ": " + error;
    const auto outcome = parts_.incidents.change(item.incident, [&](auto& book) {
        return book.note(item.incident, {parts_.now().time, text});
    });
    CHECK(!outcome);
    set(item, IssueState::Refused, "");
}

void ActionIssues::set(const Item& item,
                       IssueState state,
                       const std::string& url,
                       ports::ServiceStore::Done durable) {
    const auto outcome = parts_.incidents.change(
        item.incident,
        [&](auto& book) { return book.set_issue(item.incident, item.action, state, url); },
        std::move(durable));
    CHECK(!outcome);
}

}  // namespace botcore::incidents
