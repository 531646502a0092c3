#include "api/incident_routes.hpp"

#include "base/whole_number.hpp"
#include "observability/redact.hpp"
#include "protocol/incident_requests.hpp"
#include "services/incidents/incident_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace botcore::api {

namespace json = boost::json;

using operations::Incident;
using Refused = operations::IncidentBook::Refused;

namespace {

void add_schemas(host::SchemaTable& schemas) {
    schemas.add_words(
        "IncidentSeverity", "How severe an incident is", {"low", "medium", "high", "critical"});
    schemas.add_object("IncidentAlert", "An alert of an incident", "subject:text over:boolean");
    schemas.add_object("IncidentFact",
                       "Something that happened; `by` is the person, or empty",
                       "time:Time text:text by:text");
    schemas.add_words("IssueState",
                      "How far the issue of an action is in a tracker such as GitHub: none is "
                      "wanted; it will be created; an attempt has begun; it exists; the tracker "
                      "does not accept it",
                      {"none", "wanted", "attempted", "exists", "refused"});
    schemas.add_object("IncidentAction",
                       "Something that must be done so that it does not happen again",
                       "number:Number text:text owner:text due:text done:Time? issue:IssueState "
                       "issue_url:text");
    schemas.add_object(
        "Incident",
        "What was wrong, from when to when, who knew, and what follows from it",
        "number:Number severity:IncidentSeverity title:text began:Time detected:Time "
        "acknowledged:Time? acknowledged_by:text recovered:Time? resolved:Time? joined:Time "
        "alerts:[IncidentAlert] timeline:[IncidentFact] impact:text root_cause:text "
        "resolution:text lessons:text actions:[IncidentAction] review_due:boolean");
    schemas.add_object("Incidents", "All incidents, the newest first", "incidents:[Incident]");
    schemas.add_object(
        "IncidentOpening", "An incident to open", "title:text severity?:IncidentSeverity");
    schemas.add_object("IncidentNote", "A text for the timeline", "text:text");
    schemas.add_object("IncidentAcknowledgement", "Why nobody else needs to act", "note?:text");
    schemas.add_object("IncidentResolution", "How it was resolved", "resolution?:text");
    schemas.add_object("IncidentReview",
                       "Texts of the report; at least one",
                       "impact?:text root_cause?:text resolution?:text lessons?:text");
    schemas.add_object("NewIncidentAction", "An action to add", "text:text owner:text due?:text");
    schemas.set_example("IncidentOpening", R"({"title":"A slow screen","severity":"low"})");
}

/// Texts of people may contain what must not be shown.
json::object shown(const Incident& incident) {
    json::object object = incidents::to_json(incident);
    for (const char* name : {"title", "impact", "root_cause", "resolution", "lessons"})
        object[name] = observability::redact(object[name].as_string());
    for (json::value& fact : object["timeline"].as_array()) {
        json::value& text = fact.as_object()["text"];
        text = observability::redact(text.as_string());
    }
    object["review_due"] = incident.review_due();
    return object;
}

}  // namespace

void IncidentRoutes::add_to(host::RouteTable& table) {
    add_schemas(table.schemas());
    using Handler = void (IncidentRoutes::*)(host::RequestContext&);
    const auto add = [&](std::string_view pattern, Handler handler, host::RouteRow row) {
        row.pattern = pattern;
        row.tag = "incidents";
        // They matter most when the store does not respond or too many requests arrive.
        row.purpose = host::Purpose::Admin;
        row.without_store = true;
        row.handler = [this, handler](host::RequestContext& call) { (this->*handler)(call); };
        table.add(std::move(row));
    };
    const auto act = [&](std::string_view pattern,
                         Handler handler,
                         std::string_view summary,
                         std::string_view request) {
        add(pattern,
            handler,
            {.method = "POST",
             .access = host::Access::Operator,
             .summary = summary,
             .request = request,
             .response = "Incident",
             .statuses = {400, 404, 409, 415}});
    };
    add("/api/incidents",
        &IncidentRoutes::list,
        {.summary = "All incidents, the newest first", .response = "Incidents"});
    add("/api/incidents/{incident}",
        &IncidentRoutes::show,
        {.summary = "One incident with its timeline", .response = "Incident", .statuses = {404}});
    add("/api/incidents/{incident}/report",
        &IncidentRoutes::report,
        {.summary = "The report as Markdown", .envelope = host::Envelope::Text, .statuses = {404}});
    act("/api/incidents", &IncidentRoutes::open, "Opens an incident", "IncidentOpening");
    act("/api/incidents/{incident}/acknowledge",
        &IncidentRoutes::acknowledge,
        "Says that a person takes care of it",
        "IncidentAcknowledgement");
    act("/api/incidents/{incident}/note",
        &IncidentRoutes::note,
        "Adds a line to the timeline",
        "IncidentNote");
    act("/api/incidents/{incident}/resolve",
        &IncidentRoutes::resolve,
        "Resolves an incident, whatever its alerts say",
        "IncidentResolution");
    act("/api/incidents/{incident}/review",
        &IncidentRoutes::review,
        "Sets texts of the report",
        "IncidentReview");
    act("/api/incidents/{incident}/actions",
        &IncidentRoutes::add_action,
        "Adds an action item",
        "NewIncidentAction");
    act("/api/incidents/{incident}/actions/{action}/done",
        &IncidentRoutes::finish_action,
        "Marks an action item as done",
        "");
}

