#include "services/events/websocket_server.hpp"

#include "host/error_body.hpp"
#include "net/http_server.hpp"
#include "net/test_client_test.hpp"
#include "services/events/hub_world_test.hpp"
#include "services/events/stream_client_test.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <set>
#include <thread>

namespace botcore::events {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

const std::string kHello = R"({"type":"authenticate","token":"mine-token","id":"1"})";

class NoRoutes final : public net::HttpHandler {
public:
    void handle(net::HttpRequest /*request*/, net::Respond respond) override {
        respond({.status = 404, .body = "{}"});
    }
};

class OnePrice final : public ports::MarketData {
public:
    model::Quote quote(const model::InstrumentId& id,
                       model::Side /*side*/,
                       model::Quantity /*quantity*/) const override {
        model::Quote quote;
        quote.instrument = id;
        quote.source = model::MarketSource::Generated;
        quote.last = model::Price::whole(50'000);
        quote.age = age;
        return quote;
    }

    const model::DepthBook* book(const model::InstrumentId& /*id*/) const override {
        return nullptr;
    }

    std::vector<model::InstrumentId> instruments() const override {
        return {{model::Market::Futures, model::Symbol("BTCUSDT")},
                {model::Market::Futures, model::Symbol("ETHUSDT")}};
    }

    model::Duration age = model::Duration::seconds(1);
};

class EventStream : public testing::Test {
protected:
    void start(WebsocketOptions options = {}, QueueLimits limits = {}) {
        options.sweep_every = 10ms;
        world_.make_hub(limits);
        server_.emplace(
            options,
            WebsocketServer::Parts{context_,
                                   world_.hub(),
                                   market_,
                                   [this](std::string_view token) { return caller_of(token); },
                                   [] { return model::Timestamp(); },
                                   log_});
        http_options_.render_error = host::render_error_body;
        http_.emplace(context_, http_options_, routes_, &*server_);
        ASSERT_EQ(http_->start(), "");
        server_->start();
        thread_ = std::thread([this] { context_.run(); });
    }

    void TearDown() override {
        if (!thread_.joinable()) return;
        on_loop([this] {
            http_.reset();
            server_.reset();
        });
        guard_.reset();
        context_.stop();
        thread_.join();
    }

    template <class Work>
    void on_loop(Work work) {
        std::promise<void> done;
        boost::asio::post(context_, [&] {
            work();
            done.set_value();
        });
        done.get_future().wait();
    }

    void commit(std::size_t count, std::size_t padding = 0) {
        on_loop([&] { world_.commit(count, kMine, padding); });
    }

    std::optional<host::Caller> caller_of(std::string_view token) {
        if (token == "mine-token" && !revoked_) return HubWorld::mine();
        if (token == "operator-token" && !revoked_) {
            return host::Caller{model::Owner("operator-user"), role_, "o"};
        }
        if (token == "other-token") {
            return host::Caller{model::Owner(kTheirs), host::Role::Trader, "t"};
        }
        return std::nullopt;
    }

    std::uint64_t cuts(Cut cut) {
        std::uint64_t count = 0;
        on_loop([&] { count = server_->counters().cuts.at(static_cast<std::size_t>(cut)); });
        return count;
    }

    std::uint16_t port() { return http_->port(); }

