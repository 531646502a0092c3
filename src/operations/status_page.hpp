#pragma once

/// The public status page: what users may know about the state of the service. Pure: the page is
/// made from facts and a given time, and rendered as HTML here and as JSON in
/// services/status_page.
///
/// P1  The page contains only fixed texts, times, states and figures. No text of a probe, an alert,
///     an operator or the configuration gets into it, since these may name internals.
/// P2  A day without data has no availability, never 100 %.
/// P3  The page states the time at which it was made, so that a reader recognizes an old copy.

#include "base/time.hpp"
#include "model/operating.hpp"
#include "operations/degraded_mode.hpp"
#include "operations/health.hpp"
#include "operations/incident.hpp"
#include "operations/uptime.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::operations {

/// Ordered from best to worst.
enum class PublicState : std::uint8_t { Operational, Degraded, Maintenance, Outage };

/// "operational", "degraded", "maintenance" or "outage".
[[nodiscard]] std::string_view to_text(PublicState state);

/// A part of the service as users know it.
enum class PublicPart : std::uint8_t {
    Trading,
    Exchange,
    MarketData,
    Api,
    LiveUpdates,
    Analysis,
    Notifications,
    Records,
};

/// Its name for users, such as "Market data".
[[nodiscard]] std::string_view to_text(PublicPart part);

struct PublicComponent {
    PublicPart part = PublicPart::Trading;
    PublicState state = PublicState::Operational;

    friend bool operator==(const PublicComponent&, const PublicComponent&) = default;
};

/// What users may know about an incident.
struct PublicIncident {
    IncidentSeverity severity = IncidentSeverity::Critical;
    std::string_view title;  ///< One of a few fixed texts.
    base::Timestamp began;
    std::optional<base::Timestamp> acknowledged;
    std::optional<base::Timestamp> recovered;
    std::optional<base::Timestamp> resolved;
    bool under_review = false;  ///< It is resolved, and its cause is being examined.

    friend bool operator==(const PublicIncident&, const PublicIncident&) = default;
};

/// A maintenance window that is planned or under way.
struct PublicWindow {
    base::Timestamp begin;
    base::Timestamp end;
    bool under_way = false;
    bool emergency = false;  ///< Announced with less than the usual notice.

    friend bool operator==(const PublicWindow&, const PublicWindow&) = default;
};

/// One UTC day.
struct PublicDay {
    std::chrono::sys_days day;
    /// Empty: there is no data of this day.
    std::optional<PublicState> state;
    /// In parts per million, rounded down, without planned time. Empty also if all time of the day
    /// was planned.
    std::optional<std::int64_t> availability_ppm;

    friend bool operator==(const PublicDay&, const PublicDay&) = default;
};

struct StatusPage {
    static constexpr std::int64_t kDays = 90;
    /// Incidents and windows beyond these are left out.
    static constexpr std::size_t kIncidentsMax = 100;
    static constexpr std::size_t kWindowsMax = 20;

    base::Timestamp as_of;
    PublicState overall = PublicState::Operational;
    std::vector<PublicComponent> components;
    std::vector<PublicWindow> windows;      ///< Ascending by their beginning.
    std::vector<PublicIncident> incidents;  ///< The newest first.
    std::size_t incidents_left_out = 0;
    std::vector<PublicDay> days;  ///< `kDays`, ascending; the last one contains `as_of`.
    /// Of all these days together; empty if none has a figure.
    std::optional<std::int64_t> availability_ppm;

    friend bool operator==(const StatusPage&, const StatusPage&) = default;
};

/// What the page is made from.
struct StatusFacts {
    std::span<const ComponentStatus> findings;
    std::span<const DegradedMode> modes;
    std::span<const model::MaintenanceWindow> windows;
    std::span<const Incident> incidents;
    const std::map<std::chrono::sys_days, UptimeFigures>& days;
};

[[nodiscard]] StatusPage make_status_page(const StatusFacts& facts, base::Timestamp now);

/// Whether both pages say the same, apart from the time and the figures that change with it alone.
[[nodiscard]] bool say_the_same(const StatusPage& a, const StatusPage& b);

/// "2026-11-30".
[[nodiscard]] std::string day_text(std::chrono::sys_days day);

/// A complete HTML document without script and without anything from another address.
[[nodiscard]] std::string status_html(const StatusPage& page);

/// The alerts that tell which part of the service an incident concerns.
struct AlertPart {
    std::string_view alert;
    PublicPart part;
};

[[nodiscard]] std::span<const AlertPart> alert_parts();

}  // namespace botcore::operations
