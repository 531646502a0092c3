#include "services/health/uptime_file.hpp"

#include "base/calendar.hpp"
#include "host/durable_file.hpp"
#include "host/whole_file.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <span>
#include <utility>

namespace botcore::health {

namespace json = boost::json;

using base::Duration;
using base::Failure;
using base::Timestamp;
using operations::Outage;
using operations::ServiceUptimes;
using operations::UptimeFigures;
using operations::UptimeLog;

namespace {

constexpr std::int64_t kFormat = 1;
/// Later days are not counted.
constexpr std::chrono::sys_days kDayMax = std::chrono::year(9999) / 12 / 31;
constexpr std::int64_t kTimeMax = base::midnight_of(kDayMax).in_microseconds();

/// The numbers of a list with exactly `count` elements; empty for anything else.
std::optional<std::vector<std::int64_t>> numbers_of(const json::value& value, std::size_t count) {
    const auto* list = value.if_array();
    if (list == nullptr || list->size() != count) return std::nullopt;
    std::vector<std::int64_t> numbers;
    for (const json::value& item : *list) {
        const auto* number = item.if_int64();
        if (number == nullptr || *number < 0 || *number > kTimeMax) return std::nullopt;
        numbers.push_back(*number);
    }
    return numbers;
}

const json::array* list_in(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value == nullptr ? nullptr : value->if_array();
}

std::optional<std::int64_t> number_in(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    const auto* number = value == nullptr ? nullptr : value->if_int64();
    return number == nullptr || *number < 0 || *number > kTimeMax ? std::nullopt
                                                                  : std::optional(*number);
}

using Days = std::map<std::chrono::sys_days, UptimeFigures>;
using Read = base::Result<UptimeLog, std::string>;

constexpr std::string_view kDays = "days_up_degraded_down_planned_stopped_us";
/// Older files have no figure for orderly stops.
constexpr std::string_view kOlderDays = "days_up_degraded_down_planned_us";
constexpr std::string_view kEmergency = "emergency_us";
/// Days in a row with the same figures are one entry, which keeps the file small.
constexpr std::string_view kRuns = "first_day_days_up_degraded_down_planned_stopped_emergency_us";

json::array outages_json(const UptimeLog& log) {
    json::array outages;
    for (const Outage& outage : log.outages()) {
        outages.push_back(json::array{outage.began.in_microseconds(),
                                      outage.ended.value_or(Timestamp()).in_microseconds()});
    }
    return outages;
}

json::array runs_json(const UptimeLog& log) {
    json::array runs;
    for (auto first = log.days().begin(); first != log.days().end();) {
        auto next = std::next(first);
        std::int64_t count = 1;
        while (next != log.days().end() && next->second == first->second &&
               next->first == first->first + std::chrono::days(count)) {
            ++next;
            ++count;
        }
        const UptimeFigures& figures = first->second;
        runs.push_back(json::array{first->first.time_since_epoch().count(),
                                   count,
                                   figures.up.in_microseconds(),
                                   figures.degraded.in_microseconds(),
                                   figures.down.in_microseconds(),
                                   figures.planned.in_microseconds(),
                                   figures.stopped.in_microseconds(),
                                   figures.emergency.in_microseconds()});
        first = next;
    }
    return runs;
}

json::object service_json(const UptimeLog& log) {
    json::object object;
    object["noted_until_us"] = log.noted_until().value_or(Timestamp()).in_microseconds();
    object[kRuns] = runs_json(log);
    object["outages_us"] = outages_json(log);
    return object;
}

/// The form of the engine's figures is older than that of the other services; it stays, so that an
/// earlier version reads it after a rollback.
void add_engine(json::object& object, const UptimeLog& log) {
    object["noted_until_us"] = log.noted_until().value_or(Timestamp()).in_microseconds();
    json::array days;
    json::array emergency;
    for (const auto& [day, figures] : log.days()) {
        const auto number = day.time_since_epoch().count();
        days.push_back(json::array{number,
                                   figures.up.in_microseconds(),
                                   figures.degraded.in_microseconds(),
                                   figures.down.in_microseconds(),
                                   figures.planned.in_microseconds(),
                                   figures.stopped.in_microseconds()});
        if (figures.emergency > Duration()) {
            emergency.push_back(json::array{number, figures.emergency.in_microseconds()});
        }
    }
    object[kDays] = std::move(days);
    object[kEmergency] = std::move(emergency);
    object["stopped_in_order"] = log.stopped_in_order();
    object["outages_us"] = outages_json(log);
}

/// The day and the figures; the numbers are up, degraded, down, planned, stopped, emergency.
/// Returns what is wrong; empty if nothing is.
std::string put_day(Days& days, std::int64_t day, std::span<const std::int64_t> numbers) {
    const auto counted = std::accumulate(numbers.begin(), numbers.end() - 1, std::int64_t{0});
    if (day > kDayMax.time_since_epoch().count() || counted > base::kDay.in_microseconds()) {
        return "a day has more than 24 hours or lies in the future";
    }
    if (numbers[5] > numbers[2]) return "a day has more emergency time than downtime";
    days[std::chrono::sys_days(std::chrono::days(day))] = {Duration::microseconds(numbers[0]),
                                                           Duration::microseconds(numbers[1]),
                                                           Duration::microseconds(numbers[2]),
                                                           Duration::microseconds(numbers[3]),
                                                           Duration::microseconds(numbers[4]),
                                                           Duration::microseconds(numbers[5])};
    return {};
}

base::Result<Days, std::string> days_of_engine(const json::object& object) {
    const bool older = object.contains(kOlderDays);
    const json::array* list = list_in(object, older ? kOlderDays : kDays);
    if (list == nullptr) return Failure{std::string("a field is missing or has the wrong type")};
    std::map<std::int64_t, std::int64_t> emergency;
    if (const json::array* rows = list_in(object, kEmergency)) {
        for (const json::value& item : *rows) {
            const auto row = numbers_of(item, 2);
            if (!row) return Failure{std::string("an emergency time is not two numbers")};
            emergency[row->at(0)] = row->at(1);
        }
    }
    Days days;
    for (const json::value& item : *list) {
        auto row = numbers_of(item, older ? 5 : 6);
        if (!row) return Failure{std::string("a day is not six numbers")};
        row->resize(7);
        const auto found = emergency.find(row->front());
        if (found != emergency.end()) row->back() = found->second;
        const std::string wrong = put_day(days, row->front(), std::span(*row).subspan(1));
        if (!wrong.empty()) return Failure{wrong};
    }
    return days;
}

base::Result<Days, std::string> days_of_service(const json::object& object) {
    const json::array* list = list_in(object, kRuns);
    if (list == nullptr) return Failure{std::string("a field is missing or has the wrong type")};
    Days days;
    for (const json::value& item : *list) {
        const auto row = numbers_of(item, 8);
        if (!row) return Failure{std::string("a run of days is not eight numbers")};
        if (row->at(1) > UptimeLog::kDaysMax) return Failure{std::string("a run is too long")};
        for (std::int64_t i = 0; i < row->at(1); ++i) {
            const std::string wrong = put_day(days, row->at(0) + i, std::span(*row).subspan(2));
            if (!wrong.empty()) return Failure{wrong};
        }
    }
    return days;
}

base::Result<std::vector<Outage>, std::string> outages_of(const json::array& list) {
    std::vector<Outage> outages;
    for (const json::value& item : list) {
        const auto pair = numbers_of(item, 2);
        if (!pair) return Failure{std::string("an outage is not two numbers")};
        Outage outage{Timestamp::from_microseconds(pair->at(0)), std::nullopt};
        if (pair->at(1) != 0) outage.ended = Timestamp::from_microseconds(pair->at(1));
        if (!outages.empty() && (outage.began < outages.back().began || !outages.back().ended)) {
            return Failure{std::string("outages are not in chronological order")};
        }
        if (outage.ended && *outage.ended < outage.began) {
            return Failure{std::string("an outage ends before it began")};
        }
        outages.push_back(outage);
    }
    return outages;
}

Read log_of(const json::object& object, base::Result<Days, std::string> days) {
    const auto until = number_in(object, "noted_until_us");
    const json::array* outage_list = list_in(object, "outages_us");
    if (!until || outage_list == nullptr) {
        return Failure{std::string("a field is missing or has the wrong type")};
    }
    auto figures = TRY(std::move(days));
    auto outages = TRY(outages_of(*outage_list));
    if (*until == 0) return UptimeLog();
    return UptimeLog(std::move(figures), std::move(outages), Timestamp::from_microseconds(*until));
}

bool is_known(std::string_view service) {
    const auto targets = operations::availability_targets();
    return std::any_of(
        targets.begin(), targets.end(), [&](const auto& row) { return row.service == service; });
}

/// Adds the logs of the services other than the engine. Older files have none; services of later
/// versions are ignored.
base::Outcome<std::string> add_services(const json::object& object, ServiceUptimes::Logs& logs) {
    const json::value* services = object.if_contains("services");
    if (services == nullptr) return base::Done();
    if (!services->is_object()) return Failure{std::string("services is no object")};
    for (const auto& [name, value] : services->get_object()) {
        if (!value.is_object()) return Failure{std::string("a service is no object")};
        if (!is_known(name) || name == operations::kEngine) continue;
        const json::object& service = value.get_object();
        auto log = TRY(log_of(service, days_of_service(service)));
        logs.insert_or_assign(std::string(name), std::move(log));
    }
    return base::Done();
}

}  // namespace

std::string to_json(const ServiceUptimes& uptimes) {
    json::object object;
    object["format"] = kFormat;
    add_engine(object, uptimes.engine());
    json::object services;
    for (const auto& [service, log] : uptimes.logs()) {
        if (service != operations::kEngine) services[service] = service_json(log);
    }
    object["services"] = std::move(services);
    return json::serialize(object);
}

base::Result<ServiceUptimes, std::string> parse_uptime(std::string_view text) {
    json::error_code error;
    const json::value value = json::parse(text, error);
    if (error || !value.is_object()) return Failure{std::string("it is not a JSON object")};
    const json::object& object = value.get_object();
    if (number_in(object, "format") != kFormat) {
        return Failure{std::string("its format is unknown to this version")};
    }
    ServiceUptimes::Logs logs;
    logs.emplace(operations::kEngine, TRY(log_of(object, days_of_engine(object))));
    const auto added = add_services(object, logs);
    if (!added) return Failure{added.error()};
    ServiceUptimes uptimes(std::move(logs));
    const json::value* in_order = object.if_contains("stopped_in_order");
    if (in_order != nullptr && in_order->is_bool() && in_order->get_bool()) {
        uptimes.stop_in_order();
    }
    return uptimes;
}

base::Result<ServiceUptimes, std::string> UptimeFile::read() const {
    const auto text = TRY(host::read_file_if_there(path_));
    if (!text) return ServiceUptimes();
    return parse_uptime(*text);
}

void UptimeFile::put(std::string text) {
    const std::lock_guard lock(mutex_);
    text_ = std::move(text);
}

bool UptimeFile::write_out() {
    std::string text;
    {
        const std::lock_guard lock(mutex_);
        text = std::exchange(text_, {});
    }
    if (text.empty()) return true;
    if (host::replace_file(path_, text + "\n", host::Durability::Unsynced)) return true;
    const std::lock_guard lock(mutex_);
    if (text_.empty()) text_ = std::move(text);
    return false;
}

}  // namespace botcore::health
