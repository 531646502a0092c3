#pragma once

/// The stored form of what users were told about a window and about an outage.

#include "base/result.hpp"
#include "operations/user_notices.hpp"

#include <string>
#include <string_view>

namespace botcore::notifications {

// Stored in the service store: never change the meaning of a field.

[[nodiscard]] std::string to_json(const operations::ToldSteps& told);
[[nodiscard]] std::string to_json(const operations::ServiceOutage& outage);

/// The errors say what is wrong with the text.
[[nodiscard]] base::Result<operations::ToldSteps, std::string> parse_told_steps(
    std::string_view text);
[[nodiscard]] base::Result<operations::ServiceOutage, std::string> parse_outage(
    std::string_view text);

}  // namespace botcore::notifications
