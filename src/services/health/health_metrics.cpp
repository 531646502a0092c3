#include "services/health/health_metrics.hpp"

#include "base/calendar.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>

namespace botcore::health {

namespace {

struct Window {
    std::string_view name;
    std::int64_t seconds = 0;
};

/// The windows of the alerts about the error budget.
constexpr std::array kWindows{Window{"5m", 300},
                              Window{"30m", 1'800},
                              Window{"1h", 3'600},
                              Window{"2h", 7'200},
                              Window{"6h", 21'600},
                              Window{"1d", 86'400},
                              Window{"3d", 259'200}};

/// The windows of availability, in days; the calendar month is apart.
constexpr std::array kDayWindows{std::pair{std::string_view("30d"), std::int64_t{30}},
                                 std::pair{std::string_view("90d"), std::int64_t{90}},
                                 std::pair{std::string_view("365d"), std::int64_t{365}}};
constexpr std::int64_t kBudgetDays = 30;

double percent(std::int64_t ppm) {
    return static_cast<double>(ppm) / 1e4;
}

operations::UptimeFigures of_this_month(const operations::UptimeLog& log) {
    if (!log.noted_until()) return {};
    const std::chrono::year_month_day today(base::day_of(*log.noted_until()));
    const auto month = today.year() / today.month();
    return log.between(month / 1, (month + std::chrono::months(1)) / 1);
}

double value_of(operations::HealthState state) {
    switch (state) {
        case operations::HealthState::Healthy:
            return 1;
        case operations::HealthState::Degraded:
            return 0.5;
        case operations::HealthState::Unhealthy:
            return 0;
    }
    return 0;
}

}  // namespace

void write_health_metrics(const HealthReport& report, observability::Metrics& metrics) {
    for (const operations::ComponentStatus& finding : report.findings) {
        metrics.set("health_check_status",
                    {operations::row_of(finding.dependency).name},
                    value_of(finding.state));
    }
    metrics.set("maintenance_planned", report.planned ? 1 : 0);
    const auto& modes = report.modes;
    for (const auto& row : operations::degraded_modes()) {
        const bool is_active = std::find(modes.begin(), modes.end(), row.mode) != modes.end();
        metrics.set("degraded_mode", {row.id}, is_active ? 1 : 0);
    }
}

void write_uptime_metrics(const operations::UptimeLog& uptime, observability::Metrics& metrics) {
    const operations::UptimeFigures figures = uptime.over(30);
    const auto set = [&](std::string_view state, base::Duration time) {
        metrics.set("service_seconds", {state}, static_cast<double>(time.in_microseconds()) / 1e6);
    };
    set("up", figures.up);
    set("degraded", figures.degraded);
    set("down", figures.down);
    set("planned", figures.planned);
    set("stopped", figures.stopped);
    for (const Window& window : kWindows) {
        const base::Duration down = uptime.downtime_within(base::Duration::seconds(window.seconds));
        metrics.set(
            "downtime_seconds", {window.name}, static_cast<double>(down.in_microseconds()) / 1e6);
    }
}

void write_service_metrics(const operations::ServiceUptimes& uptimes,
                           observability::Metrics& metrics) {
    using operations::PlannedTime;
    for (const operations::AvailabilityTarget& target : operations::availability_targets()) {
        const operations::UptimeLog* log = uptimes.find(target.service);
        if (log == nullptr) continue;
        const auto set = [&](std::string_view window, const operations::UptimeFigures& figures) {
            if (figures.counted() == base::Duration()) return;
            metrics.set("uptime_percent",
                        {target.service, window},
                        percent(availability_ppm(figures, PlannedTime::LeftOut)));
            metrics.set("fully_functional_percent",
                        {target.service, window},
                        percent(fully_functional_ppm(figures, PlannedTime::LeftOut)));
        };
        for (const auto& [window, days] : kDayWindows)
            set(window, log->over(days));
        set("month", of_this_month(*log));
        const operations::UptimeFigures figures = log->over(kBudgetDays);
        const base::Duration left =
            operations::budget_of(base::Duration::seconds(kBudgetDays * 86'400), target.ppm) -
            figures.down - figures.stopped;
        metrics.set("error_budget_seconds",
                    {target.service},
                    static_cast<double>(left.in_microseconds()) / 1e6);
    }
}

}  // namespace botcore::health