    boost::asio::io_context context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{
        context_.get_executor()};
    HubWorld world_;
    OnePrice market_;
    observability::Log log_{"test", observability::Level::Fatal};
    NoRoutes routes_;
    net::HttpServerOptions http_options_{};
    std::optional<WebsocketServer> server_;
    std::optional<net::HttpServer> http_;
    std::thread thread_;
    std::atomic<bool> revoked_{false};
    std::atomic<host::Role> role_{host::Role::Operator};
};

/// The sequence and the index of the next numbered event.
std::pair<std::int64_t, std::int64_t> next_place(StreamClient& client) {
    while (true) {
        const auto event = client.receive("event");
        if (event.is_null()) return {-1, -1};
        if (!event.at("sequence").is_int64()) continue;
        return {event.at("sequence").as_int64(), event.at("index").as_int64()};
    }
}

TEST_F(EventStream, ReplaysFromAPositionAndContinuesLive) {
    start();
    commit(100);
    StreamClient client(port());
    EXPECT_EQ(client.status, 101);
    EXPECT_EQ(client.receive().at("type").as_string(), "welcome");
    client.send(kHello);
    const auto hello = client.receive("authenticated");
    EXPECT_EQ(hello.at("id").as_string(), "1");
    EXPECT_EQ(hello.at("head").as_int64(), 100);
    client.send(R"({"type":"subscribe","channels":["orders","trades"],"since":40,"id":"2"})");
    EXPECT_EQ(client.receive("subscribed").at("id").as_string(), "2");
    commit(50);
    for (std::int64_t sequence = 41; sequence <= 150; ++sequence) {
        ASSERT_EQ(next_place(client), (std::pair{sequence, std::int64_t{0}}));
        ASSERT_EQ(next_place(client), (std::pair{sequence, std::int64_t{1}}));
        if (sequence == 120) commit(1);
    }
    EXPECT_EQ(next_place(client).first, 151);
    client.send(R"({"type":"unsubscribe","channels":["orders","trades"],"id":"3"})");
    EXPECT_EQ(client.receive("unsubscribed").at("id").as_string(), "3");
    client.send(R"({"type":"ping","id":"4"})");
    EXPECT_EQ(client.receive("pong").at("head").as_int64(), 151);
    client.close();
    EXPECT_EQ(client.code(), 1000);
    std::uint64_t received = 0;
    on_loop([&] { received = server_->counters().received; });
    EXPECT_EQ(received, 4U);
}

TEST_F(EventStream, ReportsTheTimelineAndTheLastCommonRecord) {
    start();
    commit(9);
    on_loop([&] {
        world_.hub().set_timeline({.number = 2, .id = 0x9f2c41d0, .ancestors = {{1, 0x11, 4}}});
    });
    StreamClient client(port());
    client.send(kHello);
    EXPECT_EQ(client.receive("authenticated").at("timeline").as_string(), "2-9f2c41d0");
    client.send(R"({"type":"subscribe","since":7,"timeline":"1-00000011","id":"2"})");
    const auto changed = client.receive("error");
    EXPECT_EQ(changed.at("id").as_string(), "2");
    EXPECT_EQ(changed.at("code").as_string(), "HISTORY_CHANGED");
    EXPECT_EQ(changed.at("timeline").as_string(), "2-9f2c41d0");
    EXPECT_EQ(changed.at("common_sequence").as_int64(), 4);
    EXPECT_TRUE(changed.at("recoverable").as_bool());
    client.send(R"({"type":"subscribe","since":7,"timeline":"5-00000001"})");
    EXPECT_TRUE(client.receive("error").at("common_sequence").is_null());
    // As docs/api/stream.md says, the client resumes from the common record, in the new timeline.
    client.send(R"({"type":"subscribe","channels":["orders"],"since":4,"timeline":"2-9f2c41d0"})");
    EXPECT_EQ(client.receive("subscribed").at("timeline").as_string(), "2-9f2c41d0");
    EXPECT_EQ(next_place(client).first, 5);
    client.send(R"({"type":"ping"})");
    EXPECT_EQ(client.receive("pong").at("timeline").as_string(), "2-9f2c41d0");
}

TEST_F(EventStream, AcceptsTheTokenInTheHeader) {
    start();
    StreamClient client(port(), "mine-token");
    EXPECT_EQ(client.status, 101);
    EXPECT_EQ(client.receive("authenticated").at("role").as_string(), "trader");
    client.send(kHello);
    EXPECT_EQ(client.receive("error").at("code").as_string(), "ALREADY_AUTHENTICATED");
    StreamClient wrong(port(), "wrong-token");
    EXPECT_EQ(wrong.status, 401);
    EXPECT_THAT(wrong.authenticate_header, HasSubstr("Bearer"));
}

TEST_F(EventStream, RespondsToOtherRequestsOnItsPathWith426) {
    start();
    net::TestClient client(port());
    client.send("GET /ws HTTP/1.1\r\nHost: localhost\r\n\r\n");
    auto response = client.receive();
    EXPECT_EQ(response.status, 426);
    EXPECT_THAT(response.body, HasSubstr("UPGRADE_REQUIRED"));
    client.send("GET /other HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(client.receive().status, 404);
    net::TestClient hasty(port());
    hasty.send(
        "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\nmore");
    EXPECT_EQ(hasty.receive().status, 400);
    net::TestClient old(port());
    old.send(
        "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 7\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    EXPECT_NE(old.receive().status, 101);
    EXPECT_TRUE(old.ended());
    EXPECT_EQ(cuts(Cut::Handshake), 1U);
}

// @spec:R2-TMO-03
TEST_F(EventStream, ClosesAConnectionThatSendsNoRequest) {
    EXPECT_EQ(net::HttpServerOptions().first_request_within, 60s);
    EXPECT_EQ(WebsocketOptions().handshake_within, 60s);
    http_options_.first_request_within = 60ms;
    start();
    net::TestClient silent(port());
    EXPECT_TRUE(silent.ended());
}

TEST_F(EventStream, DisconnectsClientsWithoutAValidToken) {
    start({.authenticate_within = 60ms});
    StreamClient silent(port());
    EXPECT_EQ(silent.read_to_end(), 1008);
    StreamClient wrong(port());
    wrong.send(R"({"type":"authenticate","token":"nobody's"})");
    EXPECT_FALSE(wrong.receive("error").at("recoverable").as_bool());
    EXPECT_EQ(wrong.read_to_end(), 1008);
    StreamClient early(port());
    early.send(R"({"type":"subscribe"})");
    EXPECT_EQ(early.receive("error").at("code").as_string(), "UNAUTHORIZED");
    EXPECT_EQ(early.read_to_end(), 1008);
    EXPECT_EQ(cuts(Cut::Unauthenticated), 3U);
}

TEST_F(EventStream, RefusesInvalidCommandsAndContinues) {
    start();
    StreamClient client(port(), "mine-token");
    const auto code_of = [&](std::string_view message) {
        client.send(message);
        const auto error = client.receive("error");
        EXPECT_TRUE(error.at("recoverable").as_bool());
        return std::string(error.at("code").as_string());
    };
    EXPECT_EQ(code_of(R"({"type":"dance"})"), "UNKNOWN_COMMAND");
    EXPECT_EQ(code_of(R"({"type":"ping","loud":true})"), "UNKNOWN_FIELD");
    EXPECT_EQ(code_of(R"({"type":"subscribe","since":7})"), "SINCE_AHEAD");
    EXPECT_EQ(code_of(R"({"type":"subscribe","accounts":["theirs"]})"), "ACCOUNT_UNKNOWN");
    client.send(R"({"type":"ping"})");
    EXPECT_FALSE(client.receive("pong").is_null());
}

TEST_F(EventStream, ClosesConnectionsThatBreakTheRules) {
    start({.messages_per_minute_max = 5});
    StreamClient garbled(port(), "mine-token");
    garbled.send("{not json");
    EXPECT_EQ(garbled.read_to_end(), 1007);
    StreamClient binary(port(), "mine-token");
    binary.send(R"({"type":"ping"})", false);
    EXPECT_EQ(binary.read_to_end(), 1003);
    StreamClient invalid(port(), "mine-token");
    invalid.send("\"\xff\xfe\"");
    EXPECT_EQ(invalid.read_to_end(), 1007);
    StreamClient huge(port(), "mine-token");
    huge.send(std::string(protocol::kStreamMessageMax + 1, ' '));
    EXPECT_EQ(huge.read_to_end(), 1009);
    StreamClient chatty(port(), "mine-token");
    for (int i = 0; i < 6; ++i)
        chatty.send(R"({"type":"ping"})");
    EXPECT_EQ(chatty.read_to_end(), 1008);
    StreamClient pinging(port(), "mine-token");
    for (int i = 0; i < 6; ++i)
        pinging.ping();
    EXPECT_EQ(pinging.read_to_end(), 1008);
    EXPECT_EQ(cuts(Cut::Flood), 2U);
}

TEST_F(EventStream, LimitsConnectionsPerUserAndInTotal) {
    start({.connections_max = 3, .connections_per_user_max = 2});
    StreamClient first(port(), "mine-token");
    EXPECT_FALSE(first.receive("authenticated").is_null());
    {
        StreamClient second(port(), "mine-token");
        EXPECT_FALSE(second.receive("authenticated").is_null());
        StreamClient third(port(), "mine-token");
        EXPECT_EQ(third.read_to_end(), 1008);
        EXPECT_THAT(third.reason(), HasSubstr("too many"));
        StreamClient other(port(), "other-token");
        EXPECT_FALSE(other.receive("authenticated").is_null());
        StreamClient beyond(port(), "other-token");
        EXPECT_EQ(beyond.status, 503);
        second.close();
    }
    std::size_t open = 2;
    while (open > 1)
        on_loop([&] { open = server_->connections(); });
    StreamClient again(port(), "mine-token");
    EXPECT_FALSE(again.receive("authenticated").is_null());
}

TEST_F(EventStream, DisconnectsAClientThatDoesNotReplyToPings) {
    start({.ping_every = 60ms, .pong_within = 60ms});
    net::TestClient mute(port());
    mute.send(
        "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Authorization: Bearer mine-token\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    while (cuts(Cut::Heartbeat) == 0)
        std::this_thread::yield();
    // A client that only reads stays connected for any length of time: its pongs are enough.
    StreamClient listens(port(), "mine-token");
    for (int i = 0; i < 5; ++i) {
        const auto event = listens.receive("event");
        ASSERT_FALSE(event.is_null());
        EXPECT_EQ(event.at("event").as_string(), "heartbeat");
        EXPECT_TRUE(event.at("sequence").is_null());
    }
    EXPECT_EQ(cuts(Cut::Heartbeat), 1U);
}

// @spec:R2-TMO-04
TEST_F(EventStream, ClosesAnIdleClient) {
    EXPECT_EQ(WebsocketOptions().idle_max, 5min);
    EXPECT_EQ(WebsocketOptions().ping_every, 30s);
    EXPECT_EQ(WebsocketOptions().pong_within, 10s);
    start({.ping_every = 10min, .idle_max = 80ms});
    StreamClient silent(port(), "mine-token");
    EXPECT_EQ(silent.read_to_end(), 1000);
    EXPECT_EQ(cuts(Cut::Idle), 1U);
}

TEST_F(EventStream, ClosesWhenTheTokenIsRevoked) {
    start({.ping_every = 10min, .rights_every = 40ms});
    StreamClient client(port(), "mine-token");
    EXPECT_FALSE(client.receive("authenticated").is_null());
    revoked_ = true;
    EXPECT_EQ(client.read_to_end(), 1008);
    EXPECT_EQ(cuts(Cut::Unauthenticated), 1U);
}

TEST_F(EventStream, ClosesTheConnectionOfADemotedOperator) {
    const WebsocketOptions shipped;
    EXPECT_LE(shipped.rights_every + shipped.sweep_every, 5s);
    start({.ping_every = 10min, .rights_every = 40ms});
    StreamClient client(port(), "operator-token");
    client.send(R"({"type":"subscribe","channels":["orders"]})");
    ASSERT_FALSE(client.receive("subscribed").is_null());
    commit(1);
    EXPECT_FALSE(client.receive("event").is_null());
    role_ = host::Role::Viewer;
    EXPECT_EQ(client.read_to_end(), 1008);
    EXPECT_THAT(client.reason(), HasSubstr("role was reduced"));
    EXPECT_EQ(cuts(Cut::RightsFell), 1U);
}

TEST_F(EventStream, ReadsTheRightsOnEverySubscription) {
    start({.ping_every = 10min, .rights_every = 10min});
    StreamClient demoted(port(), "operator-token");
    demoted.send(R"({"type":"subscribe","accounts":["mine"]})");
    ASSERT_FALSE(demoted.receive("subscribed").is_null());
    role_ = host::Role::Trader;
    demoted.send(R"({"type":"subscribe","accounts":["mine"]})");
    EXPECT_TRUE(demoted.receive("subscribed").is_null());
    EXPECT_EQ(demoted.code(), 1008);
    // A raised role applies from the next subscription on, without another connection.
    StreamClient promoted(port(), "operator-token");
    promoted.send(R"({"type":"subscribe","accounts":["mine"]})");
    EXPECT_EQ(promoted.receive("error").at("code").as_string(), "ACCOUNT_UNKNOWN");
    role_ = host::Role::Operator;
    promoted.send(R"({"type":"subscribe","accounts":["mine"],"channels":["orders"]})");
    ASSERT_FALSE(promoted.receive("subscribed").is_null());
    commit(1);
    EXPECT_FALSE(promoted.receive("event").is_null());
    revoked_ = true;
    promoted.send(R"({"type":"subscribe"})");
    EXPECT_EQ(promoted.read_to_end(), 1008);
}

TEST_F(EventStream, DisconnectsASlowReaderWithoutAffectingOthers) {
    start({.slow_close_within = 20s, .send_buffer_bytes = 16 * 1024},
          {.messages = 200, .bytes = 1U << 20U});
    StreamClient slow(port(), "mine-token", 16 * 1024);
    StreamClient quick(port(), "mine-token");
    for (StreamClient* client : {&slow, &quick}) {
        client->send(R"({"type":"subscribe","channels":["orders","trades"],"since":0})");
        ASSERT_FALSE(client->receive("caught_up").is_null());
    }
    std::int64_t sequence = 0;
    while (cuts(Cut::SlowReader) == 0) {
        ASSERT_LT(sequence, 20'000);
        commit(10, 500);
        for (int i = 0; i < 10; ++i) {
            ++sequence;
            ASSERT_EQ(next_place(quick).first, sequence);
            ASSERT_EQ(next_place(quick).second, 1);
        }
    }
    // Now the client reads what the system had buffered, then the close, and then the rest on a new
    // connection.
    std::pair<std::int64_t, std::int64_t> last{0, -1};
    std::set<std::pair<std::int64_t, std::int64_t>> seen;
    for (auto place = next_place(slow); place.first > 0; place = next_place(slow))
        seen.insert(place);
    EXPECT_EQ(slow.code(), 1013);
    const std::string reason = slow.reason();
    const std::string since = reason.substr(reason.find("since=") + 6);
    const std::size_t with_index = since.find("since_index=");
    std::string message = R"({"type":"subscribe","channels":["orders","trades"],"since":)" +
                          std::to_string(std::stol(since));
    if (with_index != std::string::npos) {
        message += R"(,"since_index":)" + std::to_string(std::stol(since.substr(with_index + 12)));
    }
    StreamClient again(port(), "mine-token");
    again.send(message + "}");
    while (last.first < sequence || last.second < 1) {
        last = next_place(again);
        ASSERT_GT(last.first, 0);
        seen.insert(last);
    }
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(2 * sequence));
    EXPECT_EQ(cuts(Cut::SlowReader), 1U);
}

TEST_F(EventStream, ClosesASlowReaderThatMissesItsHeartbeatWith1013) {
    start({.ping_every = 1s, .pong_within = 1s, .send_buffer_bytes = 16 * 1024},
          {.messages = 1'000'000, .bytes = 1U << 30U});
    StreamClient slow(port(), "mine-token", 16 * 1024);
    slow.send(R"({"type":"subscribe","channels":["orders"]})");
    ASSERT_FALSE(slow.receive("subscribed").is_null());
    while (cuts(Cut::SlowReader) == 0) {
        ASSERT_EQ(cuts(Cut::Heartbeat), 0U);
        commit(10, 2'000);
    }
    EXPECT_EQ(slow.read_to_end(), 1013) << "the default leaves it time to read this";
    EXPECT_NE(slow.reason().find("since="), std::string::npos);
}

TEST_F(EventStream, DisconnectsASlowReaderThatNeverReads) {
    start({.slow_close_within = 60ms, .send_buffer_bytes = 16 * 1024},
          {.messages = 50, .bytes = 1U << 20U});
    StreamClient slow(port(), "mine-token", 16 * 1024);
    slow.send(R"({"type":"subscribe","channels":["orders"]})");
    ASSERT_FALSE(slow.receive("subscribed").is_null());
    while (cuts(Cut::SlowReader) == 0)
        commit(10, 2'000);
    std::size_t open = 1;
    while (open > 0)
        on_loop([&] { open = server_->connections(); });
}

TEST_F(EventStream, SendsPricesWithTheirAge) {
    start({.prices_every = 20ms});
    StreamClient client(port(), "mine-token");
    client.send(R"({"type":"subscribe","channels":["prices"],"symbols":["BTCUSDT"]})");
    for (int i = 0; i < 3; ++i) {
        const auto event = client.receive("event");
        ASSERT_FALSE(event.is_null());
        EXPECT_EQ(event.at("event").as_string(), "price_update");
        EXPECT_EQ(event.at("data").at("symbol").as_string(), "BTCUSDT");
        EXPECT_EQ(event.at("data").at("last").as_string(), "50000");
        EXPECT_EQ(event.at("data").at("age_ms").as_int64(), 1'000);
        EXPECT_FALSE(event.at("data").at("stale").as_bool());
        EXPECT_TRUE(event.at("sequence").is_null());
    }
    on_loop([this] { market_.age = model::Duration::seconds(5); });
    while (!client.receive("event").at("data").at("stale").as_bool()) {
    }
}

// @spec:R2-SHUT-04 @spec:R2-AC-17
TEST_F(EventStream, ClosesAllConnectionsWith1001OnShutdown) {
    start();
    StreamClient one(port(), "mine-token");
    StreamClient two(port());
    EXPECT_FALSE(one.receive("authenticated").is_null());
    EXPECT_FALSE(two.receive("welcome").is_null());
    std::promise<void> closed;
    on_loop([&] { server_->stop([&] { closed.set_value(); }); });
    EXPECT_EQ(one.read_to_end(), 1001);
    EXPECT_EQ(two.read_to_end(), 1001);
    EXPECT_EQ(closed.get_future().wait_for(10s), std::future_status::ready);
    EXPECT_EQ(StreamClient(port(), "mine-token").status, 503);
    EXPECT_EQ(cuts(Cut::Shutdown), 2U);
}

TEST_F(EventStream, StopsAlthoughAClientDoesNotConfirmTheClose) {
    start({.close_within = 60ms});
    net::TestClient deaf(port());
    deaf.send(
        "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    std::size_t open = 0;
    while (open == 0)
        on_loop([&] { open = server_->connections(); });
    std::promise<void> closed;
    on_loop([&] { server_->stop([&] { closed.set_value(); }); });
    EXPECT_EQ(closed.get_future().wait_for(10s), std::future_status::ready);
}

TEST_F(EventStream, EveryCauseOfADisconnectionHasAText) {
    std::set<std::string_view> words;
    for (std::size_t i = 0; i < kCutCount; ++i)
        words.insert(to_text(static_cast<Cut>(i)));
    EXPECT_EQ(words.size(), kCutCount);
}

}  // namespace
}  // namespace botcore::events
