#include "services/analysis/analysis_link.hpp"

#include "host/outbound_folder_test.hpp"
#include "net/peer_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::analysis {
namespace {

using net::run_until;
using net::TestPeer;
using resilience::BreakerState;
using testing::HasSubstr;

class AnalysisLinkTest : public testing::Test {
protected:
    auto make() { return AnalysisLink::make(config_, {context_, folder_.log(), folder_.file("")}); }

    host::ProbeReply probe_once(AnalysisLink& link) {
        std::optional<host::ProbeReply> answer;
        link.probe()([&](host::ProbeReply got) { answer = std::move(got); });
        EXPECT_TRUE(run_until(context_, [&] { return answer.has_value(); }));
        return answer.value_or(host::ProbeReply{});
    }

    boost::asio::io_context context_;
    host::TestFolder folder_;
    host::Config config_;
};

TEST_F(AnalysisLinkTest, IsNullWithoutAnAddress) {
    const auto link = make();
    ASSERT_TRUE(link.has_value());
    EXPECT_EQ(link.value(), nullptr);
}

TEST_F(AnalysisLinkTest, NamesTheWrongConfigurationKey) {
    ASSERT_TRUE(config_.set("analysis.url", "analysis:8000", "test"));
    EXPECT_THAT(make().error(), HasSubstr("analysis.url: "));
    ASSERT_TRUE(config_.set("analysis.url", "https://analysis:8000", "test"));
    ASSERT_TRUE(config_.set("analysis.ca_file", "/nonexistent.pem", "test"));
    EXPECT_THAT(make().error(), HasSubstr("analysis.ca_file: "));
}

TEST_F(AnalysisLinkTest, ReportsTheServiceStateToTheProber) {
    TestPeer peer(context_,
                  {net::response(200, R"({"status":"healthy"})"),
                   net::response(200, R"({"status":"degraded"})"),
                   net::response(500)});
    ASSERT_TRUE(config_.set("analysis.url", peer.url(), "test"));
    const auto link = make();
    ASSERT_TRUE(link.has_value());
    EXPECT_EQ(probe_once(*link.value()).state, operations::HealthState::Healthy);
    EXPECT_EQ(probe_once(*link.value()).state, operations::HealthState::Degraded);
    const auto bad = probe_once(*link.value());
    EXPECT_EQ(bad.state, operations::HealthState::Unhealthy);
    EXPECT_FALSE(bad.message.empty());
}

// @spec:RC-02 @spec:RC-03 @spec:RC-04 @spec:RC-05
TEST_F(AnalysisLinkTest, AppliesTheConfiguredRetryAndBreakerLimits) {
    TestPeer peer(context_, {net::response(500)});
    ASSERT_TRUE(config_.set("analysis.url", peer.url(), "test"));
    ASSERT_TRUE(config_.set("reliability.retry_max_attempts", "1", "test"));
    ASSERT_TRUE(config_.set("reliability.retry_initial_delay_ms", "100", "test"));
    ASSERT_TRUE(config_.set("reliability.circuit_breaker_threshold", "5", "test"));
    ASSERT_TRUE(config_.set("reliability.circuit_breaker_timeout_seconds", "300", "test"));
    const auto link = make();
    ASSERT_TRUE(link.has_value());
    auto& service = link.value()->service();
    std::optional<AnalysisResult> last;
    for (std::size_t calls = 1; calls <= 3; ++calls) {
        last.reset();
        service.analyze("{}", "r", [&](AnalysisResult got) { last = std::move(got); });
        ASSERT_TRUE(run_until(context_, [&] { return last.has_value(); }));
        EXPECT_EQ(peer.connections(), std::min<std::size_t>(calls * 2, 5));
    }
    EXPECT_EQ(service.client().breakers().at(0).state, BreakerState::Open);
    const auto now =
        base::Timestamp::from_milliseconds(std::chrono::duration_cast<std::chrono::milliseconds>(
                                               std::chrono::system_clock::now().time_since_epoch())
                                               .count());
    last.reset();
    service.analyze("{}", "r", [&](AnalysisResult got) { last = std::move(got); });
    ASSERT_TRUE(run_until(context_, [&] { return last.has_value(); }));
    EXPECT_GT(last->retry_at.value_or(now), now + base::Duration::seconds(250));
    EXPECT_THAT(folder_.text_of("breakers.json"), HasSubstr("analysis.analyze"));
}

// @spec:R2-CB-02
TEST(BreakerGauge, MapsBreakerStatesToZeroOneOrTwo) {
    EXPECT_EQ(breaker_gauge(BreakerState::Closed), 0);
    EXPECT_EQ(breaker_gauge(BreakerState::Disabled), 0);
    EXPECT_EQ(breaker_gauge(BreakerState::MetricsOnly), 0);
    EXPECT_EQ(breaker_gauge(BreakerState::HalfOpen), 1);
    EXPECT_EQ(breaker_gauge(BreakerState::Open), 2);
    EXPECT_EQ(breaker_gauge(BreakerState::ForcedOpen), 2);
}

}  // namespace
}  // namespace botcore::analysis
