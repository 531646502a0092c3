#pragma once

/// The public status page as JSON, in the form of all responses of the API. The file that is
/// published and the response of `GET /status` have the same form. Fields are added, never renamed.
///
///     {"data": {"as_of", "state", "components": [{"name", "state"}],
///               "maintenance": [{"begin", "end", "state", "emergency"}],
///               "incidents": [{"severity", "title", "began", "acknowledged", "recovered",
///                              "resolved", "under_review"}], "incidents_left_out",
///               "availability_percent", "days": [{"date", "state", "availability_percent"}]},
///      "timestamp"}
///
/// A figure or a time that does not exist is null; the state of a day without data is "no_data".

#include "operations/status_page.hpp"

#include <string>

namespace botcore::status_page {

[[nodiscard]] std::string status_json(const operations::StatusPage& page);

}  // namespace botcore::status_page
