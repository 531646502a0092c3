#include "services/incidents/incident_service.hpp"

#include "base/check.hpp"
#include "services/incidents/incident_json.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace botcore::incidents {

using operations::Incident;
using operations::IncidentSeverity;

namespace {

constexpr std::string_view kKind = "incident";
/// The mean times are those of the incidents that were detected within this time.
constexpr base::Duration kMeansOver = base::Duration::seconds(30 * 86'400);

std::string_view state_of(const Incident& incident) {
    if (!incident.is_open()) return "resolved";
    return incident.acknowledged ? "acknowledged" : "open";
}

ports::ServiceChange row_of(const Incident& incident) {
    return {.row = {.kind = std::string(kKind),
                    .key = ports::numbered_key(incident.number),
                    .text = boost::json::serialize(to_json(incident))}};
}

}  // namespace

base::Result<std::unique_ptr<IncidentService>, std::string> IncidentService::make(
    const Parts& parts) {
    std::vector<Incident> incidents;
    for (const ports::ServiceRow& row : TRY(parts.store.rows(kKind))) {
        auto incident = parse_incident(row.text);
        const bool is_next =
            incident && (incidents.empty() || incident.value().number > incidents.back().number);
        if (is_next) {
            incidents.push_back(std::move(incident).value());
            continue;
        }
        // The row stays in the file: it may be read by hand.
        parts.log.write(observability::Level::Error,
                        "A stored incident cannot be read and is not shown",
                        {{"operation", std::string_view("incidents")},
                         {"row", row.key},
                         {"cause", incident ? "its number is not ascending" : incident.error()}});
    }
    return std::unique_ptr<IncidentService>(new IncidentService(parts, std::move(incidents)));
}

IncidentService::IncidentService(const Parts& parts, std::vector<Incident> incidents)
    : parts_(parts),
      book_(std::move(incidents)) {
    for (const Incident& incident : book_.incidents())
        published_.emplace(incident.number, state_of(incident));
    show_figures();
}

void IncidentService::on_alert(const operations::AlertChange& change, base::Timestamp now) {
    const operations::Alert& alert = change.alert;
    if (change.over) return store(book_.alert_over(alert.subject(), now));
    const std::size_t before = book_.incidents().size();
    const std::uint64_t number =
        book_.alert_began({.subject = alert.subject(),
                           .text = std::string(alert.rule->summary),
                           .critical = alert.rule->level == operations::AlertLevel::Critical,
                           .began = alert.began,
                           .detected = now});
    if (book_.incidents().size() > before) count_opened(number);
    store(number);
}

void IncidentService::on_delivered(std::string_view channel,
                                   const ports::Notice& notice,
                                   base::Timestamp now) {
    const std::string text =
        "Told over " + std::string(channel) + ": " + (notice.over ? "over: " : "") + notice.subject;
    if (const auto number = operations::incident_of_subject(notice.subject)) {
        if (!book_.note(*number, {now, text})) store(*number);
        return;
    }
    store(book_.add_fact(notice.subject, {now, text}));
}

ports::ServiceChange IncidentService::add_fact(std::uint64_t number,
                                               operations::IncidentFact fact) {
    const Outcome outcome = book_.note(number, std::move(fact));
    CHECK(!outcome);
    return row_of(*book_.find(number));
}

void IncidentService::tick(const model::Now& now) {
    for (const std::uint64_t number : book_.tick(now.time)) {
        parts_.log.write(observability::Level::Info,
                         "An incident is resolved",
                         {{"operation", std::string_view("incidents")},
                          {"incident", static_cast<std::int64_t>(number)}});
        store(number);
    }
}

std::uint64_t IncidentService::open(IncidentSeverity severity,
                                    const std::string& title,
                                    const std::string& by,
                                    base::Timestamp now) {
    const std::uint64_t number = book_.open(severity, title, by, now);
    count_opened(number);
    store(number);
    return number;
}

IncidentService::Outcome IncidentService::change(std::uint64_t number,
                                                 const std::function<Outcome(Book&)>& action,
                                                 ports::ServiceStore::Done durable) {
    Outcome outcome = action(book_);
    if (!outcome) store(number, std::move(durable));
    return outcome;
}

void IncidentService::store(std::uint64_t number, ports::ServiceStore::Done durable) {
    const Incident* incident = book_.find(number);
    if (incident == nullptr) return;
    parts_.store.change({row_of(*incident)}, std::move(durable));
    publish(*incident);
    show_figures();
}

void IncidentService::publish(const Incident& incident) {
    std::string_view& published = published_[incident.number];
    const std::string_view state = state_of(incident);
    if (std::exchange(published, state) == state) return;
    parts_.publish(protocol::incident_changed({.number = incident.number,
                                               .severity = operations::to_text(incident.severity),
                                               .state = state,
                                               .began = incident.began},
                                              parts_.now()));
}

void IncidentService::count_opened(std::uint64_t number) {
    const Incident* incident = book_.find(number);
    CHECK(incident != nullptr);
    parts_.metrics.count("incidents_total", {operations::to_text(incident->severity)});
    parts_.log.write(observability::Level::Warn,
                     "An incident is open",
                     {{"operation", std::string_view("incidents")},
                      {"incident", static_cast<std::int64_t>(number)},
                      {"severity", operations::to_text(incident->severity)},
                      {"title", incident->title}});
}

void IncidentService::show_figures() {
    const auto& incidents = book_.incidents();
    const auto count = [&](auto matches) {
        return static_cast<double>(std::count_if(incidents.begin(), incidents.end(), matches));
    };
    auto& metrics = parts_.metrics;
    metrics.set("incident_open", count([](const Incident& one) { return one.is_open(); }));
    metrics.set("incident_review_due", count([](const Incident& one) { return one.review_due(); }));
    const base::Timestamp since = parts_.now() - kMeansOver;
    const auto first = std::find_if(incidents.begin(), incidents.end(), [&](const Incident& one) {
        return one.detected >= since;
    });
    const operations::IncidentTimes times = operations::mean_times({first, incidents.end()});
    const auto show = [&](std::string_view name, const std::optional<base::Duration>& mean) {
        const auto microseconds = mean.value_or(base::Duration()).in_microseconds();
        metrics.set(name, static_cast<double>(microseconds) / 1e6);
    };
    show("incident_mttd_seconds", times.to_detect);
    show("incident_mtta_seconds", times.to_acknowledge);
    show("incident_mttr_seconds", times.to_recover);
}

}  // namespace botcore::incidents
