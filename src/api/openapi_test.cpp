#include "api/openapi.hpp"

#include "api/checked_handler_test.hpp"
#include "tests/api_world/api_world.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <set>

namespace botcore::api {
namespace {

namespace json = boost::json;

/// Expects that every "$ref" of the document resolves.
void expect_no_loose_ends(const json::value& document, const json::value& part) {
    if (part.is_array()) {
        for (const auto& item : part.as_array())
            expect_no_loose_ends(document, item);
    }
    if (!part.is_object()) return;
    for (const auto& [name, member] : part.as_object()) {
        if (name == "$ref") {
            boost::system::error_code error;
            const auto* found =
                document.find_pointer(std::string_view(member.as_string()).substr(1), error);
            EXPECT_NE(found, nullptr) << member;
        } else {
            expect_no_loose_ends(document, member);
        }
    }
}

TEST(OpenApi, TheDocumentIsCompleteAndConsistent) {
    ApiWorld world;
    net::TestClient client(world.port());
    client.send("GET /api/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto response = client.receive();
    ASSERT_EQ(response.status, 200);
    const auto document = json::parse(response.body);
    EXPECT_EQ(document.at("openapi").as_string(), "3.1.0");
    expect_no_loose_ends(document, document);

    std::set<std::string> ids;
    std::size_t operations = 0;
    for (const auto& [path, methods] : document.at("paths").as_object()) {
        for (const auto& [method, operation] : methods.as_object()) {
            ++operations;
            ids.insert(std::string(operation.at("operationId").as_string()));
            EXPECT_TRUE(operation.at("responses").as_object().contains("503")) << path;
            const bool is_public = operation.at("x-access").as_string() == "public";
            EXPECT_EQ(operation.as_object().contains("security"), is_public) << path;
        }
    }
    EXPECT_EQ(ids.size(), operations) << "two operations share an id";
    const auto& place = document.at("paths").at("/api/accounts/{account}/orders").at("post");
    EXPECT_EQ(place.at("requestBody").at("content").at("application/json").at("schema").at("$ref"),
              "#/components/schemas/PlaceOrder");
    EXPECT_EQ(document.at("components").at("parameters").at("Idempotency-Key").at("required"),
              true);
    const auto& order = document.at("components").at("schemas").at("PlaceOrder").as_object();
    EXPECT_EQ(SchemaCheck(document).violation(order.at("examples").at(0), order), "");
}

TEST(SchemaCheck, ReportsValuesThatViolateTheSchema) {
    host::SchemaTable schemas;
    schemas.add_words("Colour", "", {"red", "green"});
    schemas.add_object("Thing",
                       "",
                       "name:text count:integer share?:number colour:Colour? tags:[Colour] "
                       "free?:object on?:boolean");
    schemas.add_json("Small", R"({"type":["integer","string"],"minimum":1,"maximum":3,
        "minLength":1,"maxLength":2,"pattern":"^[0-9]+$"})");
    json::object components;
    components["schemas"] = schemas.all();
    json::object root;
    root["components"] = std::move(components);
    const json::value document(std::move(root));
    SchemaCheck check(document);
    const auto violation = [&](std::string_view shape, std::string_view text) {
        return check.violation(json::parse(text), host::SchemaTable::use(shape));
    };
    EXPECT_EQ(violation("Thing", R"({"name":"a","count":1,"colour":null,"tags":["red"]})"), "");
    EXPECT_EQ(violation("Thing",
                        R"({"name":"a","count":1,"share":0.5,"colour":"red","tags":[],
                          "free":{"x":1},"on":true})"),
              "");
    for (const char* bad : {R"({"count":1,"colour":null,"tags":[]})",
                            R"({"name":1,"count":1,"colour":null,"tags":[]})",
                            R"({"name":"a","count":1.5,"colour":null,"tags":[]})",
                            R"({"name":"a","count":1,"colour":"blue","tags":[]})",
                            R"({"name":"a","count":1,"colour":null,"tags":["blue"]})",
                            R"({"name":"a","count":1,"colour":null,"tags":{}})",
                            R"({"name":"a","count":1,"colour":null,"tags":[],"free":1})",
                            R"({"name":"a","count":1,"colour":null,"tags":[],"more":1})",
                            "[]"}) {
        EXPECT_NE(violation("Thing", bad), "") << bad;
    }
    EXPECT_EQ(violation("Small", "2"), "");
    EXPECT_EQ(violation("Small", "\"12\""), "");
    for (const char* bad : {"0", "4", "\"\"", "\"123\"", "\"x\"", "null"})
        EXPECT_NE(violation("Small", bad), "") << bad;
}

}  // namespace
}  // namespace botcore::api
