#include "api/alert_routes.hpp"

#include "base/calendar.hpp"
#include "base/time_text.hpp"
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

using notifications::NotificationService;
using ports::Delivery;
using testing::HasSubstr;

/// Accepts what it is sent, or gives the answer that the test sets.
class TestNotifier final : public ports::Notifier {
public:
    explicit TestNotifier(const Delivery& answer) : answer_(answer) {}

    void send(const ports::Notice& /*notice*/, Done done) override {
        if (done) done(answer_);
    }

private:
    const Delivery& answer_;
};

class AlertRoutesTest : public testing::Test {
protected:
    void SetUp() override {
        std::vector<notifications::Channel> channels;
        channels.push_back({"slack", std::make_unique<TestNotifier>(answer_), {}});
        auto made = NotificationService::make({.log_channel = log_channel_,
                                               .store = store_,
                                               .log = folder_.log(),
                                               .metrics = metrics_,
                                               .now = [] { return model::Now(); }},
                                              std::move(channels),
                                              {});
        ASSERT_TRUE(made.has_value()) << made.error();
        service_ = std::move(made).value();
    }

    RouteResponse ask(std::string_view method, const std::vector<std::string>& path) {
        AlertRoutes routes(world_.api_context(),
                           {[this] { return alerts_; }, *service_, plan_ ? &*plan_ : nullptr});
        return call_route(routes, method, path);
    }

    ApiWorld world_;
    host::TestFolder folder_;
    Delivery answer_;
    const Delivery accepted_;
    TestNotifier log_channel_{accepted_};
    scratch::MemoryServiceStore store_;
    observability::Metrics metrics_;
    std::unique_ptr<NotificationService> service_;
    std::vector<operations::Alert> alerts_;
    std::optional<operations::OnCallPlan> plan_;
};

TEST_F(AlertRoutesTest, ShowsWhoIsOnCall) {
    EXPECT_THAT(ask("GET", {"api", "on-call"}).body,
                HasSubstr(R"({"person":null,"until":null,"escalation":[],"handovers":[],)"));
    const auto now = base::parse_iso8601("2026-09-21T14:13:20Z").value();  // Of the ApiWorld.
    const base::Duration day = base::Duration::seconds(86'400);
    plan_.emplace(operations::OnCallRotation{.first_day = base::day_of(now),
                                             .handover = {540},
                                             .shift_days = 7,
                                             .order = {"ann", "bob"}},
                  std::vector<operations::OnCallOverride>{
                      {.from = now - day, .to = now, .person = "bob"},
                      {.from = now + day, .to = now + day + day, .person = "bob"}});
    const std::string body = ask("GET", {"api", "on-call"}).body;
    for (const char* part :
         {R"("person":"ann","until":"2026-09-22T14:13:20.000Z","escalation":["ann","bob"])",
          R"({"at":"2026-09-22T14:13:20.000Z","person":"bob"})",
          R"({"at":"2026-09-23T14:13:20.000Z","person":"ann"})",
          R"({"at":"2026-09-28T09:00:00.000Z","person":"bob"})",
          R"("overrides":[{"from":"2026-09-22T14:13:20.000Z","to":"2026-09-23T14:13:20.000Z",)"}) {
        EXPECT_THAT(body, HasSubstr(part));
    }
}

TEST_F(AlertRoutesTest, ShowsTheAlertsWithTheirPages) {
    EXPECT_THAT(ask("GET", {"api", "alerts"}).body, HasSubstr(R"("alerts":[])"));
    alerts_.push_back({.rule = operations::alert_rules().data(),
                       .label_value = "database",
                       .state = operations::AlertState::Firing,
                       .began = {},
                       .since = base::Timestamp::from_milliseconds(1'790'000'000'000)});
    const RouteResponse response = ask("GET", {"api", "alerts"});
    EXPECT_EQ(response.status, 200);
    for (const char* part : {R"("name":"BotcoredUnhealthy")",
                             R"("subject":"BotcoredUnhealthy/database")",
                             R"("level":"warning")",
                             R"("state":"firing")",
                             R"("runbook":"docs/runbooks/availability.md")"}) {
        EXPECT_THAT(response.body, HasSubstr(part));
    }
}

TEST_F(AlertRoutesTest, ShowsTheChannelsWithTheirLastError) {
    EXPECT_THAT(ask("GET", {"api", "notifications"}).body, HasSubstr(R"("last_error":null)"));
    answer_ = {Delivery::Result::Failed, "connection refused"};
    service_->send({.subject = "test", .level = ports::NoticeLevel::Warning, .text = "x"}, nullptr);
    service_->tick(model::Now());
    const RouteResponse response = ask("GET", {"api", "notifications"});
    EXPECT_EQ(response.status, 200);
    for (const char* part : {R"("name":"slack")",
                             R"("waiting":1)",
                             R"("failed_attempts":1)",
                             R"("is_failing":true)",
                             R"("last_error":"connection refused")"}) {
        EXPECT_THAT(response.body, HasSubstr(part));
    }
}

TEST_F(AlertRoutesTest, ATestMessageReturnsTheAnswerOfTheChannel) {
    EXPECT_EQ(ask("POST", {"api", "notifications", "slack", "test"}).status, 200);
    answer_ = {Delivery::Result::Refused, "status 404"};
    const RouteResponse refused = ask("POST", {"api", "notifications", "slack", "test"});
    EXPECT_EQ(refused.status, 502);
    EXPECT_EQ(refused.code, "NOTICE_NOT_DELIVERED");
    EXPECT_THAT(refused.body, HasSubstr("status 404"));
}

TEST_F(AlertRoutesTest, AnUnknownChannelNamesThoseThatExist) {
    const RouteResponse response = ask("POST", {"api", "notifications", "fax", "test"});
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.code, "CHANNEL_UNKNOWN");
    EXPECT_THAT(response.body, HasSubstr("configured: slack"));
}

}  // namespace
}  // namespace botcore::api
