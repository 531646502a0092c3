#include "api/recovery_routes.hpp"

#include "host/outbound_folder_test.hpp"
#include "tests/api_world/route_call.hpp"
#include "tests/scratch/memory_service_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace botcore::api {
namespace {

using health::RecoveryMechanism;
using testing::HasSubstr;
using testing::Not;

class RecoveryRoutesTest : public testing::Test {
protected:
    void SetUp() override {
        auto made = health::RecoveryLog::make({.store = store_, .log = folder_.log(), .now = [] {
                                                   return base::Timestamp::from_milliseconds(
                                                       1'790'000'000'000);
                                               }});
        ASSERT_TRUE(made.has_value()) << made.error();
        log_ = std::move(made).value();
    }

    RouteResponse get(const std::map<std::string, std::string, std::less<>>& query = {}) {
        RecoveryRoutes routes(*log_);
        return call_route(routes, "GET", {"api", "recoveries"}, "", query);
    }

    host::TestFolder folder_;
    scratch::MemoryServiceStore store_;
    std::unique_ptr<health::RecoveryLog> log_;
};

// @spec:RD-07
TEST_F(RecoveryRoutesTest, ShowsTheNewestFirstUpToTheLimit) {
    EXPECT_THAT(get().body, HasSubstr(R"("recoveries":[])"));
    log_->add(RecoveryMechanism::Reload, false, base::Duration::milliseconds(30), "It failed");
    log_->add(RecoveryMechanism::Reload, true, base::Duration::milliseconds(40), "It worked");
    const RouteResponse all = get();
    EXPECT_EQ(all.status, 200);
    EXPECT_THAT(
        all.body,
        HasSubstr(
            R"("recoveries":[{"number":2,"time":"2026-09-21T14:13:20.000Z","mechanism":"reload",)"
            R"("attempt":2,"result":"success","duration_ms":40,"text":"It worked"},)"
            R"({"number":1,)"));
    EXPECT_THAT(all.body, HasSubstr(R"("result":"failure")"));
    EXPECT_THAT(get({{"limit", "1"}}).body,
                AllOf(HasSubstr("It worked"), Not(HasSubstr("It failed"))));
}

TEST_F(RecoveryRoutesTest, ALimitOutsideTheRangeIsRefused) {
    for (const char* limit : {"0", "1001", "all"})
        EXPECT_EQ(get({{"limit", limit}}).status, 400) << limit;
}

}  // namespace
}  // namespace botcore::api
