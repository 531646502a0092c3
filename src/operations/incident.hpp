#pragma once

/// Incidents: what was wrong, from when to when, who knew, and what follows from it. Critical
/// alerts open them; a person may too.
///
/// C1  A critical alert that begins within `kGroupWithin` after an incident was opened or joined
///     belongs to that incident while it is open. Later ones open another: several may be open.
/// C2  An incident is resolved when all its alerts have been over for `kOverFor`, or when a person
///     says so. An alert that begins again before that goes on with the same incident.
/// C3  An incident whose outage took longer than `kReviewAfter` needs a review: a root cause and at
///     least one action item. Until then its review is due.
/// C4  Every time in an incident is one at which something happened: MTTD, MTTA and MTTR are
///     computed from these facts alone.
///
///     alert ──> open ──person──> acknowledged ──all over, kOverFor──> resolved ──> reviewed

#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::operations {

/// Ordered from least to most severe. Source: RD-11.
enum class IncidentSeverity : std::uint8_t { Low, Medium, High, Critical };

[[nodiscard]] std::string_view to_text(IncidentSeverity severity);
[[nodiscard]] std::optional<IncidentSeverity> parse_severity(std::string_view text);

/// One line of the timeline.
struct IncidentFact {
    base::Timestamp time;
    std::string text;
    std::string by{};  ///< The person; empty for the daemon.
};

/// How far the issue of an action item is in a tracker such as GitHub.
enum class IssueState : std::uint8_t {
    None,       ///< None is wanted: no tracker was configured when the item was added.
    Wanted,     ///< It will be created.
    Attempted,  ///< It may exist: an attempt has begun.
    Exists,
    Refused  ///< The tracker does not accept it.
};

[[nodiscard]] std::string_view to_text(IssueState state);
[[nodiscard]] std::optional<IssueState> parse_issue_state(std::string_view text);

/// Something that must be done so that it does not happen again.
struct ActionItem {
    std::uint32_t number = 0;  ///< From 1, within the incident.
    std::string text;
    std::string owner;
    std::string due{};  ///< A date such as "2026-12-24"; empty: none.
    std::optional<base::Timestamp> done{};
    IssueState issue = IssueState::None;
    std::string issue_url{};  ///< Empty unless the issue exists.
};

/// An alert of an incident.
struct IncidentAlert {
    std::string subject;
    bool over = false;
};

struct Incident {
    std::uint64_t number = 0;  ///< From 1, ascending in the order of opening.
    IncidentSeverity severity = IncidentSeverity::Critical;
    std::string title;
    base::Timestamp began;     ///< When the condition began to hold.
    base::Timestamp detected;  ///< When the alert fired, or a person opened it.
    std::optional<base::Timestamp> acknowledged{};
    std::string acknowledged_by{};
    std::optional<base::Timestamp> recovered{};  ///< When the last alert was over.
    std::optional<base::Timestamp> resolved{};
    base::Timestamp joined;  ///< When the last alert joined.
    std::vector<IncidentAlert> alerts{};
    std::vector<IncidentFact> timeline{};
    std::string impact{};
    std::string root_cause{};
    std::string resolution{};
    std::string lessons{};
    std::vector<ActionItem> actions{};

    [[nodiscard]] bool is_open() const { return !resolved.has_value(); }

    /// From the beginning to the recovery, or to `now` while it lasts.
    [[nodiscard]] base::Duration duration(base::Timestamp now) const;

    /// C3. False while it is open.
    [[nodiscard]] bool review_due() const;
};

/// Mean times over incidents; empty if none has the facts.
struct IncidentTimes {
    std::optional<base::Duration> to_detect;       ///< From the beginning to the detection.
    std::optional<base::Duration> to_acknowledge;  ///< From the detection to the acknowledgement.
    std::optional<base::Duration> to_recover;      ///< From the detection to the recovery.
};

[[nodiscard]] IncidentTimes mean_times(std::span<const Incident> incidents);

