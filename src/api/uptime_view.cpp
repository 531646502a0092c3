#include "api/uptime_view.hpp"

#include "base/calendar.hpp"

#include <boost/json/object.hpp>

#include <array>
#include <string>
#include <utility>

namespace botcore::api {

namespace json = boost::json;

using operations::Duration;
using operations::percent_text;
using operations::UptimeFigures;
using operations::UptimeLog;

namespace {

constexpr std::array<std::int64_t, 3> kWindows = {30, 90, 365};

json::value seconds_or_null(std::optional<Duration> duration) {
    if (!duration) return nullptr;
    return duration->in_milliseconds() / 1'000;
}

/// A text such as "2026-11".
std::string month_text(std::chrono::year_month month) {
    const auto number = static_cast<unsigned>(month.month());
    return std::to_string(static_cast<int>(month.year())) + (number < 10 ? "-0" : "-") +
           std::to_string(number);
}

json::object row_json(const UptimeFigures& figures,
                      const operations::FailureRates& failures,
                      std::int64_t days,
                      std::int64_t target_ppm) {
    using operations::PlannedTime;
    const Duration budget = operations::budget_of(Duration::seconds(days * 86'400), target_ppm);
    json::object object;
    object["days"] = days;
    object["up_seconds"] = figures.up.in_milliseconds() / 1'000;
    object["degraded_seconds"] = figures.degraded.in_milliseconds() / 1'000;
    object["down_seconds"] = figures.down.in_milliseconds() / 1'000;
    object["emergency_seconds"] = figures.emergency.in_milliseconds() / 1'000;
    object["planned_seconds"] = figures.planned.in_milliseconds() / 1'000;
    object["stopped_seconds"] = figures.stopped.in_milliseconds() / 1'000;
    object["availability_percent"] = percent_text(availability_ppm(figures, PlannedTime::LeftOut));
    object["availability_with_planned_percent"] =
        percent_text(availability_ppm(figures, PlannedTime::CountsAsDown));
    object["fully_functional_percent"] =
        percent_text(fully_functional_ppm(figures, PlannedTime::LeftOut));
    object["target_percent"] = percent_text(target_ppm);
    object["budget_seconds"] = budget.in_milliseconds() / 1'000;
    object["budget_left_seconds"] =
        (budget - figures.down - figures.stopped).in_milliseconds() / 1'000;
    object["outages"] = failures.outages;
    object["mtbf_seconds"] = seconds_or_null(failures.between);
    object["mttr_seconds"] = seconds_or_null(failures.to_repair);
    return object;
}

/// The calendar months (UTC) in which anything was counted. The budget is that of the whole month,
/// also for the current one.
json::array months_json(const UptimeLog& log, std::int64_t target_ppm) {
    json::array list;
    if (log.days().empty()) return list;
    const std::chrono::year_month_day oldest(log.days().begin()->first);
    const std::chrono::year_month_day newest(log.days().rbegin()->first);
    const auto last = newest.year() / newest.month();
    for (auto month = oldest.year() / oldest.month(); month <= last;
         month += std::chrono::months(1)) {
        const std::chrono::sys_days first = month / 1;
        const std::chrono::sys_days end = (month + std::chrono::months(1)) / 1;
        const UptimeFigures figures = log.between(first, end);
        // In some months the service may not have been in use.
        if (figures == UptimeFigures()) continue;
        json::object row =
            row_json(figures, log.failures_between(first, end), (end - first).count(), target_ppm);
        row["month"] = month_text(month);
        list.push_back(std::move(row));
    }
    return list;
}

}  // namespace

json::array uptime_view(const UptimeLog& log, std::int64_t target_ppm) {
    json::array list;
    for (const std::int64_t days : kWindows)
        list.push_back(row_json(log.over(days), log.failures(days), days, target_ppm));
    return list;
}

json::array services_view(const operations::ServiceUptimes& uptimes) {
    json::array list;
    for (const operations::AvailabilityTarget& target : operations::availability_targets()) {
        const UptimeLog* log = uptimes.find(target.service);
        if (log == nullptr) continue;
        json::object object;
        object["service"] = target.service;
        object["target_percent"] = percent_text(target.ppm);
        object["uptime"] = uptime_view(*log, target.ppm);
        object["months"] = months_json(*log, target.ppm);
        list.push_back(std::move(object));
    }
    return list;
}

}  // namespace botcore::api
