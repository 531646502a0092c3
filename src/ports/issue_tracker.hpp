#pragma once

/// A tracker of work, such as GitHub or Jira, in which issues are created.
///
/// U1  `create` does not block. `done` is called once, within the tracker's time limit, and never
///     after the tracker is destroyed.
/// U2  An issue that the tracker shows under the marker is not created again if `may_exist` is set.
///     A tracker shows a new issue within seconds: an attempt that was repeated at once may create
///     a second one.
///
/// Threads: the loop thread.

#include "base/time.hpp"

#include <functional>
#include <optional>
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

struct IssueEnd {
    enum class Result : std::uint8_t {
        Exists,  ///< The issue exists at `url`.
        Failed,  ///< A repetition may succeed; the issue may exist.
        Refused  ///< The tracker does not accept the issue, now and later.
    };
    Result result = Result::Failed;
    std::string url{};                            ///< The address of the issue for people.
    std::string error{};                          ///< Without secrets; empty if the issue exists.
    std::optional<base::Duration> retry_after{};  ///< The delay that the tracker asks for.
};

class IssueTracker {
public:
    using Done = std::function<void(IssueEnd)>;

    IssueTracker() = default;
    IssueTracker(const IssueTracker&) = delete;
    IssueTracker& operator=(const IssueTracker&) = delete;
    virtual ~IssueTracker() = default;

    /// Creates the issue. If `may_exist` is set, an earlier attempt may have created it: the
    /// tracker is searched for the marker first.
    virtual void create(const Issue& issue, bool may_exist, Done done) = 0;
};

}  // namespace botcore::ports
