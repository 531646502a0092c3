#include "host/schema_table.hpp"

#include "base/check.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace botcore::host {

namespace json = boost::json;

namespace {

constexpr std::string_view kBlank = " \t\n";

/// Removes the next word from `text` and returns it; empty at the end.
std::string_view next_word(std::string_view& text) {
    const std::size_t begin = std::min(text.find_first_not_of(kBlank), text.size());
    text.remove_prefix(begin);
    const std::size_t end = std::min(text.find_first_of(kBlank), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end);
    return word;
}

bool drop_suffix(std::string_view& word, char suffix) {
    if (!word.ends_with(suffix)) return false;
    word.remove_suffix(1);
    return true;
}

json::value parse_ours(std::string_view text) {
    json::error_code error;
    json::value value = json::parse(text, error);
    CHECK(!error);
    return value;
}

void put_fields(json::object& schema, std::string_view fields) {
    auto& properties = schema["properties"].as_object();
    auto& required = schema["required"].as_array();
    for (std::string_view word = next_word(fields); !word.empty(); word = next_word(fields)) {
        const std::size_t split = word.find(':');
        CHECK(split != std::string_view::npos);
        std::string_view name = word.substr(0, split);
        const bool optional = drop_suffix(name, '?');
        CHECK(!properties.contains(name));
        properties[name] = SchemaTable::use(word.substr(split + 1));
        if (!optional) required.emplace_back(name);
    }
}

}  // namespace

json::object SchemaTable::use(std::string_view shape) {
    json::object schema;
    if (drop_suffix(shape, '?')) {
        json::object null;
        null["type"] = "null";
        schema["oneOf"] = json::array{use(shape), std::move(null)};
        return schema;
    }
    if (shape.starts_with('[')) {
        CHECK(shape.ends_with(']'));
        schema["type"] = "array";
        schema["items"] = use(shape.substr(1, shape.size() - 2));
        return schema;
    }
    if (shape == "text") {
        schema["type"] = "string";
    } else if (shape == "integer" || shape == "number" || shape == "boolean" || shape == "object") {
        schema["type"] = shape;
    } else {
        schema["$ref"] = "#/components/schemas/" + std::string(shape);
    }
    return schema;
}

void SchemaTable::add(std::string_view name, json::object schema) {
    CHECK(!schemas_.contains(name));  // S1
    schemas_[name] = std::move(schema);
}

void SchemaTable::add_object(std::string_view name,
                             std::string_view text,
                             std::string_view fields) {
    json::object schema;
    schema["type"] = "object";
    schema["description"] = text;
    schema["properties"] = json::object();
    schema["required"] = json::array();
    schema["additionalProperties"] = false;
    put_fields(schema, fields);
    add(name, std::move(schema));
}

void SchemaTable::add_object(std::string_view name,
                             std::string_view base,
                             std::string_view text,
                             std::string_view fields) {
    CHECK(schemas_.contains(base));
    json::object schema = schemas_.at(base).as_object();
    schema["description"] = text;
    put_fields(schema, fields);
    add(name, std::move(schema));
}

void SchemaTable::add_list(std::string_view name, std::string_view item) {
    add(name, use("[" + std::string(item) + "]"));
}

void SchemaTable::add_words(std::string_view name,
                            std::string_view text,
                            const std::vector<std::string_view>& words) {
    json::object schema;
    schema["type"] = "string";
    schema["description"] = text;
    schema["enum"] = json::array(words.begin(), words.end());
    add(name, std::move(schema));
}

void SchemaTable::add_json(std::string_view name, std::string_view schema) {
    add(name, parse_ours(schema).as_object());
}

void SchemaTable::set_example(std::string_view name, std::string_view example) {
    schemas_.at(name).as_object()["examples"] = json::array{parse_ours(example)};
}

}  // namespace botcore::host
