#include "adapters/issues_github/github_issue.hpp"
#include "adapters/issues_jira/jira_issue.hpp"
#include "apps/botctl/commands.hpp"
#include "apps/botctl/table.hpp"
#include "services/incidents/action_issue.hpp"
#include "services/incidents/incident_json.hpp"

#include <boost/json/serialize.hpp>

#include <array>
#include <iostream>
#include <vector>

namespace botcore::botctl {

namespace json = boost::json;

using operations::ActionItem;
using operations::Incident;

namespace {

/// The incidents of the response, the oldest first; the error names one that cannot be read.
base::Result<std::vector<Incident>, std::string> incidents_of(const json::value& data) {
    const auto* object = data.if_object();
    const auto* rows = object == nullptr ? nullptr : object->if_contains("incidents");
    if (rows == nullptr || !rows->is_array()) {
        return base::Failure{std::string("the response has no list of incidents")};
    }
    std::vector<Incident> incidents;
    const json::array& all = rows->get_array();
    for (auto it = all.rbegin(); it != all.rend(); ++it)
        incidents.push_back(TRY(incidents::parse_incident(json::serialize(*it))));
    return incidents;
}

/// Calls `print` with each action that the arguments choose.
template <class Print>
void each_action(const std::vector<Incident>& incidents, bool all, Print print) {
    for (const Incident& incident : incidents) {
        for (const ActionItem& action : incident.actions) {
            if (all || !action.done) print(incident, action);
        }
    }
}

void print_actions(std::ostream& out, const std::vector<Incident>& incidents, bool all) {
    static constexpr std::array<Column, 6> kColumns = {{{"INCIDENT", "incident", Align::Right},
                                                        {"ACTION", "number", Align::Right},
                                                        {"OWNER", "owner"},
                                                        {"DUE", "due"},
                                                        {"DONE", "done"},
                                                        {"TEXT", "text"}}};
    json::array rows;
    each_action(incidents, all, [&](const Incident& incident, const ActionItem& action) {
        rows.push_back({{"incident", incident.number},
                        {"number", action.number},
                        {"owner", action.owner},
                        {"due", action.due},
                        {"done", action.done ? "yes" : "no"},
                        {"text", action.text}});
    });
    print_table(out, rows, kColumns, "there is no action item");
}

void print_issues(std::ostream& out,
                  const std::vector<Incident>& incidents,
                  const ActionArguments& args) {
    each_action(incidents, args.all, [&](const Incident& incident, const ActionItem& action) {
        const ports::Issue issue = incidents::issue_of(incident, action);
        out << (args.tracker == "jira" ? issues_jira::issue_document(issue, args.project)
                                       : issues_github::issue_document(issue))
            << "\n";
    });
}

}  // namespace

int incident_actions(DaemonClient& client, const ActionArguments& args) {
    if (args.tracker == "jira" && args.project.empty()) {
        return wrong_usage("--export jira needs --project, the key of the project");
    }
    if (args.tracker.empty() && client.settings().output == Output::Json) {
        return wrong_usage("for JSON choose --export github or --export jira");
    }
    const std::string path = "/api/incidents";
    const auto result = client.reach(get_request(path));
    if (!result) {
        return client.unavailable("the daemon does not respond at " + client.settings().url);
    }
    if (!*result || result->value().status != 200) return client.finish(*result, {});
    const auto data = data_of(result->value());
    const auto incidents =
        data ? incidents_of(*data)
             : base::Result<std::vector<Incident>, std::string>(
                   base::Failure{std::string("the response does not have the form of the API")});
    if (!incidents) {
        std::cerr << "botctl: " << printable(incidents.error()) << "\n";
        return kExitSoftware;
    }
    if (args.tracker.empty()) {
        print_actions(std::cout, incidents.value(), args.all);
    } else {
        print_issues(std::cout, incidents.value(), args);
    }
    return kExitOk;
}

}  // namespace botcore::botctl
