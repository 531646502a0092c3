#include "host/stored_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <utility>

namespace botcore::host {

namespace json = boost::json;

base::Result<json::object, std::string> parse_stored(std::string_view text) {
    json::error_code failure;
    json::value parsed = json::parse(text, failure);
    if (failure || !parsed.is_object()) return base::Failure{std::string("not a JSON object")};
    return std::move(parsed.get_object());
}

base::Result<json::object, std::string> parse_stored(std::string_view text, std::int64_t format) {
    json::object object = TRY(parse_stored(text));
    if (StoredObject(object).number("format") != format) {
        return base::Failure{std::string("another format")};
    }
    return object;
}

std::string StoredObject::text(std::string_view name) {
    const auto* value = object_.if_contains(name);
    const auto* found = value == nullptr ? nullptr : value->if_string();
    if (found != nullptr) return std::string(*found);
    refuse(name);
    return {};
}

std::int64_t StoredObject::number(std::string_view name) {
    const auto* value = object_.if_contains(name);
    const auto* found = value == nullptr ? nullptr : value->if_int64();
    if (found != nullptr) return *found;
    refuse(name);
    return 0;
}

bool StoredObject::flag(std::string_view name) {
    const auto* value = object_.if_contains(name);
    const auto* found = value == nullptr ? nullptr : value->if_bool();
    if (found != nullptr) return *found;
    refuse(name);
    return false;
}

const json::object* StoredObject::object(std::string_view name) {
    const auto* value = object_.if_contains(name);
    const auto* found = value == nullptr ? nullptr : value->if_object();
    if (found == nullptr) refuse(name);
    return found;
}

const json::array* StoredObject::array(std::string_view name) {
    const auto* value = object_.if_contains(name);
    const auto* found = value == nullptr ? nullptr : value->if_array();
    if (found == nullptr) refuse(name);
    return found;
}

bool StoredObject::has(std::string_view name) const {
    const auto* value = object_.if_contains(name);
    return value != nullptr && !value->is_null();
}

void StoredObject::refuse(std::string_view name) {
    if (error_.empty()) error_ = std::string(name) + " is missing or has another type";
}

}  // namespace botcore::host
