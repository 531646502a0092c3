#include "services/health/uptime_file.hpp"

#include "base/calendar.hpp"
#include "host/durable_file.hpp"
#include "host/whole_file.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <numeric>
#include <sstream>
#include <utility>

namespace botcore::health {

namespace json = boost::json;

using base::Duration;
using base::Failure;
using base::Timestamp;
using operations::Outage;
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

}  // namespace

std::string to_json(const UptimeLog& log) {
    json::object object;
    object["format"] = kFormat;
    object["noted_until_us"] = log.noted_until().value_or(Timestamp()).in_microseconds();
    json::array days;
    for (const auto& [day, figures] : log.days()) {
        days.push_back(json::array{day.time_since_epoch().count(),
                                   figures.up.in_microseconds(),
                                   figures.degraded.in_microseconds(),
                                   figures.down.in_microseconds(),
                                   figures.planned.in_microseconds(),
                                   figures.stopped.in_microseconds()});
    }
    object["days_up_degraded_down_planned_stopped_us"] = std::move(days);
    object["stopped_in_order"] = log.stopped_in_order();
    json::array outages;
    for (const Outage& outage : log.outages()) {
        outages.push_back(json::array{outage.began.in_microseconds(),
                                      outage.ended.value_or(Timestamp()).in_microseconds()});
    }
    object["outages_us"] = std::move(outages);
    return json::serialize(object);
}

base::Result<UptimeLog, std::string> parse_uptime(std::string_view text) {
    json::error_code error;
    const json::value value = json::parse(text, error);
    if (error || !value.is_object()) return Failure{std::string("it is not a JSON object")};
    const json::object& object = value.get_object();
    if (number_in(object, "format") != kFormat) {
        return Failure{std::string("its format is unknown to this version")};
    }
    const auto until = number_in(object, "noted_until_us");
    // Older files have no figure for orderly stops.
    const bool older = object.contains("days_up_degraded_down_planned_us");
    const json::array* days_list = list_in(
        object,
        older ? "days_up_degraded_down_planned_us" : "days_up_degraded_down_planned_stopped_us");
    const json::array* outage_list = list_in(object, "outages_us");
    if (!until || days_list == nullptr || outage_list == nullptr) {
        return Failure{std::string("a field is missing or has the wrong type")};
    }
    std::map<std::chrono::sys_days, UptimeFigures> days;
    for (const json::value& item : *days_list) {
        const auto day = numbers_of(item, older ? 5 : 6);
        if (!day) return Failure{std::string("a day is not six numbers")};
        const auto counted = std::accumulate(day->begin() + 1, day->end(), std::int64_t{0});
        if (day->at(0) > kDayMax.time_since_epoch().count() ||
            counted > base::kDay.in_microseconds()) {
            return Failure{std::string("a day has more than 24 hours or lies in the future")};
        }
        days[std::chrono::sys_days(std::chrono::days(day->at(0)))] = {
            Duration::microseconds(day->at(1)),
            Duration::microseconds(day->at(2)),
            Duration::microseconds(day->at(3)),
            Duration::microseconds(day->at(4)),
            Duration::microseconds(older ? 0 : day->at(5))};
    }
    std::vector<Outage> outages;
    for (const json::value& item : *outage_list) {
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
    if (*until == 0) return UptimeLog();
    UptimeLog log(std::move(days), std::move(outages), Timestamp::from_microseconds(*until));
    const json::value* in_order = object.if_contains("stopped_in_order");
    if (in_order != nullptr && in_order->is_bool() && in_order->get_bool()) log.stop_in_order();
    return log;
}

base::Result<UptimeLog, std::string> UptimeFile::read() const {
    const auto text = TRY(host::read_file_if_there(path_));
    if (!text) return UptimeLog();
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
