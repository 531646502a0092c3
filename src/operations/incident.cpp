#include "operations/incident.hpp"

#include "base/check.hpp"
#include "base/whole_number.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace botcore::operations {

using base::Duration;
using base::Timestamp;

namespace {

// Indexed by the enumeration.
constexpr std::array<std::string_view, 4> kSeverities{"low", "medium", "high", "critical"};

// Indexed by the enumeration.
constexpr std::array<std::string_view, 5> kIssueStates{
    "none", "wanted", "attempted", "exists", "refused"};

void add(Incident& incident, IncidentFact fact) {
    if (incident.timeline.size() < IncidentBook::kFactsMax) {
        incident.timeline.push_back(std::move(fact));
    }
}

constexpr std::string_view kSubjectPrefix = "Incident/";

bool is_over(const IncidentAlert& alert) {
    return alert.over;
}

/// The incident with this number; null if there is none.
template <class Incidents>
auto* with_number(Incidents& incidents, std::uint64_t number) {
    const auto found = std::find_if(incidents.begin(), incidents.end(), [&](const Incident& one) {
        return one.number == number;
    });
    return found == incidents.end() ? nullptr : &*found;
}

/// The mean of the spans; empty if there are none.
class Mean {
public:
    void add(Duration span) {
        sum_ = sum_ + std::max(span, Duration());
        ++count_;
    }

    [[nodiscard]] std::optional<Duration> value() const {
        if (count_ == 0) return std::nullopt;
        return Duration::microseconds(sum_.in_microseconds() / count_);
    }

private:
    Duration sum_;
    std::int64_t count_ = 0;
};

}  // namespace

std::string_view to_text(IncidentSeverity severity) {
    return kSeverities.at(static_cast<std::size_t>(severity));
}

std::optional<IncidentSeverity> parse_severity(std::string_view text) {
    const auto found = std::find(kSeverities.begin(), kSeverities.end(), text);
    if (found == kSeverities.end()) return std::nullopt;
    return static_cast<IncidentSeverity>(found - kSeverities.begin());
}

std::string incident_subject(std::uint64_t number) {
    return std::string(kSubjectPrefix) + std::to_string(number);
}

std::optional<std::uint64_t> incident_of_subject(std::string_view subject) {
    if (!subject.starts_with(kSubjectPrefix)) return std::nullopt;
    return base::whole_number<std::uint64_t>(subject.substr(kSubjectPrefix.size()));
}

std::string_view to_text(IssueState state) {
    return kIssueStates.at(static_cast<std::size_t>(state));
}

std::optional<IssueState> parse_issue_state(std::string_view text) {
    const auto found = std::find(kIssueStates.begin(), kIssueStates.end(), text);
    if (found == kIssueStates.end()) return std::nullopt;
    return static_cast<IssueState>(found - kIssueStates.begin());
}

Duration Incident::duration(Timestamp now) const {
    const Timestamp end = recovered ? *recovered : resolved.value_or(now);
    return std::max(end - began, Duration());
}

bool Incident::review_due() const {
    if (is_open() || duration(*resolved) <= IncidentBook::kReviewAfter) return false;
    return root_cause.empty() || actions.empty();
}

IncidentTimes mean_times(std::span<const Incident> incidents) {
    Mean detect;
    Mean acknowledge;
    Mean recover;
    for (const Incident& incident : incidents) {
        detect.add(incident.detected - incident.began);
        if (incident.acknowledged) acknowledge.add(*incident.acknowledged - incident.detected);
        if (incident.recovered) recover.add(*incident.recovered - incident.detected);
    }
    return {detect.value(), acknowledge.value(), recover.value()};
}

IncidentBook::IncidentBook(std::vector<Incident> incidents) : incidents_(std::move(incidents)) {
    CHECK(std::is_sorted(incidents_.begin(),
                         incidents_.end(),
                         [](const Incident& a, const Incident& b) { return a.number < b.number; }));
}

Incident& IncidentBook::begin(Incident incident) {
    incident.number = incidents_.empty() ? 1 : incidents_.back().number + 1;
    incidents_.push_back(std::move(incident));
    return incidents_.back();
}

Incident* IncidentBook::at(std::uint64_t number) {
    return with_number(incidents_, number);
}

const Incident* IncidentBook::find(std::uint64_t number) const {
    return with_number(incidents_, number);
}

/// The newest open incident that has this alert.
Incident* IncidentBook::open_with(std::string_view subject) {
    const auto found =
        std::find_if(incidents_.rbegin(), incidents_.rend(), [&](const Incident& incident) {
            return incident.is_open() &&
                   std::any_of(incident.alerts.begin(),
                               incident.alerts.end(),
                               [&](const IncidentAlert& one) { return one.subject == subject; });
        });
    return found == incidents_.rend() ? nullptr : &*found;
}

/// The newest open incident that an alert may join now (C1).
Incident* IncidentBook::to_join(Timestamp now) {
    const auto found =
        std::find_if(incidents_.rbegin(), incidents_.rend(), [&](const Incident& incident) {
            return incident.is_open() && now - incident.joined < kGroupWithin;
        });
    return found == incidents_.rend() ? nullptr : &*found;
}

