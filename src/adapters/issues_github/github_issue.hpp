#pragma once

/// An issue as the body of GitHub's REST call `POST /repos/{owner}/{repo}/issues`:
///
///   {"title", "body", "labels"}
///
/// The body is Markdown. Its last line is the marker. GitHub has no due date for an issue: it is a
/// line of the body. The owner of an action is a name of ours and no login: nobody is assigned.
///
/// Threads: any.

#include "ports/issue_tracker.hpp"

#include <string>

namespace botcore::issues_github {

/// One line of JSON. Texts are cut at the limits of GitHub: 256 characters for the title, 65,536
/// for the body.
[[nodiscard]] std::string issue_document(const ports::Issue& issue);

}  // namespace botcore::issues_github
