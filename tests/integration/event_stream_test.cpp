// The event stream of the real botcored: the events of an order, the same events after a crash, and
// the closing message at a shutdown.

#include "services/events/stream_client_test.hpp"
#include "tests/crash/api_calls.hpp"
#include "tests/crash/daemon_process.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <map>

namespace botcore::crash {
namespace {

using events::StreamClient;
using testing::IsSupersetOf;

/// All numbered events so far, in the order of arrival.
struct Events {
    std::vector<std::string> texts;
    std::vector<std::string> names;
};

Events events_from_start(const DaemonProcess& daemon) {
    StreamClient client(daemon.port(), daemon.token());
    client.send(R"({"type":"subscribe","since":0})");
    Events told;
    while (const auto text = client.receive_text()) {
        const auto message = boost::json::parse(*text);
        if (message.at("type").as_string() == "caught_up") return told;
        if (message.at("type").as_string() != "event") continue;
        if (!message.at("sequence").is_int64()) continue;
        told.texts.push_back(*text);
        told.names.emplace_back(message.at("event").as_string());
    }
    ADD_FAILURE() << "the stream ended early: " << client.reason();
    return told;
}

// @spec:R4-FAIL-02 R4-AC-06 R4-NOTE-01
TEST(EventStreamOfTheDaemon, ReportsOrdersAndRepeatsTheSameEventsAfterACrash) {
    TemporaryFolder folder;
    DaemonProcess daemon({.program = {}, .data = folder.path() / "data", .arguments = {}});
    ASSERT_TRUE(daemon.start());
    const auto place = [&](const char* quantity, const std::string& key) {
        const std::string body =
            std::string(R"({"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":")") +
            quantity + "\"}";
        return daemon.ask(place_order("futures", body, key)).value_or(Answer{}).status;
    };
    ASSERT_EQ(place("0.01", "a-good-order-of-mine"), 200);
    ASSERT_EQ(place("0.0001", "far-too-small-an-order"), 422);
    const Events before = events_from_start(daemon);
    EXPECT_THAT(before.names,
                IsSupersetOf({"service_started",
                              "account_opened",
                              "order_updated",
                              "trade_executed",
                              "position_opened",
                              "balance_updated",
                              "trade_failed"}));
    daemon.kill();
    ASSERT_TRUE(daemon.start());
    const Events after = events_from_start(daemon);
    ASSERT_GT(after.texts.size(), before.texts.size());  // The restart added events.
    EXPECT_TRUE(std::equal(before.texts.begin(), before.texts.end(), after.texts.begin()));
}

// @spec:R2-TMO-06 R4-NOTE-01
TEST(EventStreamOfTheDaemon, ReportsAnAnalysisTimeout) {
    namespace asio = boost::asio;
    asio::io_context context;
    // It accepts connections and never sends a response.
    const asio::ip::tcp::acceptor silent(context, {asio::ip::address_v4::loopback(), 0});
    const std::string url = "http://127.0.0.1:" + std::to_string(silent.local_endpoint().port());
    TemporaryFolder folder;
    DaemonProcess daemon({.program = {},
                          .data = folder.path() / "data",
                          .arguments = {"--set", "analysis.url=" + url}});
    const auto started = daemon.start();
    ASSERT_TRUE(started) << started.error();
    StreamClient client(daemon.port(), daemon.token());
    ASSERT_FALSE(client.receive("authenticated").is_null());
    client.send(R"({"type":"subscribe"})");
    const auto answer = ask(daemon.port(),
                            {.method = "POST",
                             .target = "/api/ai/analyze",
                             .body = R"({"symbol":"BTCUSDT"})",
                             .key = {}},
                            daemon.token(),
                            std::chrono::seconds(30));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 504);
    EXPECT_EQ(field_of(answer->body, "code"), "ANALYSIS_TIMEOUT");
    while (true) {
        const auto event = client.receive("event");
        ASSERT_FALSE(event.is_null()) << client.reason();
        if (event.at("event").as_string() != "analysis_timeout") continue;
        EXPECT_EQ(event.at("data").at("symbol").as_string(), "BTCUSDT");
        EXPECT_EQ(event.at("data").at("limit_ms").as_int64(), 10'000);
        break;
    }
}

// @spec:R2-SHUT-04
TEST(EventStreamOfTheDaemon, SendsAClosingMessageOnSigterm) {
    TemporaryFolder folder;
    DaemonProcess daemon({.program = {}, .data = folder.path() / "data", .arguments = {}});
    ASSERT_TRUE(daemon.start());
    StreamClient client(daemon.port(), daemon.token());
    ASSERT_FALSE(client.receive("authenticated").is_null());
    auto ended = std::async(std::launch::async, [&] { return daemon.terminate(); });
    EXPECT_EQ(client.read_to_end(), 1001);
    EXPECT_EQ(ended.get(), 0) << daemon.last_output();
}

}  // namespace
}  // namespace botcore::crash