class IncidentBook {
public:
    static constexpr base::Duration kGroupWithin = base::Duration::seconds(600);
    static constexpr base::Duration kOverFor = base::Duration::seconds(300);
    static constexpr base::Duration kReviewAfter = base::Duration::seconds(300);
    /// More facts are counted, not kept.
    static constexpr std::size_t kFactsMax = 500;

    /// Incidents of earlier processes, ascending by number.
    explicit IncidentBook(std::vector<Incident> incidents = {});

    struct AlertBegan {
        std::string subject;
        std::string text;       ///< One sentence that says what is wrong.
        bool critical = false;  ///< Others join an open incident, but open none.
        base::Timestamp began;
        base::Timestamp detected;
    };

    /// All functions that change an incident return its number, or 0 if nothing changed.
    std::uint64_t alert_began(const AlertBegan& alert);
    std::uint64_t alert_over(std::string_view subject, base::Timestamp now);
    /// Adds a fact, such as a delivered notice, to the newest open incident with this alert.
    std::uint64_t add_fact(std::string_view subject, IncidentFact fact);

    /// Resolves what has been over for long enough. Call it about once a second. The calendar time
    /// may step: then an incident is resolved earlier or later.
    std::vector<std::uint64_t> tick(base::Timestamp now);

    std::uint64_t open(IncidentSeverity severity,
                       std::string title,
                       std::string by,
                       base::Timestamp now);

    /// Why a person's request is refused.
    enum class Refused : std::uint8_t {
        Unknown,
        AlreadyAcknowledged,
        AlreadyResolved,
        NoSuchAction,
    };

    /// What a person does; empty if it was done.
    [[nodiscard]] std::optional<Refused> acknowledge(std::uint64_t number,
                                                     const std::string& by,
                                                     const std::string& note,
                                                     base::Timestamp now);
    [[nodiscard]] std::optional<Refused> note(std::uint64_t number, IncidentFact fact);
    [[nodiscard]] std::optional<Refused> resolve(std::uint64_t number,
                                                 const std::string& by,
                                                 const std::string& resolution,
                                                 base::Timestamp now);

    /// Sets the texts of the report that are not empty.
    struct Review {
        std::string impact{};
        std::string root_cause{};
        std::string resolution{};
        std::string lessons{};
    };

    [[nodiscard]] std::optional<Refused> review(std::uint64_t number,
                                                const Review& review,
                                                const std::string& by,
                                                base::Timestamp now);
    [[nodiscard]] std::optional<Refused> add_action(std::uint64_t number, ActionItem action);
    [[nodiscard]] std::optional<Refused> finish_action(std::uint64_t number,
                                                       std::uint32_t action,
                                                       base::Timestamp now);

    /// Sets how far the issue of the action is; `url` is its address if it exists.
    [[nodiscard]] std::optional<Refused> set_issue(std::uint64_t number,
                                                   std::uint32_t action,
                                                   IssueState state,
                                                   std::string url);

    /// Null if there is none.
    [[nodiscard]] const Incident* find(std::uint64_t number) const;

    [[nodiscard]] const std::vector<Incident>& incidents() const { return incidents_; }

private:
    [[nodiscard]] Incident* at(std::uint64_t number);
    [[nodiscard]] Incident* open_with(std::string_view subject);
    [[nodiscard]] Incident* to_join(base::Timestamp now);
    Incident& begin(Incident incident);

    std::vector<Incident> incidents_;
};

/// The subject of notices about the incident itself, such as "Incident/7".
[[nodiscard]] std::string incident_subject(std::uint64_t number);

/// The number of the incident with this subject; empty if it is the subject of something else.
[[nodiscard]] std::optional<std::uint64_t> incident_of_subject(std::string_view subject);

/// The report in the form of the specification, as Markdown.
[[nodiscard]] std::string incident_report(const Incident& incident, base::Timestamp now);

}  // namespace botcore::operations
