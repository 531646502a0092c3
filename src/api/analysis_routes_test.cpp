#include "api/analysis_routes.hpp"

#include "api/api_context.hpp"
#include "api/api_schemas.hpp"
#include "host/outbound_folder_test.hpp"
#include "net/peer_test.hpp"
#include "tests/api_world/api_world.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace botcore::api {
namespace {

using analysis::AnalysisService;
using net::PeerAction;
using net::TestPeer;

/// The routes with a real analysis service on a loopback address.
class AnalysisRoutesTest : public testing::Test {
protected:
    /// The response to one query; `code` is the error code, empty on success.
    struct Told {
        std::uint16_t status = 0;
        std::string code;
        std::string body;
    };

    Told ask(const std::string& url, const std::string& body) {
        analysis::AnalysisRules rules;
        rules.url = net::parse_service_url(url).value();
        rules.retry.base = base::Duration::milliseconds(5);
        rules.retry.attempt_least = base::Duration::milliseconds(1);
        rules.analyze_within = base::Duration::milliseconds(300);
        AnalysisService service(
            rules, {context_, *transport_.value(), file_, folder_.log(), base::Random(1)});
        AnalysisRoutes routes(world_.api_context(), {&service, [this](const model::Symbol& symbol) {
                                                         timed_out_ = symbol.text();
                                                     }});
        host::RouteTable table;
        add_common_schemas(table.schemas());
        routes.add_to(table);
        std::optional<Told> told;
        host::RequestContext call{};
        call.row = table.find("POST", {"api", "ai", "analyze"}).row;
        call.request.body = body;
        call.deadline = resilience::Deadline::after(call.now.monotonic);
        call.respond = [&](net::HttpResponse response) {
            told = {response.status, std::string(response.error_code), response.body};
        };
        call.row->handler(call);
        EXPECT_TRUE(net::run_until(context_, [&] { return told.has_value(); }));
        return told.value_or(Told{});
    }

    ApiWorld world_;
    boost::asio::io_context context_;
    host::TestFolder folder_;
    base::Result<std::unique_ptr<net::HttpTransport>, std::string> transport_ =
        net::HttpTransport::make(context_, "");
    host::BreakerFile file_{folder_.file("breakers.json"), folder_.log()};
    std::string timed_out_;
};

constexpr const char* kQuestion = R"({"symbol":"BTCUSDT","timeframe":"1h"})";

TEST_F(AnalysisRoutesTest, ForwardsTheServicesResponse) {
    net::TestPeer peer(context_, {net::response(200, R"({"signal":"Long"})")});
    const Told told = ask(peer.url(), kQuestion);
    EXPECT_EQ(told.status, 200);
    EXPECT_NE(told.body.find(R"({"signal":"Long"})"), std::string::npos);
    EXPECT_NE(peer.requests().at(0).find(R"("timeframe":"1h")"), std::string::npos);
    EXPECT_EQ(world_.metric("ai_requests_total{result=\"success\"}"), 1.0);
    EXPECT_EQ(world_.metric("ai_request_duration_seconds_count"), 1.0);
}

TEST_F(AnalysisRoutesTest, RespondsWith422WhenTheServiceRejectsTheQuery) {
    net::TestPeer peer(context_, {net::response(400, "no")});
    const Told told = ask(peer.url(), kQuestion);
    EXPECT_EQ(told.status, 422);
    EXPECT_EQ(told.code, "ANALYSIS_REFUSED");
    EXPECT_EQ(world_.metric("ai_requests_total{result=\"failure\"}"), 1.0);
}

// @spec:R2-TMO-06
TEST_F(AnalysisRoutesTest, TimesOutWhenTheServiceDoesNotRespond) {
    net::TestPeer peer(context_, {{.action = PeerAction::Hang}});
    const Told told = ask(peer.url(), kQuestion);
    EXPECT_EQ(told.status, 504);
    EXPECT_EQ(told.code, "ANALYSIS_TIMEOUT");
    EXPECT_EQ(timed_out_, "BTCUSDT");
    EXPECT_EQ(world_.metric("ai_requests_total{result=\"timeout\"}"), 1.0);
}

TEST_F(AnalysisRoutesTest, RespondsWith503WhenNoAnalysisIsAvailable) {
    net::TestPeer broken(context_, {net::response(500)});
    const Told failed = ask(broken.url(), kQuestion);
    EXPECT_EQ(failed.code, "ANALYSIS_UNAVAILABLE");
    const auto details = boost::json::parse(failed.body).at("error").at("details");
    EXPECT_EQ(details.at("last_error").as_string(), "it responded with status 500");
    EXPECT_EQ(details.at("retries").as_int64(),
              static_cast<std::int64_t>(broken.requests().size()) - 1)
        << "as often as the call was retried";
    net::TestPeer babbling(context_, {net::response(200, "certainly")});
    EXPECT_EQ(ask(babbling.url(), kQuestion).code, "ANALYSIS_UNAVAILABLE");
    const auto none = world_.command("POST", "/api/ai/analyze", kQuestion);
    EXPECT_EQ(none.status, 503);
}

TEST_F(AnalysisRoutesTest, RefusesMalformedQueries) {
    for (const char* body : {"",
                             "{}",
                             R"({"symbol":"btc"})",
                             R"({"symbol":"BTCUSDT","timeframe":"2x"})",
                             R"({"symbol":"BTCUSDT","more":1})"}) {
        EXPECT_EQ(world_.command("POST", "/api/ai/analyze", body).status, 400) << body;
    }
}

}  // namespace
}  // namespace botcore::api
