#include "base/time_text.hpp"
#include "operations/incident.hpp"

namespace botcore::operations {

namespace {

constexpr std::string_view kToBeWritten = "To be written.";

/// "14:03", from a time in ISO 8601.
std::string minute_of(base::Timestamp time) {
    return base::to_iso8601(time).substr(11, 5);
}

/// "3 h 5 min", "12 min", "40 s".
std::string span_text(base::Duration span) {
    const std::int64_t seconds = span.in_milliseconds() / 1'000;
    if (seconds < 60) return std::to_string(seconds) + " s";
    const std::int64_t minutes = seconds / 60;
    if (minutes < 60) return std::to_string(minutes) + " min";
    return std::to_string(minutes / 60) + " h " + std::to_string(minutes % 60) + " min";
}

std::string capitalized(std::string_view word) {
    std::string text(word);
    if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') {
        text.front() = static_cast<char>(text.front() - 'a' + 'A');
    }
    return text;
}

/// The text in one line: a line's end would begin another element of the page.
std::string line_of(std::string_view text) {
    std::string line(text);
    for (char& letter : line)
        if (letter == '\n' || letter == '\r') letter = ' ';
    return line;
}

std::string section(std::string_view title, const std::string& text) {
    return "\n## " + std::string(title) + "\n\n" +
           (text.empty() ? std::string(kToBeWritten) : text) + "\n";
}

std::string timeline_of(const Incident& incident) {
    std::string lines;
    for (const IncidentFact& fact : incident.timeline) {
        lines += "- " + minute_of(fact.time) + " UTC: " + line_of(fact.text) +
                 (fact.by.empty() ? "" : " (" + line_of(fact.by) + ")") + "\n";
    }
    return lines;
}

std::string actions_of(const Incident& incident) {
    std::string lines;
    for (const ActionItem& action : incident.actions) {
        lines += std::string("- [") + (action.done ? "x" : " ") + "] " + line_of(action.text) +
                 (action.owner.empty() ? "" : ", " + line_of(action.owner)) +
                 (action.due.empty() ? "" : ", due " + action.due) + "\n";
    }
    return lines;
}

}  // namespace

std::string incident_report(const Incident& incident, base::Timestamp now) {
    const std::string ongoing = incident.is_open() ? ", not resolved yet" : "";
    std::string text = "# Incident " + std::to_string(incident.number) + ": " +
                       line_of(incident.title) + "\n\n## Summary\n\n";
    text += "- **Date**: " + base::to_iso8601(incident.began).substr(0, 10) + "\n";
    text += "- **Duration**: " + span_text(incident.duration(now)) + ongoing + "\n";
    text += "- **Severity**: " + capitalized(to_text(incident.severity)) + "\n";
    text += "- **Impact**: " +
            (incident.impact.empty() ? std::string(kToBeWritten) : line_of(incident.impact)) + "\n";
    text += "\n## Timeline\n\n" + timeline_of(incident);
    text += section("Root Cause", incident.root_cause);
    text += section("Resolution", incident.resolution);
    text += section("Action Items", actions_of(incident));
    text += section("Lessons Learned", incident.lessons);
    return text;
}

}  // namespace botcore::operations
