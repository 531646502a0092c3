#include "services/status_page/status_json.hpp"

#include "base/plain_numbers.hpp"
#include "base/time_text.hpp"
#include "protocol/api_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <optional>
#include <utility>

namespace botcore::status_page {

namespace json = boost::json;

using operations::StatusPage;

namespace {

json::value time_or_null(const std::optional<base::Timestamp>& time) {
    return time ? json::value(json::string(base::to_iso8601(*time))) : json::value(nullptr);
}

json::value percent_or_null(const std::optional<std::int64_t>& ppm) {
    return ppm ? json::value(json::string(operations::percent_text(*ppm))) : json::value(nullptr);
}

json::array components_json(const StatusPage& page) {
    json::array list;
    for (const operations::PublicComponent& one : page.components) {
        json::object object;
        object["name"] = operations::to_text(one.part);
        object["state"] = operations::to_text(one.state);
        list.push_back(std::move(object));
    }
    return list;
}

json::array windows_json(const StatusPage& page) {
    json::array list;
    for (const operations::PublicWindow& window : page.windows) {
        json::object object;
        object["begin"] = base::to_iso8601(window.begin);
        object["end"] = base::to_iso8601(window.end);
        object["state"] = window.under_way ? "in_progress" : "planned";
        object["emergency"] = window.emergency;
        list.push_back(std::move(object));
    }
    return list;
}

json::array incidents_json(const StatusPage& page) {
    json::array list;
    for (const operations::PublicIncident& one : page.incidents) {
        json::object object;
        object["severity"] = operations::to_text(one.severity);
        object["title"] = one.title;
        object["began"] = base::to_iso8601(one.began);
        object["acknowledged"] = time_or_null(one.acknowledged);
        object["recovered"] = time_or_null(one.recovered);
        object["resolved"] = time_or_null(one.resolved);
        object["under_review"] = one.under_review;
        list.push_back(std::move(object));
    }
    return list;
}

json::array days_json(const StatusPage& page) {
    json::array list;
    for (const operations::PublicDay& day : page.days) {
        json::object object;
        object["date"] = operations::day_text(day.day);
        object["state"] = day.state ? operations::to_text(*day.state) : "no_data";
        object["availability_percent"] = percent_or_null(day.availability_ppm);
        list.push_back(std::move(object));
    }
    return list;
}

}  // namespace

std::string status_json(const StatusPage& page) {
    json::object data;
    data["as_of"] = base::to_iso8601(page.as_of);
    data["state"] = operations::to_text(page.overall);
    data["components"] = components_json(page);
    data["maintenance"] = windows_json(page);
    data["incidents"] = incidents_json(page);
    data["incidents_left_out"] = page.incidents_left_out;
    data["availability_percent"] = percent_or_null(page.availability_ppm);
    data["days"] = days_json(page);
    return base::plain_numbers(protocol::success_body(std::move(data), page.as_of));
}

}  // namespace botcore::status_page
