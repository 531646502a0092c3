#include "apps/botctl/commands.hpp"
#include "apps/botctl/table.hpp"

#include <boost/json/serialize.hpp>

#include <array>
#include <initializer_list>
#include <iostream>
#include <utility>

namespace botcore::botctl {

namespace json = boost::json;

namespace {

using Texts = std::initializer_list<std::pair<std::string_view, std::string>>;

std::string path_of(const IncidentArguments& args) {
    return "/api/incidents/" + encoded(args.number);
}

void print_list_of(std::ostream& out, const json::value& data) {
    static constexpr std::array<Column, 7> kColumns = {{{"INCIDENT", "number", Align::Right},
                                                        {"SEVERITY", "severity"},
                                                        {"BEGAN", "began"},
                                                        {"ACKNOWLEDGED", "acknowledged"},
                                                        {"RESOLVED", "resolved"},
                                                        {"REVIEW DUE", "review_due"},
                                                        {"TITLE", "title"}}};
    const auto* object = data.if_object();
    const auto* rows = object == nullptr ? nullptr : object->if_contains("incidents");
    if (rows == nullptr || !rows->is_array()) return;
    print_table(out, rows->get_array(), kColumns, "there has been no incident");
}

template <std::size_t N>
void print_inner(std::ostream& out,
                 const json::object& incident,
                 const char* name,
                 const std::array<Column, N>& columns) {
    const auto* rows = incident.if_contains(name);
    if (rows == nullptr || !rows->is_array() || rows->get_array().empty()) return;
    out << "\n";
    print_table(out, rows->get_array(), columns, "");
}

void print_incident(std::ostream& out, const json::value& data) {
    static constexpr std::array<Column, 9> kFields = {{{"incident", "number"},
                                                       {"severity", "severity"},
                                                       {"title", "title"},
                                                       {"began", "began"},
                                                       {"detected", "detected"},
                                                       {"acknowledged", "acknowledged"},
                                                       {"by", "acknowledged_by"},
                                                       {"recovered", "recovered"},
                                                       {"resolved", "resolved"}}};
    static constexpr std::array<Column, 3> kFacts = {
        {{"TIME", "time"}, {"WHAT HAPPENED", "text"}, {"BY", "by"}}};
    static constexpr std::array<Column, 6> kActions = {{{"ACTION", "number", Align::Right},
                                                        {"TEXT", "text"},
                                                        {"OWNER", "owner"},
                                                        {"DUE", "due"},
                                                        {"DONE", "done"},
                                                        {"ISSUE", "issue_url"}}};
    const auto* incident = data.if_object();
    if (incident == nullptr) return;
    print_fields(out, *incident, kFields);
    print_inner(out, *incident, "timeline", kFacts);
    print_inner(out, *incident, "actions", kActions);
}

/// Sends the texts that are not empty.
int post(DaemonClient& client, std::string path, const Texts& texts) {
    json::object body;
    for (const auto& [name, text] : texts)
        if (!text.empty()) body[name] = text;
    ClientRequest request;
    request.method = "POST";
    request.path = std::move(path);
    request.body = json::serialize(body);
    return client.command(std::move(request), print_incident);
}

}  // namespace

int incident_list(DaemonClient& client) {
    return client.read("/api/incidents", print_list_of);
}

int incident_show(DaemonClient& client, const IncidentArguments& args) {
    return client.read(path_of(args), print_incident);
}

int incident_report(DaemonClient& client, const IncidentArguments& args) {
    const auto result = client.reach(get_request(path_of(args) + "/report"));
    if (!result) {
        return client.unavailable("the daemon does not respond at " + client.settings().url);
    }
    if (!*result || result->value().status != 200) return client.finish(*result, print_incident);
    std::cout << result->value().body;
    return 0;
}

int incident_open(DaemonClient& client, const IncidentArguments& args) {
    return post(client, "/api/incidents", {{"title", args.text}, {"severity", args.severity}});
}

int incident_acknowledge(DaemonClient& client, const IncidentArguments& args) {
    return post(client, path_of(args) + "/acknowledge", {{"note", args.text}});
}

int incident_note(DaemonClient& client, const IncidentArguments& args) {
    return post(client, path_of(args) + "/note", {{"text", args.text}});
}

int incident_resolve(DaemonClient& client, const IncidentArguments& args) {
    return post(client, path_of(args) + "/resolve", {{"resolution", args.resolution}});
}

int incident_review(DaemonClient& client, const IncidentArguments& args) {
    return post(client,
                path_of(args) + "/review",
                {{"impact", args.impact},
                 {"root_cause", args.root_cause},
                 {"resolution", args.resolution},
                 {"lessons", args.lessons}});
}

int incident_add_action(DaemonClient& client, const IncidentArguments& args) {
    return post(client,
                path_of(args) + "/actions",
                {{"text", args.text}, {"owner", args.owner}, {"due", args.due}});
}

int incident_finish_action(DaemonClient& client, const IncidentArguments& args) {
    return post(client, path_of(args) + "/actions/" + encoded(args.action) + "/done", {});
}

}  // namespace botcore::botctl