void IncidentRoutes::list(host::RequestContext& call) {
    const auto& all = service_.book().incidents();
    json::array incidents;
    for (auto it = all.rbegin(); it != all.rend(); ++it)
        incidents.push_back(shown(*it));
    json::object body;
    body["incidents"] = std::move(incidents);
    call.send(std::move(body));
}

const Incident* IncidentRoutes::incident_of(host::RequestContext& call) {
    const auto number = base::whole_number<std::uint64_t>(call.parameter("incident"));
    const Incident* incident = number ? service_.book().find(*number) : nullptr;
    if (incident == nullptr) {
        call.fail(404, "INCIDENT_UNKNOWN", "there is no incident with this number");
    }
    return incident;
}

void IncidentRoutes::show(host::RequestContext& call) {
    const Incident* incident = incident_of(call);
    if (incident != nullptr) call.send(shown(*incident));
}

void IncidentRoutes::report(host::RequestContext& call) {
    const Incident* incident = incident_of(call);
    if (incident == nullptr) return;
    net::HttpResponse response;
    response.content_type = "text/markdown; charset=utf-8";
    response.body = observability::redact(operations::incident_report(*incident, call.now.time));
    call.respond(std::move(response));
}

/// Does what `read` takes out of the request for the incident of the path.
void IncidentRoutes::change(host::RequestContext& call, const ReadAction& read) {
    const Incident* incident = incident_of(call);
    if (incident == nullptr) return;
    const std::uint64_t number = incident->number;
    const auto action = read(number);
    if (!action) return call.fail(400, action.error());
    finish(call, number, service_.change(number, action.value()));
}

void IncidentRoutes::finish(host::RequestContext& call, std::uint64_t number, Outcome outcome) {
    if (!outcome) {
        const Incident* incident = service_.book().find(number);
        return call.send(shown(*incident));
    }
    switch (*outcome) {
        case Refused::Unknown:
            return call.fail(404, "INCIDENT_UNKNOWN", "there is no incident with this number");
        case Refused::NoSuchAction:
            return call.fail(404, "ACTION_UNKNOWN", "the incident has no action of this number");
        case Refused::AlreadyAcknowledged:
            return call.fail(409, "INCIDENT_STATE", "the incident is already acknowledged");
        case Refused::AlreadyResolved:
            break;
    }
    call.fail(409, "INCIDENT_STATE", "the incident is already resolved");
}

void IncidentRoutes::open(host::RequestContext& call) {
    const auto opening = protocol::parse_incident_opening(call.request.body);
    if (!opening) return call.fail(400, opening.error());
    const auto severity = operations::parse_severity(opening.value().severity);
    const std::uint64_t number =
        service_.open(severity.value_or(operations::IncidentSeverity::High),
                      opening.value().title,
                      call.caller.name,
                      call.now.time);
    finish(call, number, std::nullopt);
}

void IncidentRoutes::acknowledge(host::RequestContext& call) {
    change(call, [&](std::uint64_t number) -> Result<Action> {
        const std::string note =
            TRY(protocol::parse_incident_text(call.request.body, "note", false));
        return Action([=, by = call.caller.name, now = call.now.time](Book& book) {
            return book.acknowledge(number, by, note, now);
        });
    });
}

void IncidentRoutes::note(host::RequestContext& call) {
    change(call, [&](std::uint64_t number) -> Result<Action> {
        const std::string text =
            TRY(protocol::parse_incident_text(call.request.body, "text", true));
        return Action([=, by = call.caller.name, now = call.now.time](Book& book) {
            return book.note(number, {now, text, by});
        });
    });
}

void IncidentRoutes::resolve(host::RequestContext& call) {
    change(call, [&](std::uint64_t number) -> Result<Action> {
        const std::string resolution =
            TRY(protocol::parse_incident_text(call.request.body, "resolution", false));
        return Action([=, by = call.caller.name, now = call.now.time](Book& book) {
            return book.resolve(number, by, resolution, now);
        });
    });
}

void IncidentRoutes::review(host::RequestContext& call) {
    change(call, [&](std::uint64_t number) -> Result<Action> {
        const auto given = TRY(protocol::parse_incident_review(call.request.body));
        return Action([=, by = call.caller.name, now = call.now.time](Book& book) {
            return book.review(
                number, {given.impact, given.root_cause, given.resolution, given.lessons}, by, now);
        });
    });
}

void IncidentRoutes::add_action(host::RequestContext& call) {
    change(call, [&](std::uint64_t number) -> Result<Action> {
        const auto given = TRY(protocol::parse_incident_action(call.request.body));
        const auto issue = service_.creates_issues() ? operations::IssueState::Wanted
                                                     : operations::IssueState::None;
        return Action([=](Book& book) {
            return book.add_action(
                number,
                {.text = given.text, .owner = given.owner, .due = given.due, .issue = issue});
        });
    });
}

void IncidentRoutes::finish_action(host::RequestContext& call) {
    change(call, [&](std::uint64_t number) -> Result<Action> {
        const auto action = base::whole_number<std::uint64_t>(call.parameter("action")).value_or(0);
        return Action([=, now = call.now.time](Book& book) {
            return book.finish_action(
                number,
                static_cast<std::uint32_t>(std::min<std::uint64_t>(action, UINT32_MAX)),
                now);
        });
    });
}

}  // namespace botcore::api
