#pragma once

/// Strict parsers for the bodies of the incident routes; see api_requests.hpp for the rules. Every
/// text is one line of at most `kIncidentTextMax` bytes.

#include "base/result.hpp"
#include "protocol/api_requests.hpp"

#include <string>
#include <string_view>

namespace botcore::protocol {

inline constexpr std::size_t kIncidentTextMax = 2'000;

struct IncidentOpening {
    std::string title;
    std::string severity;  ///< "low", "medium", "high" or "critical".
};

/// Fields: title; severity (high), optional.
[[nodiscard]] base::Result<IncidentOpening, RequestError> parse_incident_opening(
    std::string_view body);

/// A body with at most one field of this name. An empty body and a missing field give an empty
/// text, unless the field is required.
[[nodiscard]] base::Result<std::string, RequestError> parse_incident_text(std::string_view body,
                                                                          std::string_view name,
                                                                          bool is_required);

struct IncidentReviewTexts {
    std::string impact;
    std::string root_cause;
    std::string resolution;
    std::string lessons;
};

/// Fields, all optional, but at least one: impact, root_cause, resolution, lessons.
[[nodiscard]] base::Result<IncidentReviewTexts, RequestError> parse_incident_review(
    std::string_view body);

struct IncidentAction {
    std::string text;
    std::string owner;
    std::string due;  ///< A date such as "2026-12-24", or empty.
};

/// Fields: text, owner; due, optional.
[[nodiscard]] base::Result<IncidentAction, RequestError> parse_incident_action(
    std::string_view body);

}  // namespace botcore::protocol
