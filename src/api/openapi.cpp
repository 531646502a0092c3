#include "api/openapi.hpp"

#include "base/check.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace botcore::api {

namespace json = boost::json;

namespace {

constexpr std::string_view kAbout =
    "Amounts are decimal texts. Every command needs an Idempotency-Key: the same key with the same "
    "request returns the stored reply again. Errors have one body and one stable code per cause.";

json::object ref(std::string_view section, std::string_view name) {
    json::object object;
    object["$ref"] = "#/components/" + std::string(section) + "/" + std::string(name);
    return object;
}

std::string_view phrase_of(std::uint16_t status) {
    switch (status) {
        case 200:
            return "Done";
        case 201:
            return "Created";
        case 202:
            return "Accepted; the outcome is not known yet";
        case 400:
            return "The request is malformed";
        case 401:
            return "No valid token";
        case 403:
            return "The role does not allow this";
        case 404:
            return "Not found";
        case 409:
            return "Conflicts with the current state";
        case 413:
            return "The body is too large";
        case 415:
            return "The body is not JSON";
        case 422:
            return "Rejected by a trading rule";
        case 429:
            return "Too many requests";
        case 500:
            return "Stored data is damaged";
        case 502:
            return "The exchange did not accept the request";
        case 503:
            return "Temporarily unavailable; retry after the time in Retry-After";
        case 504:
            return "No response within the time limit";
        default:
            return "See the response body";
    }
}

/// All statuses that the route can respond with, in order.
std::set<std::uint16_t> statuses_of(const host::RouteRow& row) {
    std::set<std::uint16_t> all(row.statuses.begin(), row.statuses.end());
    const bool made = std::any_of(
        all.begin(), all.end(), [](auto status) { return status == 201 || status == 204; });
    if (!made) all.insert(200);
    // 415 is included since every route refuses a body without the right Content-Type.
    all.insert({415, 429, 503, 504});
    if (row.access != host::Access::Public) all.insert({400, 401, 403, 409});
    if (row.key_needed || !row.request.empty()) all.insert({400, 413, 415});
    return all;
}

json::object body_of(std::string_view type, json::object schema) {
    json::object media;
    media["schema"] = std::move(schema);
    json::object content;
    content[type] = std::move(media);
    return content;
}

json::object enveloped(json::object data) {
    json::object properties;
    properties["data"] = std::move(data);
    properties["timestamp"] = ref("schemas", "Time");
    json::object schema;
    schema["type"] = "object";
    schema["properties"] = std::move(properties);
    schema["required"] = json::array{"data", "timestamp"};
    schema["additionalProperties"] = false;
    return schema;
}

/// The schema of a response body with this status.
json::object schema_of(const host::RouteTable& routes,
                       const host::RouteRow& row,
                       std::uint16_t status) {
    if (status >= 400) {
        json::object error = ref("schemas", "Error");
        if (row.envelope != host::Envelope::Plain || status != 503) return error;
        json::object either;
        either["anyOf"] = json::array{host::SchemaTable::use(row.response), std::move(error)};
        return either;
    }
    const std::string pending = "Pending" + std::string(row.response);
    const bool is_pending = status == 202 && routes.schemas().contains(pending);
    json::object data =
        host::SchemaTable::use(is_pending ? std::string_view(pending) : row.response);
    return row.envelope == host::Envelope::Data ? enveloped(std::move(data)) : data;
}

json::object headers_of(const host::RouteRow& row, std::uint16_t status) {
    json::object headers;
    headers["X-Request-ID"] = ref("headers", "X-Request-ID");
    for (const char* name : {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"})
        headers[name] = ref("headers", name);
    if (status == 429 || status == 503) headers["Retry-After"] = ref("headers", "Retry-After");
    if (status == 401) headers["WWW-Authenticate"] = ref("headers", "WWW-Authenticate");
    if (row.key_needed) headers["Idempotent-Replayed"] = ref("headers", "Idempotent-Replayed");
    if (row.access != host::Access::Public) headers["X-Timeline"] = ref("headers", "X-Timeline");
    if (row.etag && status == 200) headers["ETag"] = ref("headers", "ETag");
    if (row.cached && status == 200) headers["X-Cache"] = ref("headers", "X-Cache");
    return headers;
}

json::object response_of(const host::RouteTable& routes,
                         const host::RouteRow& row,
                         std::uint16_t status) {
    json::object response;
    response["description"] = phrase_of(status);
    response["headers"] = headers_of(row, status);
    if (status == 204) return response;
    const bool is_text = row.envelope == host::Envelope::Text && status < 400;
    json::object schema;
    if (is_text) {
        schema["type"] = "string";
    } else {
        schema = schema_of(routes, row, status);
    }
    json::object content = body_of(is_text ? "text/plain" : "application/json", std::move(schema));
    if (row.html && status < 400) {
        json::object text;
        text["type"] = "string";
        content["text/html"] = body_of("text/html", std::move(text)).at("text/html");
    }
    response["content"] = std::move(content);
    return response;
}

/// Errors look the same on every route, so the document describes them once for each status.
constexpr std::array<std::uint16_t, 13> kErrorStatuses = {
    400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 502, 503, 504};

std::string error_name(std::uint16_t status) {
    return "Error" + std::to_string(status);
}

json::object error_responses(const host::RouteTable& routes) {
    host::RouteRow any;
    any.key_needed = true;
    json::object all;
    for (const std::uint16_t status : kErrorStatuses)
        all[error_name(status)] = response_of(routes, any, status);
    return all;
}

json::object shared_or_own(const host::RouteTable& routes,
                           const host::RouteRow& row,
                           std::uint16_t status) {
    const bool plain = row.envelope == host::Envelope::Plain && status == 503;
    const bool shared =
        std::find(kErrorStatuses.begin(), kErrorStatuses.end(), status) != kErrorStatuses.end();
    if (!shared || plain) return response_of(routes, row, status);
    return ref("responses", error_name(status));
}

json::object parameter(std::string_view place, std::string_view name, std::string_view shape) {
    json::object object;
    object["name"] = name;
    object["in"] = place;
    if (place == "path") object["required"] = true;
    object["schema"] = host::SchemaTable::use(shape);
    return object;
}

/// The names between "{" and "}".
std::vector<std::string_view> path_names(std::string_view pattern) {
    std::vector<std::string_view> names;
    for (std::size_t open = pattern.find('{'); open != std::string_view::npos;
         open = pattern.find('{', open + 1)) {
        names.push_back(pattern.substr(open + 1, pattern.find('}', open) - open - 1));
    }
    return names;
}

std::string_view shape_of_path_name(std::string_view name) {
    if (name == "account") return "AccountId";
    if (name == "order") return "OrderId";
    if (name == "symbol") return "Symbol";
    return "text";
}

json::array parameters_of(const host::RouteRow& row) {
    json::array list;
    for (const std::string_view name : path_names(row.pattern))
        list.push_back(parameter("path", name, shape_of_path_name(name)));
    for (const host::QueryParameterRow& query : row.query) {
        json::object one = parameter("query", query.name, query.schema);
        one["description"] = query.text;
        list.push_back(std::move(one));
    }
    list.push_back(ref("parameters", "X-Request-ID"));
    if (row.key_needed) list.push_back(ref("parameters", "Idempotency-Key"));
    if (row.versioned) list.push_back(ref("parameters", "If-Match"));
    if (row.access != host::Access::Public) list.push_back(ref("parameters", "X-Timeline"));
    return list;
}

std::string_view word_of(host::Access access) {
    switch (access) {
        case host::Access::Public:
            return "public";
        case host::Access::Viewer:
            return "viewer";
        case host::Access::Trader:
            return "trader";
        case host::Access::Operator:
            return "operator";
    }
    return "operator";
}

std::string operation_id(const host::RouteRow& row) {
    std::string id;
    for (const char c : row.method)
        id.push_back(static_cast<char>(c - 'A' + 'a'));
    for (const char c : row.pattern) {
        const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        if (word) id.push_back(c);
        if (!word && id.back() != '_') id.push_back('_');
    }
    while (id.back() == '_')
        id.pop_back();
    return id;
}

/// A request body is optional when none of its fields is required.
bool has_required_fields(const host::RouteTable& routes, std::string_view shape) {
    const auto* required = routes.schemas().all().at(shape).as_object().if_contains("required");
    return required != nullptr && !required->as_array().empty();
}

json::object operation_of(const host::RouteTable& routes, const host::RouteRow& row) {
    CHECK(!row.summary.empty());
    CHECK(!row.tag.empty());
    json::object operation;
    operation["operationId"] = operation_id(row);
    operation["tags"] = json::array{row.tag};
    operation["summary"] = row.summary;
    operation["x-access"] = word_of(row.access);
    if (row.access == host::Access::Public) operation["security"] = json::array();
    operation["parameters"] = parameters_of(row);
    if (!row.request.empty()) {
        json::object body;
        body["required"] = has_required_fields(routes, row.request);
        body["content"] = body_of("application/json", host::SchemaTable::use(row.request));
        operation["requestBody"] = std::move(body);
    }
    json::object responses;
    for (const std::uint16_t status : statuses_of(row))
        responses[std::to_string(status)] = shared_or_own(routes, row, status);
    operation["responses"] = std::move(responses);
    return operation;
}

struct HeaderRow {
    std::string_view name;
    std::string_view shape;
    std::string_view text;
    bool required = false;
};

constexpr std::array<HeaderRow, 4> kRequestHeaders = {{
    {"X-Request-ID",
     "RequestId",
     "Returned, and in every log line; created by the server if it is missing"},
    {"Idempotency-Key",
     "IdempotencyKey",
     "A new random text; the same one when the request is repeated. X-Idempotency-Key has the same "
     "meaning",
     true},
    {"If-Match", "text", "The command is executed only if this is still the version"},
    {"X-Timeline",
     "text",
     "The timeline of If-Match, `before` and `from`, as returned in a response; without it they "
     "refer to a journal that was never restored"},
}};

constexpr std::array<HeaderRow, 10> kResponseHeaders = {{
    {"X-Request-ID", "RequestId", "The request's id"},
    {"X-RateLimit-Limit", "Number", "Requests that the window allows"},
    {"X-RateLimit-Remaining", "Number", "Remaining requests"},
    {"X-RateLimit-Reset", "Number", "Seconds until the window is full again"},
    {"Retry-After", "Number", "Seconds to wait"},
    {"WWW-Authenticate", "text", "How to authenticate"},
    {"Idempotent-Replayed", "text", "`true`: the stored reply of an earlier request"},
    {"ETag", "text", "The version, for If-Match"},
    {"X-Timeline", "text", "The timeline that sequences and versions belong to"},
    {"X-Cache", "text", "`hit`: served from the cache; `miss`: computed"},
}};

json::object components_of(const host::RouteTable& routes) {
    json::object parameters;
    for (const HeaderRow& row : kRequestHeaders) {
        json::object one = parameter("header", row.name, row.shape);
        one["description"] = row.text;
        one["required"] = row.required;
        parameters[row.name] = std::move(one);
    }
    json::object headers;
    for (const HeaderRow& row : kResponseHeaders) {
        json::object one;
        one["description"] = row.text;
        one["schema"] = host::SchemaTable::use(row.shape);
        headers[row.name] = std::move(one);
    }
    json::object bearer;
    bearer["type"] = "http";
    bearer["scheme"] = "bearer";
    bearer["description"] = "The operator's token, or one from a login";
    json::object schemes;
    schemes["bearer"] = std::move(bearer);
    json::object components;
    components["securitySchemes"] = std::move(schemes);
    components["parameters"] = std::move(parameters);
    components["headers"] = std::move(headers);
    components["responses"] = error_responses(routes);
    components["schemas"] = routes.schemas().all();
    return components;
}

/// Writes `value` with one object member per line, down to `levels` levels.
void write_lines(std::string& out, const json::value& value, int levels, int indent) {
    if (levels == 0 || !value.is_object() || value.as_object().empty()) {
        out += json::serialize(value);
        return;
    }
    const std::string margin(static_cast<std::size_t>(indent), ' ');
    const char* separator = "{\n";
    for (const auto& [name, member] : value.as_object()) {
        out.append(separator).append(margin).append(" ").append(json::serialize(name)).append(": ");
        write_lines(out, member, levels - 1, indent + 1);
        separator = ",\n";
    }
    out.append("\n").append(margin).append("}");
}

}  // namespace

json::object openapi_document(const host::RouteTable& routes, std::string_view version) {
    json::object info;
    info["title"] = "Bot Core";
    info["version"] = version;
    info["description"] = kAbout;
    json::object paths;
    for (const host::RouteRow& row : routes.rows()) {
        json::value& path = paths[row.pattern];
        if (path.is_null()) path = json::object();
        std::string method;
        for (const char c : row.method)
            method.push_back(static_cast<char>(c - 'A' + 'a'));
        path.as_object()[method] = operation_of(routes, row);
    }
    json::object need;
    need["bearer"] = json::array();
    json::object document;
    document["openapi"] = "3.1.0";
    document["info"] = std::move(info);
    document["security"] = json::array{std::move(need)};
    document["paths"] = std::move(paths);
    document["components"] = components_of(routes);
    return document;
}

std::string openapi_text(const json::object& document) {
    std::string text;
    write_lines(text, document, 3, 0);
    return text + "\n";
}

void DocumentRoutes::add_to(host::RouteTable& table) {
    table.add({.pattern = "/api/openapi.json",
               .access = host::Access::Public,
               .handler =
                   [this, &table](host::RequestContext& call) {
                       if (text_.empty()) text_ = openapi_text(openapi_document(table, version_));
                       net::HttpResponse response;
                       response.body = text_;
                       response.headers = std::move(call.headers);
                       call.respond(std::move(response));
                   },
               .tag = "document",
               .summary = "This document",
               .response = "object",
               .envelope = host::Envelope::Plain});
}

}  // namespace botcore::api
