#include "api/incident_routes.hpp"

#include "host/outbound_folder_test.hpp"
#include "tests/api_world/api_world.hpp"
#include "tests/api_world/route_call.hpp"
#include "tests/scratch/memory_service_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace botcore::api {
namespace {

using testing::HasSubstr;
using testing::Not;

class IncidentRoutesTest : public testing::Test {
protected:
    void SetUp() override {
        auto made = incidents::IncidentService::make({.store = store_,
                                                      .log = folder_.log(),
                                                      .metrics = metrics_,
                                                      .publish = [](const protocol::Event&) {},
                                                      .now = [] { return base::Timestamp(); }});
        ASSERT_TRUE(made.has_value()) << made.error();
        service_ = std::move(made).value();
    }

    RouteResponse ask(std::string_view method,
                      const std::vector<std::string>& rest,
                      const std::string& body = "") {
        IncidentRoutes routes(world_.api_context(), *service_);
        std::vector<std::string> path{"api", "incidents"};
        path.insert(path.end(), rest.begin(), rest.end());
        return call_route(routes, method, path, body);
    }

    ApiWorld world_;
    host::TestFolder folder_;
    scratch::MemoryServiceStore store_;
    observability::Metrics metrics_;
    std::unique_ptr<incidents::IncidentService> service_;
};

// @spec:RD-06
TEST_F(IncidentRoutesTest, AnIncidentFromItsOpeningToItsReport) {
    EXPECT_THAT(ask("GET", {}).body, HasSubstr(R"("incidents":[])"));
    EXPECT_THAT(ask("POST", {}, R"({"title":"A slow screen","severity":"low"})").body,
                HasSubstr(R"("severity":"low")"));
    EXPECT_EQ(ask("POST", {"1", "acknowledge"}, R"({"note":"looking"})").status, 200);
    EXPECT_EQ(ask("POST", {"1", "note"}, R"({"text":"It is the cache"})").status, 200);
    EXPECT_EQ(ask("POST", {"1", "resolve"}, R"({"resolution":"Restarted it"})").status, 200);
    EXPECT_EQ(ask("POST", {"1", "review"}, R"({"root_cause":"A leak"})").status, 200);
    EXPECT_EQ(ask("POST", {"1", "actions"}, R"({"text":"Mend it","owner":"bob"})").status, 200);
    EXPECT_EQ(ask("POST", {"1", "actions", "1", "done"}).status, 200);
    const std::string shown = ask("GET", {"1"}).body;
    for (const char* part : {R"("acknowledged_by":"ann")",
                             R"("text":"It is the cache","by":"ann")",
                             R"("resolution":"Restarted it")",
                             R"("review_due":false)"}) {
        EXPECT_THAT(shown, HasSubstr(part));
    }
    const RouteResponse report = ask("GET", {"1", "report"});
    EXPECT_EQ(report.status, 200);
    EXPECT_THAT(report.body, HasSubstr("# Incident 1: A slow screen"));
    EXPECT_THAT(report.body, HasSubstr("- [x] Mend it, bob"));
    EXPECT_THAT(ask("GET", {}).body, HasSubstr(R"("number":1)"));
}

TEST_F(IncidentRoutesTest, WhatDoesNotExistIsNotFound) {
    EXPECT_EQ(ask("GET", {"1"}).code, "INCIDENT_UNKNOWN");
    EXPECT_EQ(ask("GET", {"x", "report"}).code, "INCIDENT_UNKNOWN");
    for (const char* act : {"acknowledge", "note", "resolve", "review", "actions"})
        EXPECT_EQ(ask("POST", {"1", act}, "{}").code, "INCIDENT_UNKNOWN") << act;
    ASSERT_EQ(ask("POST", {}, R"({"title":"x"})").status, 200);
    EXPECT_EQ(ask("POST", {"1", "actions", "1", "done"}).code, "ACTION_UNKNOWN");
    EXPECT_EQ(ask("POST", {"1", "actions", "x", "done"}).code, "ACTION_UNKNOWN");
}

TEST_F(IncidentRoutesTest, WhatIsDoneAlreadyIsAConflict) {
    ASSERT_EQ(ask("POST", {}, R"({"title":"x"})").status, 200);
    ASSERT_EQ(ask("POST", {"1", "acknowledge"}).status, 200);
    EXPECT_EQ(ask("POST", {"1", "acknowledge"}).code, "INCIDENT_STATE");
    ASSERT_EQ(ask("POST", {"1", "resolve"}).status, 200);
    const RouteResponse again = ask("POST", {"1", "resolve"});
    EXPECT_EQ(again.status, 409);
    EXPECT_EQ(again.code, "INCIDENT_STATE");
}

TEST_F(IncidentRoutesTest, BadInputChangesNothing) {
    ASSERT_EQ(ask("POST", {}, R"({"title":"x"})").status, 200);
    const std::string before = ask("GET", {"1"}).body;
    EXPECT_EQ(ask("POST", {}, R"({"title":7})").status, 400);
    EXPECT_EQ(ask("POST", {"1", "acknowledge"}, R"({"text":"x"})").code, "UNKNOWN_FIELD");
    EXPECT_EQ(ask("POST", {"1", "note"}, "{}").status, 400);
    EXPECT_EQ(ask("POST", {"1", "resolve"}, "[").code, "INVALID_JSON");
    EXPECT_EQ(ask("POST", {"1", "review"}, "{}").code, "MISSING_FIELD");
    EXPECT_EQ(ask("POST", {"1", "actions"}, R"({"text":"x"})").status, 400);
    EXPECT_EQ(ask("GET", {"1"}).body, before);
}

// @spec:RN-SEC-02
TEST_F(IncidentRoutesTest, SecretsInTextsAreNotShown) {
    ASSERT_EQ(ask("POST", {}, R"({"title":"password=hunter2-hunter2 leaked"})").status, 200);
    ASSERT_EQ(ask("POST", {"1", "note"}, R"({"text":"mail ann@example.org"})").status, 200);
    for (const RouteResponse& response :
         {ask("GET", {"1"}), ask("GET", {}), ask("GET", {"1", "report"})}) {
        EXPECT_THAT(response.body, Not(HasSubstr("hunter2")));
        EXPECT_THAT(response.body, Not(HasSubstr("ann@example.org")));
    }
}

}  // namespace
}  // namespace botcore::api
