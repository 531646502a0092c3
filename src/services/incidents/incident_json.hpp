#pragma once

/// An incident as JSON: what is stored, and what the API shows. Fields are added, never renamed.
/// Times are in ISO 8601, precise to the millisecond.

#include "base/result.hpp"
#include "operations/incident.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace botcore::incidents {

[[nodiscard]] boost::json::object to_json(const operations::Incident& incident);

/// The incident; the error says what is wrong in the text.
[[nodiscard]] base::Result<operations::Incident, std::string> parse_incident(std::string_view text);

}  // namespace botcore::incidents
