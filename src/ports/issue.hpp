#pragma once

/// An issue for a tracker of work, such as GitHub or Jira.
///
/// Threads: any.

#include <string>
#include <vector>

namespace botcore::ports {

struct Issue {
    /// Identifies the issue over all installations. It is also a line of the issue's text, so that
    /// people and programs find an issue that exists already.
    std::string marker;
    std::string title;                ///< One line.
    std::vector<std::string> lines;   ///< The paragraphs of the text, without the marker.
    std::string due{};                ///< A date such as "2026-12-24"; empty: none.
    std::vector<std::string> labels;  ///< Without blanks.
};

}  // namespace botcore::ports
