#include "services/notifications/user_notices_json.hpp"

#include "host/stored_json.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace botcore::notifications {

namespace json = boost::json;

using operations::ServiceOutage;
using operations::ToldSteps;

namespace {

constexpr std::int64_t kToldFormat = 1;

}  // namespace

std::string to_json(const ToldSteps& told) {
    json::object object;
    object["format"] = kToldFormat;
    object["notice"] = told.notice;
    object["reminder"] = told.reminder;
    object["begin"] = told.begin;
    return json::serialize(object);
}

std::string to_json(const ServiceOutage& outage) {
    json::object object;
    object["format"] = kToldFormat;
    object["since"] = outage.since.in_microseconds();
    object["told"] = outage.told;
    return json::serialize(object);
}

base::Result<ToldSteps, std::string> parse_told_steps(std::string_view text) {
    const json::object object = TRY(host::parse_stored(text, kToldFormat));
    host::StoredObject fields(object);
    const ToldSteps told{.notice = fields.flag("notice"),
                         .reminder = fields.flag("reminder"),
                         .begin = fields.flag("begin")};
    if (!fields.error().empty()) return base::Failure{fields.error()};
    return told;
}

base::Result<ServiceOutage, std::string> parse_outage(std::string_view text) {
    const json::object object = TRY(host::parse_stored(text, kToldFormat));
    host::StoredObject fields(object);
    const ServiceOutage outage{.since = base::Timestamp::from_microseconds(fields.number("since")),
                               .told = fields.flag("told")};
    if (!fields.error().empty()) return base::Failure{fields.error()};
    return outage;
}

}  // namespace botcore::notifications
