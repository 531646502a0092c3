#include "api/status_routes.hpp"

#include "api/api_schemas.hpp"
#include "api/openapi.hpp"
#include "api/schema_check_test.hpp"
#include "ports/notifier.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>

namespace botcore::api {
namespace {

namespace json = boost::json;

using testing::HasSubstr;

class SilentNotifier final : public ports::Notifier {
public:
    void send(const ports::Notice& /*notice*/, Done /*done*/) override {}
};

class StatusRoutesTest : public testing::Test {
protected:
    void SetUp() override {
        add_common_schemas(table_.schemas());
        table_.schemas().add_words(
            "IncidentSeverity", "How severe", {"low", "medium", "high", "critical"});
        routes_.add_to(table_);
        ASSERT_TRUE(publisher_.start().has_value());
    }

    net::HttpResponse ask(const std::string& accept) {
        host::RequestContext call{};
        call.row = table_.find("GET", {"status"}).row;
        if (!accept.empty()) call.request.headers["accept"] = accept;
        call.headers.emplace_back("X-RateLimit-Limit", "1000");
        std::optional<net::HttpResponse> response;
        call.respond = [&](net::HttpResponse sent) { response = std::move(sent); };
        call.row->handler(call);
        return response.value();
    }

    static std::string header(const net::HttpResponse& response, std::string_view name) {
        const auto found = std::find_if(response.headers.begin(),
                                        response.headers.end(),
                                        [&](const auto& one) { return one.first == name; });
        return found == response.headers.end() ? "" : found->second;
    }

    static operations::StatusPage page_at(base::Timestamp now) {
        const operations::Incident incident{
            .number = 7, .title = "a raw title", .began = now, .detected = now, .joined = now};
        const model::MaintenanceWindow window;
        const operations::ComponentStatus finding{
            operations::Dependency::Database, operations::HealthState::Healthy, "OK", {}};
        return operations::make_status_page({.findings = {&finding, 1},
                                             .modes = {},
                                             .windows = {&window, 1},
                                             .incidents = {&incident, 1},
                                             .days = {}},
                                            now);
    }

    SilentNotifier notifier_;
    status_page::StatusPublisher publisher_{
        {.read = page_at,
         .now = [] { return model::Now(base::Timestamp::from_milliseconds(1'790'000'000'000)); },
         .notifier = notifier_,
         .post = [](const std::function<void()>&) {},
         .folder = {}}};
    StatusRoutes routes_{publisher_};
    host::RouteTable table_;
};

// @spec:R1-EXTMON-06
TEST_F(StatusRoutesTest, SendsHtmlThatMayBeCachedButContainsNoScript) {
    for (const char* accept : {"", "*/*", "text/html", "image/png", "application/json;q=0.1,*/*"}) {
        const auto response = ask(accept);
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
        EXPECT_EQ(response.body, publisher_.html());
        EXPECT_EQ(header(response, "Cache-Control"), "public, max-age=10");
        EXPECT_EQ(header(response, "Vary"), "Accept");
        EXPECT_EQ(header(response, "X-RateLimit-Limit"), "1000");
        EXPECT_THAT(header(response, "Content-Security-Policy"), HasSubstr("default-src 'none'"));
        EXPECT_THAT(header(response, "Content-Security-Policy"), testing::Not(HasSubstr("script")));
    }
}

TEST_F(StatusRoutesTest, SendsJsonOfTheDocumentedShape) {
    const auto response = ask("application/json");
    EXPECT_EQ(response.content_type, "application/json");
    EXPECT_EQ(header(response, "Cache-Control"), "public, max-age=10");
    const json::value body = json::parse(response.body);
    EXPECT_EQ(body.at("data").at("incidents").as_array().size(), 1U);
    EXPECT_EQ(body.at("data").at("maintenance").as_array().size(), 1U);
    EXPECT_EQ(body.at("data").at("days").as_array().size(), 90U);
    const json::value document = openapi_document(table_, "1");
    const auto& content =
        document.at("paths").at("/status").at("get").at("responses").at("200").at("content");
    EXPECT_EQ(content.at("text/html").at("schema").at("type").as_string(), "string");
    EXPECT_EQ(SchemaCheck(document).violation(
                  body, content.at("application/json").at("schema").as_object()),
              "");
}

TEST_F(StatusRoutesTest, NeedsNoTokenAndIsAlwaysServed) {
    const auto* row = table_.find("GET", {"status"}).row;
    EXPECT_EQ(row->access, host::Access::Public);
    EXPECT_EQ(row->purpose, host::Purpose::Probe);
}

}  // namespace
}  // namespace botcore::api
