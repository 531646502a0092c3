#include "services/incidents/action_issue.hpp"

#include "observability/redact.hpp"

#include <string>

namespace botcore::incidents {

ports::Issue issue_of(const operations::Incident& incident, const operations::ActionItem& action) {
    const std::string number = std::to_string(incident.number);
    const std::string severity(operations::to_text(incident.severity));
    const std::string text = observability::redact(action.text);
    ports::Issue issue;
    issue.marker = "botcore-action-" + std::to_string(incident.began.in_milliseconds() / 1'000) +
                   "-" + number + "-" + std::to_string(action.number);
    issue.title = "[Incident " + number + "] " + text;
    issue.lines = {text,
                   "Incident " + number + ": " + observability::redact(incident.title),
                   "Severity: " + severity};
    if (!action.owner.empty()) {
        issue.lines.push_back("Owner: " + observability::redact(action.owner));
    }
    if (!action.due.empty()) issue.lines.push_back("Due: " + action.due);
    issue.due = action.due;
    issue.labels = {"incident", "severity-" + severity};
    return issue;
}

}  // namespace botcore::incidents
