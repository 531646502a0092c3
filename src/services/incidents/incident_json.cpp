#include "services/incidents/incident_json.hpp"

#include "base/time_text.hpp"
#include "host/stored_json.hpp"

#include <limits>
#include <utility>

namespace botcore::incidents {

namespace json = boost::json;

using base::Failure;
using host::StoredObject;
using operations::ActionItem;
using operations::Incident;
using operations::IncidentAlert;
using operations::IncidentFact;

namespace {

json::value time_json(const std::optional<base::Timestamp>& time) {
    return time ? json::value(json::string(base::to_iso8601(*time))) : json::value(nullptr);
}

json::object action_json(const ActionItem& action) {
    json::object object;
    object["number"] = action.number;
    object["text"] = action.text;
    object["owner"] = action.owner;
    object["due"] = action.due;
    object["done"] = time_json(action.done);
    object["issue"] = operations::to_text(action.issue);
    object["issue_url"] = action.issue_url;
    return object;
}

base::Timestamp time_of(StoredObject& fields, std::string_view name) {
    const auto time = base::parse_iso8601(fields.text(name));
    if (!time) fields.refuse(name);
    return time.value_or(base::Timestamp());
}

std::optional<base::Timestamp> optional_time_of(StoredObject& fields, std::string_view name) {
    if (!fields.has(name)) return std::nullopt;
    return time_of(fields, name);
}

/// Reads each object of the list with `read`; an error of one is an error of the whole.
template <class Read>
void each_in(StoredObject& fields, std::string_view name, Read read) {
    const json::array* list = fields.array(name);
    if (list == nullptr) return;
    for (const json::value& item : *list) {
        const auto* object = item.if_object();
        if (object == nullptr) return fields.refuse(name);
        StoredObject inner(*object);
        read(inner);
        if (!inner.error().empty()) return fields.refuse(name);
    }
}

std::uint64_t count_of(StoredObject& fields, std::string_view name, std::int64_t max) {
    const std::int64_t number = fields.number(name);
    if (number < 1 || number > max) fields.refuse(name);
    return static_cast<std::uint64_t>(number);
}

/// Rows of earlier versions have no field of the issue.
operations::IssueState issue_state_of(StoredObject& action) {
    if (!action.has("issue")) return operations::IssueState::None;
    const auto state = operations::parse_issue_state(action.text("issue"));
    if (!state) action.refuse("issue");
    return state.value_or(operations::IssueState::None);
}

void read_lists(StoredObject& fields, Incident& incident) {
    each_in(fields, "alerts", [&](StoredObject& alert) {
        incident.alerts.push_back({alert.text("subject"), alert.flag("over")});
    });
    each_in(fields, "timeline", [&](StoredObject& fact) {
        incident.timeline.push_back({time_of(fact, "time"), fact.text("text"), fact.text("by")});
    });
    each_in(fields, "actions", [&](StoredObject& action) {
        constexpr std::int64_t kMax = std::numeric_limits<std::uint32_t>::max();
        incident.actions.push_back(
            {.number = static_cast<std::uint32_t>(count_of(action, "number", kMax)),
             .text = action.text("text"),
             .owner = action.text("owner"),
             .due = action.text("due"),
             .done = optional_time_of(action, "done"),
             .issue = issue_state_of(action),
             .issue_url = action.has("issue_url") ? action.text("issue_url") : std::string()});
    });
}

}  // namespace

json::object to_json(const Incident& incident) {
    json::array alerts;
    for (const IncidentAlert& alert : incident.alerts)
        alerts.push_back({{"subject", alert.subject}, {"over", alert.over}});
    json::array timeline;
    for (const IncidentFact& fact : incident.timeline) {
        timeline.push_back(
            {{"time", base::to_iso8601(fact.time)}, {"text", fact.text}, {"by", fact.by}});
    }
    json::array actions;
    for (const ActionItem& action : incident.actions)
        actions.push_back(action_json(action));
    json::object object;
    object["number"] = incident.number;
    object["severity"] = operations::to_text(incident.severity);
    object["title"] = incident.title;
    object["began"] = time_json(incident.began);
    object["detected"] = time_json(incident.detected);
    object["acknowledged"] = time_json(incident.acknowledged);
    object["acknowledged_by"] = incident.acknowledged_by;
    object["recovered"] = time_json(incident.recovered);
    object["resolved"] = time_json(incident.resolved);
    object["joined"] = time_json(incident.joined);
    object["alerts"] = std::move(alerts);
    object["timeline"] = std::move(timeline);
    object["impact"] = incident.impact;
    object["root_cause"] = incident.root_cause;
    object["resolution"] = incident.resolution;
    object["lessons"] = incident.lessons;
    object["actions"] = std::move(actions);
    return object;
}

base::Result<Incident, std::string> parse_incident(std::string_view text) {
    const json::object object = TRY(host::parse_stored(text));
    StoredObject fields(object);
    Incident incident;
    incident.number = count_of(fields, "number", std::numeric_limits<std::int64_t>::max());
    const auto severity = operations::parse_severity(fields.text("severity"));
    if (!severity) fields.refuse("severity");
    incident.severity = severity.value_or(operations::IncidentSeverity::Critical);
    incident.title = fields.text("title");
    incident.began = time_of(fields, "began");
    incident.detected = time_of(fields, "detected");
    incident.acknowledged = optional_time_of(fields, "acknowledged");
    incident.acknowledged_by = fields.text("acknowledged_by");
    incident.recovered = optional_time_of(fields, "recovered");
    incident.resolved = optional_time_of(fields, "resolved");
    incident.joined = time_of(fields, "joined");
    incident.impact = fields.text("impact");
    incident.root_cause = fields.text("root_cause");
    incident.resolution = fields.text("resolution");
    incident.lessons = fields.text("lessons");
    read_lists(fields, incident);
    if (!fields.error().empty()) return Failure{fields.error()};
    return incident;
}

}  // namespace botcore::incidents
