#include "api/deferred_calls.hpp"

#include "host/route_table.hpp"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace botcore::api {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

class DeferredCallsTest : public ::testing::Test {
protected:
    /// Returns true if the call was taken. The outcome of the call is appended to `said_`.
    bool comes(const std::string& name, host::Purpose purpose = host::Purpose::Entry) {
        rows_.at(static_cast<std::size_t>(purpose)).purpose = purpose;
        host::RequestContext call{};
        call.row = &rows_.at(static_cast<std::size_t>(purpose));
        call.request.request_id = name;
        call.respond = [this, name](const net::HttpResponse& response) {
            said_.push_back(name + ": " + std::to_string(response.status) + " " +
                            std::string(response.error_code));
        };
        return room_.take(call, [this](const host::RequestContext& served) {
            said_.push_back(served.request.request_id + ": served");
        });
    }

    /// Runs the context until `count` outcomes are recorded; if they never are, the test times out.
    void run_until_said(std::size_t count) {
        while (said_.size() < count)
            context_.run_one();
    }

    boost::asio::io_context context_;
    bool away_ = true;
    std::vector<host::RouteRow> rows_ = std::vector<host::RouteRow>(8);
    std::vector<std::string> said_;
    DeferredCalls room_{
        context_, {.calls_max = 3, .wait_max = 50ms, .check_every = 1ms}, [this] { return away_; }};
};

TEST_F(DeferredCallsTest, ServesInOrderWhenTheStoreIsBack) {
    EXPECT_TRUE(comes("first"));
    EXPECT_TRUE(comes("second", host::Purpose::Read));
    EXPECT_TRUE(comes("third", host::Purpose::Exit));
    (void)context_.run_one();
    EXPECT_THAT(said_, IsEmpty()) << "It tried, and the store was still unavailable.";
    away_ = false;
    EXPECT_EQ(room_.size(), 3U);
    run_until_said(3);
    EXPECT_THAT(said_, ElementsAre("first: served", "second: served", "third: served"));
    EXPECT_FALSE(comes("later")) << "No call is waiting.";
}

TEST_F(DeferredCallsTest, AProbeNeverWaits) {
    EXPECT_FALSE(comes("probe", host::Purpose::Probe));
    EXPECT_EQ(room_.size(), 0U);
}

TEST_F(DeferredCallsTest, ACallThatNeedsNoStoreNeverWaits) {
    rows_.at(static_cast<std::size_t>(host::Purpose::Admin)).without_store = true;
    EXPECT_FALSE(comes("alerts", host::Purpose::Admin));
    EXPECT_TRUE(comes("other", host::Purpose::Read));
}

TEST_F(DeferredCallsTest, CallsDoNotWaitWhileTheStoreIsAvailable) {
    away_ = false;
    EXPECT_FALSE(comes("entry"));
}

TEST_F(DeferredCallsTest, ANewCallQueuesBehindWaitingCalls) {
    EXPECT_TRUE(comes("first"));
    away_ = false;
    EXPECT_TRUE(comes("second"));
    run_until_said(2);
    EXPECT_THAT(said_, ElementsAre("first: served", "second: served"));
}

TEST_F(DeferredCallsTest, RefusesACallAfterTheMaximumWait) {
    const auto began = std::chrono::steady_clock::now();
    EXPECT_TRUE(comes("first"));
    run_until_said(1);
    EXPECT_GE(std::chrono::steady_clock::now() - began, 50ms);
    EXPECT_THAT(said_, ElementsAre("first: 503 STORE_BUSY"));
}

TEST_F(DeferredCallsTest, RefusesACallAtOnceWhenTheQueueIsFull) {
    for (const char* name : {"1", "2", "3", "4"})
        EXPECT_TRUE(comes(name));
    EXPECT_THAT(said_, ElementsAre("4: 503 STORE_BUSY"));
    EXPECT_EQ(room_.size(), 3U);
}

}  // namespace
}  // namespace botcore::api
