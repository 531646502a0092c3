#pragma once

/// Checks JSON against the schemas of an OpenAPI document, for tests.

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include <map>
#include <string>

namespace botcore::api {

/// Not for use by two threads at the same time.
class SchemaCheck {
public:
    /// The document contains the targets of "$ref".
    explicit SchemaCheck(const boost::json::value& document)
        : components_(document.at("components")) {
        // valijson compiles the regular expressions of a format again for each value, which takes
        // a hundred times as long as all the rest; the schema `Time` has a pattern as well.
        auto& schemas = components_.at("schemas").as_object();
        if (auto* time = schemas.if_contains("Time")) time->as_object().erase("format");
    }

    /// Describes what is wrong with the value; empty when the value matches the schema.
    [[nodiscard]] std::string violation(const boost::json::value& value,
                                        const boost::json::object& schema) {
        const valijson::adapters::BoostJsonAdapter target(value);
        const valijson::Schema& parsed = parse(schema);
        if (validator_.validate(parsed, target, nullptr)) return {};
        valijson::ValidationResults results;
        (void)validator_.validate(parsed, target, &results);
        std::string text;
        for (const auto& error : results) {
            for (const std::string& part : error.context)
                text += part;
            text += ": " + error.description + "\n";
        }
        return text;
    }

private:
    /// Each schema is parsed once, because its references are resolved recursively.
    const valijson::Schema& parse(const boost::json::object& schema) {
        const auto [place, is_new] = parsed_.try_emplace(boost::json::serialize(schema));
        if (is_new) {
            boost::json::value root = schema;
            root.as_object()["components"] = components_;
            valijson::SchemaParser().populateSchema(valijson::adapters::BoostJsonAdapter(root),
                                                    place->second);
        }
        return place->second;
    }

    boost::json::value components_;
    std::map<std::string, valijson::Schema> parsed_;
    valijson::Validator validator_;
};

}  // namespace botcore::api
