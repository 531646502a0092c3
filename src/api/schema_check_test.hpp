#pragma once

/// Checks JSON against the subset of JSON Schema that the API's document uses, for tests.

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <regex>
#include <string>
#include <string_view>

namespace botcore::api {

class SchemaCheck {
public:
    /// The document contains the targets of "$ref", and outlives the checker.
    explicit SchemaCheck(const boost::json::value& document) : document_(document) {}

    /// Describes what is wrong with the value; empty when the value matches the schema.
    [[nodiscard]] std::string trouble(const boost::json::value& value,
                                      const boost::json::object& schema,
                                      const std::string& where = "$") const {
        for (const auto& [keyword, argument] : schema) {
            std::string found = check(keyword, argument, value, schema, where);
            if (!found.empty()) return found;
        }
        return {};
    }

    [[nodiscard]] const boost::json::object& resolve(std::string_view reference) const {
        return document_.at_pointer(reference.substr(1)).as_object();
    }

private:
    using Value = boost::json::value;
    using Object = boost::json::object;

    static std::string shown(const Value& value) {
        return boost::json::serialize(value).substr(0, 80);
    }

    static bool is_type(const Value& value, std::string_view type) {
        if (type == "object") return value.is_object();
        if (type == "array") return value.is_array();
        if (type == "string") return value.is_string();
        if (type == "integer") return value.is_int64() || value.is_uint64();
        if (type == "number") return value.is_number();
        if (type == "boolean") return value.is_bool();
        return type == "null" && value.is_null();
    }

    static bool is_any_type(const Value& value, const Value& types) {
        if (types.is_string()) return is_type(value, types.as_string());
        for (const auto& type : types.as_array()) {
            if (is_type(value, type.as_string())) return true;
        }
        return false;
    }

    static double number(const Value& value) { return value.to_number<double>(); }

    std::string check(std::string_view keyword,
                      const Value& argument,
                      const Value& value,
                      const Object& schema,
                      const std::string& where) const {
        const auto wrong = [&](const std::string& what) { return where + ": " + what; };
        if (keyword == "$ref") return trouble(value, resolve(argument.as_string()), where);
        if (keyword == "type" && !is_any_type(value, argument))
            return wrong(shown(value) + " is no " + shown(argument));
        if (keyword == "enum" && !contains(argument.as_array(), value))
            return wrong(shown(value) + " is none of the words");
        if (keyword == "anyOf" || keyword == "oneOf") return check_any(argument, value, where);
        if (value.is_string()) return check_text(keyword, argument, value, where);
        if (value.is_number()) return check_number(keyword, argument, value, where);
        if (value.is_array()) return check_list(keyword, argument, value, where);
        if (value.is_object())
            return check_object(keyword, argument, value.as_object(), schema, where);
        return {};
    }

    static bool contains(const boost::json::array& list, const Value& value) {
        for (const auto& item : list) {
            if (item == value) return true;
        }
        return false;
    }

    std::string check_any(const Value& list, const Value& value, const std::string& where) const {
        std::string all;
        for (const auto& schema : list.as_array()) {
            const std::string found = trouble(value, schema.as_object(), where);
            if (found.empty()) return {};
            all += " [" + found + "]";
        }
        return where + ": fits none:" + all;
    }

    /// Each pattern is compiled once, since a page has thousands of values.
    static const std::regex& pattern(const std::string& text) {
        thread_local std::map<std::string, std::regex> patterns;
        return patterns.try_emplace(text, text).first->second;
    }

    static std::string check_text(std::string_view keyword,
                                  const Value& argument,
                                  const Value& value,
                                  const std::string& where) {
        const std::string text(value.as_string());
        if (keyword == "pattern" &&
            !std::regex_search(text, pattern(std::string(argument.as_string())))) {
            return where + ": " + shown(value) + " does not fit " + shown(argument);
        }
        if (keyword == "minLength" && text.size() < argument.to_number<std::size_t>())
            return where + ": too short";
        if (keyword == "maxLength" && text.size() > argument.to_number<std::size_t>())
            return where + ": too long";
        return {};
    }

    static std::string check_number(std::string_view keyword,
                                    const Value& argument,
                                    const Value& value,
                                    const std::string& where) {
        if (keyword == "minimum" && number(value) < number(argument))
            return where + ": " + shown(value) + " is below " + shown(argument);
        if (keyword == "maximum" && number(value) > number(argument))
            return where + ": " + shown(value) + " is above " + shown(argument);
        return {};
    }

    std::string check_list(std::string_view keyword,
                           const Value& argument,
                           const Value& value,
                           const std::string& where) const {
        const auto& list = value.as_array();
        if (keyword == "minItems" && list.size() < argument.to_number<std::size_t>())
            return where + ": too few items";
        if (keyword == "maxItems" && list.size() > argument.to_number<std::size_t>())
            return where + ": too many items";
        if (keyword != "items") return {};
        for (std::size_t i = 0; i < list.size(); ++i) {
            std::string found =
                trouble(list[i], argument.as_object(), where + "[" + std::to_string(i) + "]");
            if (!found.empty()) return found;
        }
        return {};
    }

    std::string check_object(std::string_view keyword,
                             const Value& argument,
                             const Object& value,
                             const Object& schema,
                             const std::string& where) const {
        if (keyword == "required") {
            for (const auto& name : argument.as_array()) {
                if (!value.contains(name.as_string()))
                    return where + ": " + shown(name) + " is missing";
            }
        }
        if (keyword == "properties") {
            for (const auto& [name, property] : argument.as_object()) {
                const auto* member = value.if_contains(name);
                if (member == nullptr) continue;
                std::string found =
                    trouble(*member, property.as_object(), where + "." + std::string(name));
                if (!found.empty()) return found;
            }
        }
        if (keyword == "additionalProperties" && argument == Value(false)) {
            for (const auto& [name, member] : value) {
                if (!schema.at("properties").as_object().contains(name))
                    return where + ": '" + std::string(name) + "' is not in the document";
            }
        }
        return {};
    }

    const Value& document_;
};

}  // namespace botcore::api
