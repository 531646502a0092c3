#include "host/outbound_client.hpp"

#include "host/outbound_folder_test.hpp"
#include "net/peer_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::host {
namespace {

using namespace std::chrono_literals;
using base::Duration;
using resilience::BreakerState;
using resilience::Lane;
using resilience::Repeat;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Why = resilience::GiveUp::Why;

class OutboundCalls : public testing::Test {
protected:
    /// Retries after about 10, 20 and 40 ms.
    static ServiceRules rules_for(const std::string& url) {
        ServiceRules rules;
        rules.name = "service";
        rules.url = net::parse_service_url(url).value();
        rules.endpoints = {{.name = "read"}, {.name = "write"}};
        rules.pipeline.retry.base = Duration::milliseconds(10);
        rules.pipeline.retry.attempt_least = Duration::milliseconds(1);
        return rules;
    }

    std::unique_ptr<OutboundClient> client_for(ServiceRules rules) {
        OutboundCounts counts;
        counts.breaker_transition = [this](std::string_view name, const auto& transition) {
            moves_.push_back(std::string(name) + " " + std::string(to_text(transition.to)));
        };
        counts.retried = [this](std::string_view name, std::string_view result) {
            retries_.push_back(std::string(name) + " " + std::string(result));
        };
        counts.timed_out = [this](std::string_view) { ++timeouts_; };
        return std::make_unique<OutboundClient>(
            std::move(rules),
            OutboundClient::Parts{
                context_, *transport_.value(), file_, folder_.log(), base::Random(1)},
            counts);
    }

    OutboundResult call(OutboundClient& client, const OutboundRequest& request) {
        std::optional<OutboundResult> result;
        client.call(request, [&](OutboundResult got) { result = std::move(got); });
        EXPECT_FALSE(result.has_value());
        EXPECT_TRUE(net::run_until(context_, [&] { return result.has_value(); }));
        return result.value_or(OutboundResult{});
    }

    static OutboundRequest read() {
        return {.endpoint = "read",
                .http_request = {.path = "/x", .request_id = "r-7"},
                .repeat = Repeat::Allowed};
    }

    static OutboundRequest write() {
        return {.endpoint = "write", .http_request = {.method = "POST", .body = "{}"}};
    }

