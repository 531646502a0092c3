#include "operations/status_page.hpp"

#include "base/calendar.hpp"
#include "base/check.hpp"
#include "base/time_text.hpp"
#include "operations/maintenance.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace botcore::operations {

using base::Timestamp;

namespace {

/// A day with less availability than this shows an outage; about 14 minutes of downtime.
constexpr std::int64_t kOutageBelow = 990'000;

// Indexed by the enumeration.
constexpr std::array<std::string_view, 4> kPublicStates{
    "operational", "degraded", "maintenance", "outage"};

struct PartRow {
    PublicPart part = PublicPart::Trading;
    std::string_view name;
    std::string_view incident;  ///< The title of an incident that concerns it.
};

// Indexed by the enumeration.
constexpr std::array<PartRow, 8> kPublicParts{{
    {PublicPart::Trading, "Trading", "Problem with trading"},
    {PublicPart::Exchange,
     "Connection to the exchange",
     "Problem with the connection to the exchange"},
    {PublicPart::MarketData, "Market data", "Problem with market data"},
    {PublicPart::Api, "Website and API", "Problem with the website and the API"},
    {PublicPart::LiveUpdates, "Live updates", "Problem with live updates"},
    {PublicPart::Analysis, "Analysis", "Problem with the analysis"},
    {PublicPart::Notifications, "Notifications", "Problem with notifications"},
    {PublicPart::Records, "Records and backups", "Problem with records and backups"},
}};

constexpr std::string_view kOtherIncident = "Problem with the service";

/// What the loss of a component means for users.
struct DependencyPart {
    Dependency dependency = Dependency::Database;
    PublicPart part = PublicPart::Trading;
    PublicState lost = PublicState::Degraded;
};

/// The monitoring of the service itself concerns no user and is not listed.
constexpr std::array<DependencyPart, 11> kDependencyParts{{
    {Dependency::Database, PublicPart::Trading, PublicState::Outage},
    {Dependency::Exchange, PublicPart::Exchange, PublicState::Outage},
    {Dependency::Market, PublicPart::MarketData, PublicState::Outage},
    {Dependency::Disk, PublicPart::Trading, PublicState::Degraded},
    {Dependency::Clock, PublicPart::Trading, PublicState::Degraded},
    {Dependency::Cache, PublicPart::Api, PublicState::Degraded},
    {Dependency::WebSocket, PublicPart::LiveUpdates, PublicState::Outage},
    {Dependency::Analysis, PublicPart::Analysis, PublicState::Outage},
    {Dependency::Notifier, PublicPart::Notifications, PublicState::Degraded},
    {Dependency::Archive, PublicPart::Records, PublicState::Degraded},
    {Dependency::Books, PublicPart::Records, PublicState::Degraded},
}};

constexpr std::array<AlertPart, 37> kAlertParts{{
    {"StoreDown", PublicPart::Trading},
    {"DiskFull", PublicPart::Trading},
    {"DiskLow", PublicPart::Trading},
    {"ClockUncertain", PublicPart::Trading},
    {"WriterStopped", PublicPart::Trading},
    {"OrderUnknown", PublicPart::Trading},
    {"OrdersUnknown", PublicPart::Trading},
    {"AccountsFrozen", PublicPart::Trading},
    {"CommitsFailing", PublicPart::Trading},
    {"TransactionsFailing", PublicPart::Trading},
    {"ExchangeDown", PublicPart::Exchange},
    {"AccountsNotCompared", PublicPart::Exchange},
    {"BreakerOpen", PublicPart::Exchange},
    {"AllBreakersOpen", PublicPart::Exchange},
    {"ReconnectsFailing", PublicPart::Exchange},
    {"MarketDown", PublicPart::MarketData},
    {"MarketStale", PublicPart::MarketData},
    {"PricesStale", PublicPart::MarketData},
    {"Overload", PublicPart::Api},
    {"CacheDown", PublicPart::Api},
    {"RequestsShed", PublicPart::Api},
    {"ErrorRateElevated", PublicPart::Api},
    {"ErrorRateHigh", PublicPart::Api},
    {"TimeoutsHigh", PublicPart::Api},
    {"AnalysisDown", PublicPart::Analysis},
    {"NotifierDown", PublicPart::Notifications},
    {"ArchiveDown", PublicPart::Records},
    {"ArchiveBehind", PublicPart::Records},
    {"BooksInDoubt", PublicPart::Records},
    {"BooksInconsistent", PublicPart::Records},
    {"ReconcileMismatch", PublicPart::Records},
    {"BackupNotWhole", PublicPart::Records},
    {"BackupFailed", PublicPart::Records},
    {"BackupOld", PublicPart::Records},
    {"BackupMissing", PublicPart::Records},
    {"VerificationOld", PublicPart::Records},
    {"DrillOverdue", PublicPart::Records},
}};

const PartRow& row_of(PublicPart part) {
    const PartRow& row = kPublicParts.at(static_cast<std::size_t>(part));
    CHECK(row.part == part);
    return row;
}

/// Null for a component that concerns no user.
const DependencyPart* part_of(Dependency dependency) {
    const auto* found = std::find_if(
        kDependencyParts.begin(), kDependencyParts.end(), [&](const DependencyPart& row) {
            return row.dependency == dependency;
        });
    return found == kDependencyParts.end() ? nullptr : found;
}

/// The title of an incident, from the first of its alerts that tells which part it concerns.
std::string_view title_of(const Incident& incident) {
    for (const IncidentAlert& alert : incident.alerts) {
        const std::string_view subject = alert.subject;
        const auto slash = subject.find('/');
        for (const AlertPart& row : kAlertParts)
            if (row.alert == subject.substr(0, slash)) return row_of(row.part).incident;
        if (slash == std::string_view::npos) continue;
        for (const DependencyRow& row : dependencies()) {
            const DependencyPart* part = part_of(row.dependency);
            const bool is_named = row.name == subject.substr(slash + 1);
            if (is_named && part != nullptr) return row_of(part->part).incident;
        }
    }
    return kOtherIncident;
}

PublicState state_of(const ComponentStatus& finding, const DependencyPart& row) {
    switch (finding.state) {
        case HealthState::Healthy:
            return PublicState::Operational;
        case HealthState::Degraded:
            return PublicState::Degraded;
        case HealthState::Unhealthy:
            break;
    }
    return row.lost;
}

bool is_under_way(model::WindowState state) {
    return state == model::WindowState::Draining || state == model::WindowState::Active ||
           state == model::WindowState::Ramping;
}

bool is_ahead(model::WindowState state) {
    return state == model::WindowState::Planned || state == model::WindowState::Noticed;
}

void add_windows(StatusPage& page, std::span<const model::MaintenanceWindow> windows) {
    for (const model::MaintenanceWindow& window : windows) {
        const bool under_way = is_under_way(window.state);
        if (!under_way && !is_ahead(window.state)) continue;
        page.windows.push_back({window.begin, window.end, under_way, window.emergency});
    }
    const auto order = [](const PublicWindow& one) {
        return std::tie(one.begin, one.end, one.under_way, one.emergency);
    };
    std::sort(page.windows.begin(), page.windows.end(), [&](const auto& a, const auto& b) {
        return order(a) < order(b);
    });
    if (page.windows.size() > StatusPage::kWindowsMax) page.windows.resize(StatusPage::kWindowsMax);
}

/// During maintenance, trading shows it, and so does every part that does not work in an announced
/// window.
void apply_maintenance(StatusPage& page) {
    const auto is_under_way_as = [&](bool emergency) {
        return std::any_of(page.windows.begin(), page.windows.end(), [&](const PublicWindow& one) {
            return one.under_way && one.emergency == emergency;
        });
    };
    const bool announced = is_under_way_as(false);
    if (!announced && !is_under_way_as(true)) return;
    for (PublicComponent& one : page.components) {
        const bool hidden = announced && one.state != PublicState::Operational;
        const bool stopped = one.part == PublicPart::Trading && one.state != PublicState::Outage;
        if (hidden || stopped) one.state = PublicState::Maintenance;
    }
}

void add_components(StatusPage& page, const StatusFacts& facts) {
    // Trading and the API exist in every installation.
    std::map<PublicPart, PublicState> states{{PublicPart::Trading, PublicState::Operational},
                                             {PublicPart::Api, PublicState::Operational}};
    for (const ComponentStatus& finding : facts.findings) {
        const DependencyPart* row = part_of(finding.dependency);
        if (row == nullptr) continue;
        PublicState& state = states[row->part];
        state = std::max(state, state_of(finding, *row));
    }
    const bool overloaded =
        std::find(facts.modes.begin(), facts.modes.end(), DegradedMode::Overload) !=
        facts.modes.end();
    PublicState& api = states[PublicPart::Api];
    if (overloaded) api = std::max(api, PublicState::Degraded);
    for (const auto& [part, state] : states)
        page.components.push_back({part, state});
}

/// An outage of the whole service is one of trading or of the connection to the exchange; that of
/// any other part degrades the service.
PublicState overall_of(const std::vector<PublicComponent>& components) {
    PublicState overall = PublicState::Operational;
    for (const PublicComponent& one : components) {
        const bool is_essential =
            one.part == PublicPart::Trading || one.part == PublicPart::Exchange;
        const bool is_lesser = one.state == PublicState::Outage && !is_essential;
        overall = std::max(overall, is_lesser ? PublicState::Degraded : one.state);
    }
    return overall;
}

void add_incidents(StatusPage& page, std::span<const Incident> incidents) {
    const Timestamp first = base::midnight_of(page.days.front().day);
    // They are ascending by number, that is, in the order of their opening.
    for (auto it = incidents.rbegin(); it != incidents.rend(); ++it) {
        const Incident& one = *it;
        if (!one.is_open() && *one.resolved < first) continue;
        page.incidents.push_back({.severity = one.severity,
                                  .title = title_of(one),
                                  .began = one.began,
                                  .acknowledged = one.acknowledged,
                                  .recovered = one.recovered,
                                  .resolved = one.resolved,
                                  .under_review = one.review_due()});
    }
    if (page.incidents.size() <= StatusPage::kIncidentsMax) return;
    page.incidents_left_out = page.incidents.size() - StatusPage::kIncidentsMax;
    page.incidents.resize(StatusPage::kIncidentsMax);
}

PublicDay day_of_figures(std::chrono::sys_days day, const UptimeFigures& figures) {
    PublicDay result{.day = day, .state = std::nullopt, .availability_ppm = std::nullopt};
    if (figures.counted() == Duration()) {
        if (figures.planned > Duration()) result.state = PublicState::Maintenance;
        return result;
    }
    const std::int64_t ppm = availability_ppm(figures, PlannedTime::LeftOut);
    result.availability_ppm = ppm;
    const Duration impaired = figures.down + figures.stopped + figures.degraded;
    if (ppm < kOutageBelow) {
        result.state = PublicState::Outage;
    } else if (impaired > Duration()) {
        result.state = PublicState::Degraded;
    } else {
        result.state =
            figures.planned > Duration() ? PublicState::Maintenance : PublicState::Operational;
    }
    return result;
}

void add_days(StatusPage& page, const std::map<std::chrono::sys_days, UptimeFigures>& days) {
    const std::chrono::sys_days today = base::day_of(page.as_of);
    UptimeFigures sum;
    for (std::int64_t back = StatusPage::kDays - 1; back >= 0; --back) {
        const std::chrono::sys_days day = today - std::chrono::days(back);
        const auto found = days.find(day);
        const UptimeFigures figures = found == days.end() ? UptimeFigures() : found->second;
        page.days.push_back(day_of_figures(day, figures));
        sum.up = sum.up + figures.up;
        sum.degraded = sum.degraded + figures.degraded;
        sum.down = sum.down + figures.down;
        sum.stopped = sum.stopped + figures.stopped;
    }
    if (sum.counted() > Duration())
        page.availability_ppm = availability_ppm(sum, PlannedTime::LeftOut);
}

StatusPage without_time(StatusPage page) {
    page.as_of = Timestamp();
    page.availability_ppm.reset();
    for (PublicDay& day : page.days)
        day.availability_ppm.reset();
    return page;
}

}  // namespace

std::string_view to_text(PublicState state) {
    return kPublicStates.at(static_cast<std::size_t>(state));
}

std::string_view to_text(PublicPart part) {
    return row_of(part).name;
}

std::span<const AlertPart> alert_parts() {
    return kAlertParts;
}

StatusPage make_status_page(const StatusFacts& facts, Timestamp now) {
    StatusPage page{};
    page.as_of = now;
    add_days(page, facts.days);
    add_windows(page, facts.windows);
    add_components(page, facts);
    apply_maintenance(page);
    page.overall = overall_of(page.components);
    add_incidents(page, facts.incidents);
    CHECK(page.days.size() == static_cast<std::size_t>(StatusPage::kDays));
    return page;
}

bool say_the_same(const StatusPage& a, const StatusPage& b) {
    return without_time(a) == without_time(b);
}

std::string day_text(std::chrono::sys_days day) {
    constexpr std::size_t kDate = std::string_view("2026-11-30").size();
    return base::to_iso8601(base::midnight_of(day)).substr(0, kDate);
}

}  // namespace botcore::operations
