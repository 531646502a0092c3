#pragma once

/// The issue of an action item of an incident.
///
/// Threads: any.

#include "operations/incident.hpp"
#include "ports/issue_tracker.hpp"

namespace botcore::incidents {

/// What looks like a secret is removed from the texts. The marker contains the numbers of the
/// incident and of the action, and the second at which the incident began: another installation
/// has other incidents with the same numbers.
[[nodiscard]] ports::Issue issue_of(const operations::Incident& incident,
                                    const operations::ActionItem& action);

}  // namespace botcore::incidents