    boost::asio::io_context context_;
    TestFolder folder_;
    base::Result<std::unique_ptr<net::HttpTransport>, std::string> transport_ =
        net::HttpTransport::make(context_, "");
    BreakerFile file_{folder_.file("breakers.json"), folder_.log()};
    std::vector<std::string> moves_;
    std::vector<std::string> retries_;
    int timeouts_ = 0;
};

// @spec:R2-RETRY-01 R2-RETRY-07 R2-RETRY-14 RT-UNIT-02
TEST_F(OutboundCalls, RetriesAReadUntilItSucceedsAndLogsEachRetry) {
    net::TestPeer peer(context_,
                       {net::response(500), net::response(503), net::response(200, "good")});
    const auto client = client_for(rules_for(peer.url()));
    const auto result = call(*client, read());
    EXPECT_EQ(result.kind, OutboundKind::Answered);
    EXPECT_EQ(result.body, "good");
    EXPECT_EQ(result.attempts, 3U);
    EXPECT_FALSE(result.gave_up.has_value());
    EXPECT_THAT(retries_, ElementsAre("service.read failure", "service.read success"));
    const std::string log = folder_.logged();
    EXPECT_THAT(log, HasSubstr(R"("attempt":2)"));
    EXPECT_THAT(log, HasSubstr(R"("attempt":3)"));
    EXPECT_THAT(log, HasSubstr(R"("delay_ms":)"));
    EXPECT_THAT(log, HasSubstr(R"("request_id":"r-7")"));
    EXPECT_THAT(log, HasSubstr(R"("level":"WARN")"));
}

// @spec:R2-RETRY-15
TEST_F(OutboundCalls, FourthFailureReportsMaxRetriesExceeded) {
    net::TestPeer peer(context_, {net::response(502, "bad")});
    const auto client = client_for(rules_for(peer.url()));
    const auto result = call(*client, read());
    EXPECT_EQ(result.kind, OutboundKind::ServerError);
    EXPECT_EQ(result.status, 502);
    EXPECT_EQ(result.attempts, 4U);
    EXPECT_EQ(result.gave_up, Why::MaxRetriesExceeded);
    EXPECT_EQ(peer.connections(), 4U);
}

TEST_F(OutboundCalls, WriteIsSentOnce) {
    net::TestPeer peer(context_, {net::response(503)});
    const auto client = client_for(rules_for(peer.url()));
    const auto result = call(*client, write());
    EXPECT_EQ(result.kind, OutboundKind::ServerError);
    EXPECT_EQ(result.gave_up, Why::RepeatForbidden);
    EXPECT_EQ(peer.connections(), 1U);
}

// @spec:R2-RETRY-10 @spec:R2-RETRY-11 @spec:R2-RETRY-12
TEST_F(OutboundCalls, ClientErrorResponsesAreReturnedAndNotRetried) {
    net::TestPeer peer(
        context_,
        {net::response(400), net::response(401), net::response(403), net::response(404, "none")});
    const auto client = client_for(rules_for(peer.url()));
    for (const int status : {400, 401, 403, 404}) {
        const auto result = call(*client, read());
        EXPECT_EQ(result.kind, OutboundKind::Answered);
        EXPECT_EQ(result.status, status);
        EXPECT_EQ(result.gave_up, Why::Permanent);
    }
    EXPECT_EQ(peer.connections(), 4U);
}

// @spec:R2-RETRY-08
TEST_F(OutboundCalls, ObeysRetryAfter) {
    net::TestPeer peer(context_,
                       {net::response(429, "", "Retry-After: 1\r\n"), net::response(200)});
    const auto client = client_for(rules_for(peer.url()));
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(call(*client, read()).kind, OutboundKind::Answered);
    EXPECT_GE(std::chrono::steady_clock::now() - start, 1s);
}

// @spec:X-14
TEST_F(OutboundCalls, BanBeyondTheDeadlineFailsAtOnceAndBlocksFurtherCalls) {
    net::TestPeer peer(context_, {net::response(418, "", "Retry-After: 7200\r\n")});
    const auto client = client_for(rules_for(peer.url()));
    const auto first = call(*client, read());
    EXPECT_EQ(first.kind, OutboundKind::Throttled);
    EXPECT_EQ(first.gave_up, Why::RetryAfterTooLate);
    ASSERT_TRUE(first.retry_at.has_value());
    const auto second = call(*client, write());
    EXPECT_EQ(second.kind, OutboundKind::Throttled);
    EXPECT_EQ(second.attempts, 0U);
    EXPECT_GE(*second.retry_at, *first.retry_at - Duration::seconds(1));
    EXPECT_EQ(peer.connections(), 1U);
}

// @spec:R2-RETRY-06
TEST_F(OutboundCalls, RefusedConnectionIsNotSent) {
    const auto port = net::refused_port(context_);
    const auto client = client_for(rules_for("http://127.0.0.1:" + std::to_string(port)));
    const auto result = call(*client, read());
    EXPECT_EQ(result.kind, OutboundKind::NotSent);
    EXPECT_EQ(result.attempts, 4U);
    EXPECT_EQ(result.status, 0);
}

TEST_F(OutboundCalls, SilentServerEndsAtTheTimeLimitOfTheCall) {
    net::TestPeer peer(context_, {{.action = net::PeerAction::Hang}});
    const auto client = client_for(rules_for(peer.url()));
    auto request = read();
    request.limit = Duration::milliseconds(200);
    const auto start = std::chrono::steady_clock::now();
    const auto result = call(*client, request);
    EXPECT_EQ(result.kind, OutboundKind::TimedOut);
    EXPECT_EQ(result.gave_up, Why::DeadlineTooNear);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
    EXPECT_EQ(timeouts_, 1);
}

TEST_F(OutboundCalls, BrokenConnectionsAndInvalidResponsesAreBroken) {
    net::TestPeer garbage(context_, {{.bytes = "nonsense\r\n\r\n"}});
    const auto first = client_for(rules_for(garbage.url()));
    EXPECT_EQ(call(*first, read()).kind, OutboundKind::Broken);
    EXPECT_EQ(garbage.connections(), 1U);
    net::TestPeer half(context_, {{.action = net::PeerAction::HalfClose}, net::response(200)});
    const auto second = client_for(rules_for(half.url()));
    EXPECT_EQ(call(*second, read()).kind, OutboundKind::Answered);
    EXPECT_EQ(half.connections(), 2U);
    net::TestPeer reset(context_, {{.action = net::PeerAction::Reset}});
    const auto third = client_for(rules_for(reset.url()));
    EXPECT_EQ(call(*third, write()).kind, OutboundKind::Broken);
}

// @spec:R2-CB-03 @spec:R2-CB-08 @spec:X-10
TEST_F(OutboundCalls, TenthFailedAttemptOpensTheBreakerAndStopsFurtherRequests) {
    net::TestPeer peer(context_, {net::response(500)});
    const auto client = client_for(rules_for(peer.url()));
    EXPECT_EQ(call(*client, read()).attempts, 4U);
    EXPECT_EQ(call(*client, read()).attempts, 4U);
    const auto third = call(*client, read());
    EXPECT_EQ(third.kind, OutboundKind::BreakerOpen);
    EXPECT_EQ(third.attempts, 2U);
    EXPECT_EQ(peer.connections(), 10U);
    const auto fourth = call(*client, read());
    EXPECT_EQ(fourth.kind, OutboundKind::BreakerOpen);
    EXPECT_EQ(fourth.attempts, 0U);
    ASSERT_TRUE(fourth.retry_at.has_value());
    EXPECT_EQ(peer.connections(), 10U);
    EXPECT_THAT(moves_, ElementsAre("service.read open"));
    // Each endpoint has its own breaker.
    EXPECT_EQ(call(*client, write()).kind, OutboundKind::ServerError);
    EXPECT_EQ(client->breakers().at(0).state, BreakerState::Open);
    EXPECT_EQ(client->breakers().at(1).name, "service.write");
    EXPECT_THAT(folder_.logged(), HasSubstr("a circuit breaker changed its state"));
}

// @spec:X-08 @spec:I9
TEST_F(OutboundCalls, ExitsPassAnOpenBreaker) {
    net::TestPeer peer(context_, {net::response(200)});
    const auto client = client_for(rules_for(peer.url()));
    ASSERT_TRUE(client->force("service.write", BreakerState::ForcedOpen));
    EXPECT_EQ(call(*client, write()).kind, OutboundKind::BreakerOpen);
    auto exit = write();
    exit.lane = Lane::Exit;
    EXPECT_EQ(call(*client, exit).kind, OutboundKind::Answered);
}

TEST_F(OutboundCalls, OpenBreakerStaysOpenAfterARestart) {
    net::TestPeer peer(context_, {net::response(500), net::response(500), net::response(200)});
    auto rules = rules_for(peer.url());
    rules.endpoints[1].breaker.failures_in_row = 2;
    rules.endpoints[1].breaker.open_for = Duration::milliseconds(300);
    auto client = client_for(rules);
    (void)call(*client, write());
    (void)call(*client, write());
    EXPECT_EQ(call(*client, write()).kind, OutboundKind::BreakerOpen);
    client.reset();
    EXPECT_THAT(folder_.text_of("breakers.json"), HasSubstr(R"("service.write":{"state":"open")"));

    BreakerFile reread(folder_.file("breakers.json"), folder_.log());
    OutboundClient again(rules,
                         {context_, *transport_.value(), reread, folder_.log(), base::Random(1)});
    EXPECT_EQ(call(again, write()).kind, OutboundKind::BreakerOpen);
    EXPECT_TRUE(net::run_until(
        context_, [&] { return call(again, write()).kind == OutboundKind::Answered; }));
    EXPECT_EQ(again.breakers().at(1).state, BreakerState::HalfOpen);
}

TEST_F(OutboundCalls, CallsBeyondTheSlotsWaitOrAreRefused) {
    net::TestPeer peer(context_, {{.action = net::PeerAction::Hang}, net::response(200)});
    auto rules = rules_for(peer.url());
    rules.places.slots = 1;
    rules.places.lanes.fill({.reserve = 0, .queue_max = 1});
    const auto client = client_for(rules);
    std::vector<OutboundKind> ends;
    const auto note = [&](const OutboundResult& result) { ends.push_back(result.kind); };
    auto request = write();
    request.limit = Duration::milliseconds(200);
    client->call(request, note);
    request.limit = Duration::seconds(10);
    client->call(request, note);
    client->call(request, note);
    EXPECT_EQ(client->calls_under_way(), 2U);
    ASSERT_TRUE(net::run_until(context_, [&] { return ends.size() == 3; }));
    EXPECT_THAT(
        ends,
        ElementsAre(OutboundKind::Overloaded, OutboundKind::TimedOut, OutboundKind::Answered));
}

TEST_F(OutboundCalls, CallThatWaitsForASlotUntilItsTimeLimitIsOverloaded) {
    net::TestPeer peer(context_, {{.action = net::PeerAction::Hang}});
    auto rules = rules_for(peer.url());
    rules.places.slots = 1;
    rules.places.lanes.fill({.reserve = 0, .queue_max = 1});
    const auto client = client_for(rules);
    client->call(write(), [](const OutboundResult&) { FAIL(); });
    auto request = write();
    request.limit = Duration::milliseconds(50);
    const auto result = call(*client, request);
    EXPECT_EQ(result.kind, OutboundKind::Overloaded);
    EXPECT_EQ(result.attempts, 0U);
}

TEST_F(OutboundCalls, DestroyedClientCallsNothing) {
    net::TestPeer peer(context_, {{.action = net::PeerAction::Hang}, net::response(500)});
    auto client = client_for(rules_for(peer.url()));
    int called = 0;
    const auto note = [&](const OutboundResult&) { ++called; };
    client->call(write(), note);
    client->call(read(), note);
    ASSERT_TRUE(net::run_until(context_, [&] { return peer.connections() == 2; }));
    client->call(write(), note);
    client.reset();
    context_.restart();
    context_.run_for(100ms);
    EXPECT_EQ(called, 0);
}

TEST_F(OutboundCalls, OperatorSetsABreakerByName) {
    net::TestPeer peer(context_, {net::response(200)});
    const auto client = client_for(rules_for(peer.url()));
    EXPECT_FALSE(client->force("service.unknown", BreakerState::Closed));
    EXPECT_FALSE(client->force("service.read", BreakerState::Open));
    EXPECT_TRUE(client->force("service.read", BreakerState::Disabled));
    EXPECT_THAT(moves_, ElementsAre("service.read disabled"));
    EXPECT_EQ(file_.find("service.read")->state, BreakerState::Disabled);
}

TEST_F(OutboundCalls, SendsLessToAServiceThatThrottles) {
    net::TestPeer peer(context_, {net::response(429)});
    const auto client = client_for(rules_for(peer.url()));
    std::map<OutboundKind, int> kinds;
    for (int i = 0; i < 200; ++i)
        ++kinds[call(*client, write()).kind];
    EXPECT_EQ(kinds[OutboundKind::Throttled], 200);
    EXPECT_LT(peer.connections(), 100U);
    EXPECT_GE(peer.connections(), 20U);
}

TEST(OutboundKinds, HaveNames) {
    for (const auto kind : {OutboundKind::Answered,
                            OutboundKind::ServerError,
                            OutboundKind::NotSent,
                            OutboundKind::TimedOut,
                            OutboundKind::Broken,
                            OutboundKind::Throttled,
                            OutboundKind::BreakerOpen,
                            OutboundKind::Overloaded}) {
        EXPECT_FALSE(to_text(kind).empty());
    }
}

}  // namespace
}  // namespace botcore::host
