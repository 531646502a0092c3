#pragma once

/// The stored form of an escalation. Fields are added, never renamed.

#include "base/result.hpp"
#include "operations/escalation.hpp"

#include <string>
#include <string_view>

namespace botcore::notifications {

[[nodiscard]] std::string to_json(const operations::EscalationState& state);

/// The escalation; the error says what is wrong in the text.
[[nodiscard]] base::Result<operations::EscalationState, std::string> parse_escalation(
    std::string_view text);

}  // namespace botcore::notifications
