#include "services/notifications/escalation.hpp"

#include "observability/redact.hpp"
#include "services/notifications/escalation_json.hpp"

#include <algorithm>
#include <utility>

namespace botcore::notifications {

using base::Timestamp;
using operations::EscalationState;
using operations::Incident;
using operations::IncidentSeverity;

namespace {

constexpr std::string_view kEscalationKind = "escalation";

bool calls_people(const Incident& incident) {
    return incident.is_open() && !incident.acknowledged &&
           incident.severity >= IncidentSeverity::High;
}

ports::ServiceChange row_of(const EscalationState& state) {
    return {.row = {.kind = std::string(kEscalationKind),
                    .key = ports::numbered_key(state.incident),
                    .text = to_json(state)}};
}

std::string name_of(std::uint64_t incident) {
    return "Incident " + std::to_string(incident);
}

/// Unique over all processes, unlike the numbers of the outbox, which begin again when it is empty:
/// mail servers drop a message whose id they have seen.
std::string notice_id(std::uint64_t incident, Timestamp now) {
    return "incident-" + std::to_string(incident) + "-" + std::to_string(now.in_microseconds());
}

/// What the person is told who is called for this incident.
ports::Notice call_notice(const Incident& incident, const std::string& fact, Timestamp now) {
    return {
        .id = notice_id(incident.number, now),
        .subject = operations::incident_subject(incident.number),
        .level = ports::NoticeLevel::Critical,
        .text = name_of(incident.number) + " needs you: " + observability::redact(incident.title),
        .page = "docs/runbooks/incident.md",
        .action = "botctl incident ack " + std::to_string(incident.number),
        .time = now,
        .facts = {{"severity", std::string(operations::to_text(incident.severity))},
                  {"escalation", fact}}};
}

/// What those learn who were told about an incident that needs nobody any more.
ports::Notice end_notice(std::uint64_t number, const Incident* incident, Timestamp now) {
    std::string text = name_of(number);
    if (incident != nullptr && incident->is_open() && incident->acknowledged) {
        text += " is acknowledged by " + observability::redact(incident->acknowledged_by);
    } else {
        text += " is resolved";
    }
    return {.id = notice_id(number, now) + "-over",
            .subject = operations::incident_subject(number),
            .level = ports::NoticeLevel::Critical,
            .over = true,
            .text = std::move(text),
            .page = "docs/runbooks/incident.md"};
}

}  // namespace

base::Result<std::unique_ptr<Escalation>, std::string> Escalation::make(const Parts& parts,
                                                                        Timestamp now) {
    std::unique_ptr<Escalation> service(new Escalation(parts));
    TRY(service->restore(now));
    return service;
}

/// A row that cannot be read is logged and removed: its incident then begins again with the first
/// person.
base::Outcome<std::string> Escalation::restore(Timestamp now) {
    const auto people = parts_.plan.escalation_order(now);
    std::vector<ports::ServiceChange> changes;
    for (const ports::ServiceRow& stored : TRY(parts_.store.rows(kEscalationKind))) {
        auto state = parse_escalation(stored.text);
        if (!state || ports::numbered_key(state.value().incident) != stored.key) {
            parts_.log.write(observability::Level::Error,
                             "A stored escalation cannot be read and begins again",
                             {{"operation", std::string_view("escalation")},
                              {"cause", state ? "its key is another" : state.error()},
                              {"row", stored.text}});
            changes.push_back({.row = stored, .removed = true});
            continue;
        }
        EscalationState restored = std::move(state).value();
        if (operations::adopt_people(restored, people)) changes.push_back(row_of(restored));
        active_.emplace(restored.incident, std::move(restored));
    }
    if (!changes.empty()) parts_.store.change(std::move(changes), nullptr);
    return base::Done{};
}

void Escalation::tick(const model::Now& now) {
    const auto& incidents = parts_.incidents();
    for (auto item = active_.begin(); item != active_.end();) {
        const auto found =
            std::find_if(incidents.begin(), incidents.end(), [&](const Incident& one) {
                return one.number == item->first;
            });
        const Incident* incident = found == incidents.end() ? nullptr : &*found;
        if (incident != nullptr && calls_people(*incident)) {
            ++item;
            continue;
        }
        finish(item->second, incident, now.time);
        item = active_.erase(item);
    }
    for (const Incident& incident : incidents)
        if (calls_people(incident)) take_step_of(incident, now.time);
}

void Escalation::take_step_of(const Incident& incident, Timestamp now) {
    const auto [item, is_new] = active_.try_emplace(incident.number);
    EscalationState& state = item->second;
    if (is_new) {
        state.incident = incident.number;
        state.order = parts_.plan.escalation_order(now);
    }
    const auto step = operations::take_step(state, now, parts_.period);
    if (!step) return;
    const ports::Notice notice = call_notice(incident, step->fact, now);
    std::vector<ports::ServiceChange> together;
    together.push_back(row_of(state));
    together.push_back(parts_.add_fact(state.incident, {now, step->fact}));
    parts_.notifications.send_to(notice, channels_of(step->people), std::move(together));
}

/// Ends the escalation of an incident that was acknowledged or resolved, or that is unknown.
void Escalation::finish(const EscalationState& state, const Incident* incident, Timestamp now) {
    ports::ServiceChange change = row_of(state);
    change.removed = true;
    std::vector<std::string> told = state.order;
    told.resize(std::min(told.size(), state.told));
    parts_.notifications.send_to(
        end_notice(state.incident, incident, now), channels_of(told), {std::move(change)});
}

std::vector<std::string> Escalation::channels_of(const std::vector<std::string>& people) const {
    std::vector<std::string> channels;
    for (const std::string& person : people)
        for (std::string& name : parts_.channels_of(person))
            channels.push_back(std::move(name));
    return channels;
}

}  // namespace botcore::notifications
