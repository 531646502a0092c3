#pragma once

/// An issue as the body of the REST call `POST /rest/api/3/issue` of Jira Cloud:
///
///   {"fields": {"project": {"key"}, "summary", "description", "issuetype": {"name": "Task"},
///               "labels", "duedate"}}
///
/// The description is a document in Atlassian's format, one paragraph for each line; the last one
/// is the marker, which is a label too. `duedate` is only there if the issue is due. The owner of
/// an action is a name of ours and no account of Jira: nobody is assigned.
///
/// Threads: any.

#include "ports/issue_tracker.hpp"

#include <string>
#include <string_view>

namespace botcore::issues_jira {

/// One line of JSON. `project` is the key of the project, such as "OPS". Texts are cut at the
/// limits of Jira: 255 characters for the summary, 32,767 for the description.
[[nodiscard]] std::string issue_document(const ports::Issue& issue, std::string_view project);

}  // namespace botcore::issues_jira
