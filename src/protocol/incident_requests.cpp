#include "protocol/incident_requests.hpp"

#include "base/plain_text.hpp"
#include "base/time_text.hpp"
#include "protocol/flat_reader.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace botcore::protocol {

namespace {

constexpr std::string_view kIncidentLine =
    "one line of 1 to 2000 bytes without control or direction characters";

std::optional<std::string> read_incident_line(std::string_view text) {
    const bool fits = !text.empty() && text.size() <= kIncidentTextMax && base::is_plain_line(text);
    return fits ? std::optional(std::string(text)) : std::nullopt;
}

std::optional<std::string> read_severity(std::string_view text) {
    static constexpr std::array<std::string_view, 4> kKnown{"low", "medium", "high", "critical"};
    const bool is_known = std::find(kKnown.begin(), kKnown.end(), text) != kKnown.end();
    return is_known ? std::optional(std::string(text)) : std::nullopt;
}

std::optional<std::string> read_date(std::string_view text) {
    const bool is_date = text.size() == std::string_view("2026-12-24").size() &&
                         base::parse_iso8601(std::string(text) + "T00:00Z").has_value();
    return is_date ? std::optional(std::string(text)) : std::nullopt;
}

Result<std::string, RequestError> line_or_none(FieldReader& reader, std::string_view name) {
    if (!reader.has(name)) return std::string();
    return reader.word(name, kIncidentLine, read_incident_line);
}

}  // namespace

base::Result<IncidentOpening, RequestError> parse_incident_opening(std::string_view body) {
    FieldReader reader = TRY(fields_if_any(body));
    TRY(reader.only(std::array<std::string_view, 2>{"title", "severity"}));
    IncidentOpening opening;
    opening.title = TRY(reader.word("title", kIncidentLine, read_incident_line));
    opening.severity = "high";
    if (reader.has("severity")) {
        opening.severity =
            TRY(reader.word("severity", "low, medium, high or critical", read_severity));
    }
    return opening;
}

base::Result<std::string, RequestError> parse_incident_text(std::string_view body,
                                                            std::string_view name,
                                                            bool is_required) {
    FieldReader reader = TRY(fields_if_any(body));
    TRY(reader.only(std::array<std::string_view, 1>{name}));
    if (is_required) return reader.word(name, kIncidentLine, read_incident_line);
    return line_or_none(reader, name);
}

base::Result<IncidentReviewTexts, RequestError> parse_incident_review(std::string_view body) {
    FieldReader reader = TRY(fields_if_any(body));
    TRY(reader.only(
        std::array<std::string_view, 4>{"impact", "root_cause", "resolution", "lessons"}));
    IncidentReviewTexts review;
    review.impact = TRY(line_or_none(reader, "impact"));
    review.root_cause = TRY(line_or_none(reader, "root_cause"));
    review.resolution = TRY(line_or_none(reader, "resolution"));
    review.lessons = TRY(line_or_none(reader, "lessons"));
    const bool is_empty = review.impact.empty() && review.root_cause.empty() &&
                          review.resolution.empty() && review.lessons.empty();
    if (!is_empty) return review;
    return Failure{RequestError{.code = "MISSING_FIELD",
                                .message = "expected at least one of impact, root_cause, "
                                           "resolution and lessons",
                                .field = "root_cause",
                                .expected = std::string(kIncidentLine),
                                .received = "nothing"}};
}

base::Result<IncidentAction, RequestError> parse_incident_action(std::string_view body) {
    FieldReader reader = TRY(fields_if_any(body));
    TRY(reader.only(std::array<std::string_view, 3>{"text", "owner", "due"}));
    IncidentAction action;
    action.text = TRY(reader.word("text", kIncidentLine, read_incident_line));
    action.owner = TRY(reader.word("owner", kIncidentLine, read_incident_line));
    if (reader.has("due")) {
        action.due = TRY(reader.word("due", "a date such as 2026-12-24", read_date));
    }
    return action;
}

}  // namespace botcore::protocol
