#include "services/notifications/escalation_json.hpp"

#include "host/stored_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace botcore::notifications {

namespace {

constexpr std::int64_t kEscalationFormat = 1;

}  // namespace

std::string to_json(const operations::EscalationState& state) {
    boost::json::array order;
    for (const std::string& person : state.order)
        order.emplace_back(person);
    boost::json::object object;
    object["format"] = kEscalationFormat;
    object["incident"] = static_cast<std::int64_t>(state.incident);
    object["order"] = std::move(order);
    object["told"] = static_cast<std::int64_t>(state.told);
    object["last"] = state.last.in_microseconds();
    return boost::json::serialize(object);
}

base::Result<operations::EscalationState, std::string> parse_escalation(std::string_view text) {
    const boost::json::object object = TRY(host::parse_stored(text, kEscalationFormat));
    host::StoredObject fields(object);
    operations::EscalationState state;
    const std::int64_t incident = fields.number("incident");
    if (incident < 1) fields.refuse("incident");
    state.incident = static_cast<std::uint64_t>(incident);
    if (const boost::json::array* order = fields.array("order")) {
        for (const boost::json::value& person : *order) {
            const auto* name = person.if_string();
            const std::string given = name == nullptr ? std::string() : std::string(*name);
            const bool is_twice =
                std::find(state.order.begin(), state.order.end(), given) != state.order.end();
            if (given.empty() || is_twice) fields.refuse("order");
            state.order.push_back(given);
        }
    }
    if (state.order.empty()) fields.refuse("order");
    const std::int64_t told = fields.number("told");
    if (told < 0 || told > std::ssize(state.order)) fields.refuse("told");
    state.told = static_cast<std::size_t>(std::max<std::int64_t>(told, 0));
    state.last = base::Timestamp::from_microseconds(fields.number("last"));
    if (!fields.error().empty()) return base::Failure{fields.error()};
    return state;
}

}  // namespace botcore::notifications
