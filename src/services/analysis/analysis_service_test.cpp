#include "services/analysis/analysis_service.hpp"

#include "host/outbound_folder_test.hpp"
#include "net/peer_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::analysis {
namespace {

using base::Duration;
using testing::HasSubstr;

class AnalysisCalls : public testing::Test {
protected:
    std::unique_ptr<AnalysisService> service_for(
        const std::string& url, Duration analyze_within = Duration::milliseconds(300)) {
        AnalysisRules rules;
        rules.url = net::parse_service_url(url).value();
        rules.retry.base = Duration::milliseconds(5);
        rules.retry.attempt_least = Duration::milliseconds(1);
        rules.analyze_within = analyze_within;
        rules.probe_within = Duration::milliseconds(200);
        return std::make_unique<AnalysisService>(
            rules,
            host::OutboundClient::Parts{
                context_, *transport_.value(), file_, folder_.log(), base::Random(1)});
    }

    AnalysisResult analyze(AnalysisService& service) {
        std::optional<AnalysisResult> result;
        service.analyze(
            R"({"symbol":"BTCUSDT"})", "r-1", [&](AnalysisResult got) { result = std::move(got); });
        EXPECT_TRUE(net::run_until(context_, [&] { return result.has_value(); }));
        return result.value_or(AnalysisResult{});
    }

    AnalysisProbe probe(AnalysisService& service) {
        std::optional<AnalysisProbe> result;
        service.probe([&](AnalysisProbe got) { result = std::move(got); });
        EXPECT_TRUE(net::run_until(context_, [&] { return result.has_value(); }));
        return result.value_or(AnalysisProbe{});
    }

    boost::asio::io_context context_;
    host::TestFolder folder_;
    base::Result<std::unique_ptr<net::HttpTransport>, std::string> transport_ =
        net::HttpTransport::make(context_, "");
    host::BreakerFile file_{folder_.file("breakers.json"), folder_.log()};
};

TEST_F(AnalysisCalls, ReturnTheResponseOfTheService) {
    net::TestPeer peer(context_,
                       {net::response(503),
                        net::response(200, R"({"signal":"Long"})"),
                        net::response(422, "why")});
    const auto service = service_for(peer.url("/api"));
    const auto good = analyze(*service);
    EXPECT_EQ(good.kind, AnalysisKind::Analyzed);
    EXPECT_EQ(good.body, R"({"signal":"Long"})");
    EXPECT_THAT(peer.requests().at(0), HasSubstr("POST /api/analyze HTTP/1.1"));
    const auto refused = analyze(*service);
    EXPECT_EQ(refused.kind, AnalysisKind::Refused);
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(refused.body, "why");
}

// @spec:R2-TMO-06
TEST_F(AnalysisCalls, TimeOutIsAResultOfItsOwn) {
    net::TestPeer peer(context_, {{.action = net::PeerAction::Hang}});
    const auto service = service_for(peer.url());
    EXPECT_EQ(analyze(*service).kind, AnalysisKind::TimedOut);
    EXPECT_EQ(AnalysisRules{}.analyze_within, Duration::seconds(10));
}

TEST_F(AnalysisCalls, TakeNoLongerThanTheRemainingTimeOfTheCaller) {
    net::TestPeer peer(context_, {{.action = net::PeerAction::Hang}});
    const auto service = service_for(peer.url(), Duration::seconds(60));
    std::optional<AnalysisResult> result;
    const auto began = std::chrono::steady_clock::now();
    service->analyze(
        "{}",
        "r",
        [&](AnalysisResult got) { result = std::move(got); },
        Duration::milliseconds(20));
    EXPECT_TRUE(net::run_until(context_, [&] { return result.has_value(); }));
    ASSERT_TRUE(result);
    EXPECT_EQ(result->kind, AnalysisKind::TimedOut);
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(30));
}

TEST_F(AnalysisCalls, FailingServiceIsUnavailableAndItsBreakersAreNamed) {
    net::TestPeer peer(context_, {net::response(500)});
    const auto service = service_for(peer.url());
    const auto result = analyze(*service);
    EXPECT_EQ(result.kind, AnalysisKind::Unavailable);
    EXPECT_THAT(result.detail, HasSubstr("max_retries_exceeded"));
    const auto breakers = service->client().breakers();
    ASSERT_EQ(breakers.size(), 2U);
    EXPECT_EQ(breakers[0].name, "analysis.analyze");
    EXPECT_EQ(breakers[1].name, "analysis.health");
    while (service->client().breakers()[0].state == resilience::BreakerState::Closed)
        (void)analyze(*service);
    const auto open = analyze(*service);
    EXPECT_EQ(open.kind, AnalysisKind::Unavailable);
    EXPECT_TRUE(open.retry_at.has_value());
    EXPECT_THAT(open.detail, HasSubstr("breaker_open"));
}

TEST_F(AnalysisCalls, ProbeReadsTheHealthBody) {
    net::TestPeer peer(context_,
                       {net::response(200, R"({"status":"healthy","version":"1","checks":{}})"),
                        net::response(200, R"({"status":"degraded"})"),
                        net::response(200, R"({"status":"melting"})"),
                        net::response(200, "no json"),
                        net::response(200, "[]"),
                        net::response(200, R"({"status":1})"),
                        net::response(503, R"({"status":"healthy"})"),
                        {.action = net::PeerAction::Hang}});
    const auto service = service_for(peer.url());
    const auto good = probe(*service);
    EXPECT_EQ(good.health, AnalysisHealth::Healthy);
    EXPECT_GT(good.latency, Duration{});
    EXPECT_THAT(peer.requests().at(0), HasSubstr("GET /health HTTP/1.1"));
    EXPECT_EQ(probe(*service).health, AnalysisHealth::Degraded);
    for (int i = 0; i < 6; ++i) {
        const auto bad = probe(*service);
        EXPECT_EQ(bad.health, AnalysisHealth::Unhealthy);
        EXPECT_FALSE(bad.message.empty());
    }
    EXPECT_EQ(peer.connections(), 8U);
}

TEST_F(AnalysisCalls, FailuresNeverBlockTheProbe) {
    net::TestPeer peer(context_, {net::response(500)});
    const auto service = service_for(peer.url());
    for (int i = 0; i < 15; ++i)
        EXPECT_EQ(probe(*service).health, AnalysisHealth::Unhealthy);
    EXPECT_EQ(peer.connections(), 15U);
}

}  // namespace
}  // namespace botcore::analysis
