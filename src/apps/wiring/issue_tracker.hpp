#pragma once

/// Makes the tracker in which action items of incidents become issues, from the keys `incidents.…`.

#include "host/config.hpp"
#include "net/http_attempt.hpp"
#include "ports/issue_tracker.hpp"

#include <memory>
#include <string>

namespace botcore::apps {

/// Whether a tracker is configured.
[[nodiscard]] bool has_issue_tracker(const host::Config& config);

/// Null if no tracker is configured. The transport must outlive the tracker. The error names the
/// wrong key and the cause, never a secret.
[[nodiscard]] base::Result<std::unique_ptr<ports::IssueTracker>, std::string> make_issue_tracker(
    const host::Config& config, net::HttpTransport& transport);

/// Checks whether `make_issue_tracker` would accept the configuration. Sends nothing.
[[nodiscard]] base::Outcome<std::string> check_issue_tracker(const host::Config& config);

}  // namespace botcore::apps