std::uint64_t IncidentBook::alert_began(const AlertBegan& alert) {
    Incident* incident = open_with(alert.subject);
    if (incident != nullptr) {
        for (IncidentAlert& one : incident->alerts)
            if (one.subject == alert.subject) one.over = false;
        incident->recovered.reset();
    } else {
        incident = to_join(alert.detected);
        if (incident == nullptr) {
            if (!alert.critical) return 0;
            incident = &begin({.title = alert.text,
                               .began = alert.began,
                               .detected = alert.detected,
                               .joined = alert.detected});
        }
        incident->alerts.push_back({alert.subject, false});
        incident->recovered.reset();
        incident->joined = alert.detected;
    }
    add(*incident, {alert.detected, alert.subject + ": " + alert.text});
    return incident->number;
}

std::uint64_t IncidentBook::alert_over(std::string_view subject, Timestamp now) {
    Incident* incident = open_with(subject);
    if (incident == nullptr) return 0;
    for (IncidentAlert& one : incident->alerts)
        if (one.subject == subject) one.over = true;
    add(*incident, {now, std::string(subject) + " is over"});
    const auto& alerts = incident->alerts;
    if (std::all_of(alerts.begin(), alerts.end(), is_over)) incident->recovered = now;
    return incident->number;
}

std::uint64_t IncidentBook::add_fact(std::string_view subject, IncidentFact fact) {
    Incident* incident = open_with(subject);
    if (incident == nullptr) return 0;
    add(*incident, std::move(fact));
    return incident->number;
}

std::vector<std::uint64_t> IncidentBook::tick(Timestamp now) {
    std::vector<std::uint64_t> changed;
    for (Incident& incident : incidents_) {
        if (!incident.is_open() || !incident.recovered) continue;
        if (now - *incident.recovered < kOverFor) continue;
        incident.resolved = now;
        add(incident, {now, "Resolved: everything has been over for five minutes"});
        changed.push_back(incident.number);
    }
    return changed;
}

std::uint64_t IncidentBook::open(IncidentSeverity severity,
                                 std::string title,
                                 std::string by,
                                 Timestamp now) {
    Incident& incident = begin({.severity = severity,
                                .title = std::move(title),
                                .began = now,
                                .detected = now,
                                .joined = now});
    add(incident, {now, "Opened", std::move(by)});
    return incident.number;
}

std::optional<IncidentBook::Refused> IncidentBook::acknowledge(std::uint64_t number,
                                                               const std::string& by,
                                                               const std::string& note,
                                                               Timestamp now) {
    Incident* incident = at(number);
    if (incident == nullptr) return Refused::Unknown;
    if (incident->acknowledged) return Refused::AlreadyAcknowledged;
    incident->acknowledged = now;
    incident->acknowledged_by = by;
    add(*incident, {now, "Acknowledged" + (note.empty() ? "" : ": " + note), by});
    return std::nullopt;
}

std::optional<IncidentBook::Refused> IncidentBook::note(std::uint64_t number, IncidentFact fact) {
    Incident* incident = at(number);
    if (incident == nullptr) return Refused::Unknown;
    add(*incident, std::move(fact));
    return std::nullopt;
}

std::optional<IncidentBook::Refused> IncidentBook::resolve(std::uint64_t number,
                                                           const std::string& by,
                                                           const std::string& resolution,
                                                           Timestamp now) {
    Incident* incident = at(number);
    if (incident == nullptr) return Refused::Unknown;
    if (!incident->is_open()) return Refused::AlreadyResolved;
    incident->resolved = now;
    if (!incident->recovered) incident->recovered = now;
    if (!resolution.empty()) incident->resolution = resolution;
    add(*incident, {now, "Resolved" + (resolution.empty() ? "" : ": " + resolution), by});
    return std::nullopt;
}

std::optional<IncidentBook::Refused> IncidentBook::review(std::uint64_t number,
                                                          const Review& review,
                                                          const std::string& by,
                                                          Timestamp now) {
    Incident* incident = at(number);
    if (incident == nullptr) return Refused::Unknown;
    const auto set = [](std::string& text, const std::string& given) {
        if (!given.empty()) text = given;
    };
    set(incident->impact, review.impact);
    set(incident->root_cause, review.root_cause);
    set(incident->resolution, review.resolution);
    set(incident->lessons, review.lessons);
    add(*incident, {now, "Reviewed", by});
    return std::nullopt;
}

std::optional<IncidentBook::Refused> IncidentBook::add_action(std::uint64_t number,
                                                              ActionItem action) {
    Incident* incident = at(number);
    if (incident == nullptr) return Refused::Unknown;
    action.number = static_cast<std::uint32_t>(incident->actions.size() + 1);
    incident->actions.push_back(std::move(action));
    return std::nullopt;
}

std::optional<IncidentBook::Refused> IncidentBook::finish_action(std::uint64_t number,
                                                                 std::uint32_t action,
                                                                 Timestamp now) {
    Incident* incident = at(number);
    if (incident == nullptr) return Refused::Unknown;
    if (action == 0 || action > incident->actions.size()) return Refused::NoSuchAction;
    ActionItem& item = incident->actions[action - 1];
    if (!item.done) item.done = now;
    return std::nullopt;
}

std::optional<IncidentBook::Refused> IncidentBook::set_issue(std::uint64_t number,
                                                             std::uint32_t action,
                                                             IssueState state,
                                                             std::string url) {
    Incident* incident = at(number);
    if (incident == nullptr) return Refused::Unknown;
    if (action == 0 || action > incident->actions.size()) return Refused::NoSuchAction;
    ActionItem& item = incident->actions[action - 1];
    item.issue = state;
    item.issue_url = std::move(url);
    return std::nullopt;
}

}  // namespace botcore::operations
