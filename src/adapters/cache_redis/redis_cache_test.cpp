#include "adapters/cache_redis/cache_world_test.hpp"
#include "adapters/cache_redis/redis_reply.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::cache_redis {
namespace {

using base::Duration;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::HasSubstr;
using testing::Not;

constexpr Duration kTenMinutes = Duration::seconds(600);

// @spec:R1-DEGR-02
TEST(RedisCache, AKilledServerIsAMissAtOnceUntilItsRestart) {
    RedisServer server;
    RedisWorld world(RedisWorld::options_for(server.port()));
    ASSERT_TRUE(world.connected());
    world.cache().put("a", "one", kTenMinutes);
    EXPECT_EQ(world.get("a"), "one");
    server.kill();
    ASSERT_TRUE(world.until([&] { return !world.cache().status().connected; }));
    EXPECT_EQ(world.get("a"), std::nullopt);
    EXPECT_NE(world.cache().status().message, "");
    EXPECT_GE(world.cache().counters().errors, 1U);
    server.start();
    ASSERT_TRUE(world.connected());
    EXPECT_EQ(world.cache().counters().reconnects, 1U);
    EXPECT_EQ(world.cache().counters().timeouts, 0U);
    EXPECT_EQ(world.get("a"), std::nullopt) << "It was only in the killed server's memory.";
    world.cache().put("a", "two", kTenMinutes);
    EXPECT_EQ(world.get("a"), "two");
}

TEST(RedisCache, PendingCallsAreMissesWhenTheServerIsKilled) {
    RedisServer server;
    RedisWorld world(RedisWorld::options_for(server.port()));
    ASSERT_TRUE(world.connected());
    server.hang();
    int answers = 0;
    for (int i = 0; i < 50; ++i) {
        world.cache().get("a", [&](const std::optional<std::string>& found) {
            EXPECT_EQ(found, std::nullopt);
            ++answers;
        });
    }
    server.kill();
    EXPECT_TRUE(world.until([&] { return answers == 50; }));
}

// @spec:R1-DEGR-02
TEST(RedisCache, AHungServerCostsItsTimeLimitOnceAndReconnectsAfterwards) {
    RedisServer server;
    auto options = RedisWorld::options_for(server.port());
    options.connect_within = milliseconds(100);
    RedisWorld world(std::move(options));
    ASSERT_TRUE(world.connected());
    world.cache().put("a", "one", kTenMinutes);
    EXPECT_EQ(world.get("a"), "one");
    server.hang();
    const auto begin = steady_clock::now();
    EXPECT_EQ(world.get("a"), std::nullopt);
    EXPECT_GE(steady_clock::now() - begin, milliseconds(190));
    EXPECT_FALSE(world.cache().status().connected);
    // The kernel still accepts connections for the hung process. A connection without a greeting
    // does not count.
    for (int i = 0; i < 1'000; ++i)
        EXPECT_EQ(world.get("a"), std::nullopt);
    EXPECT_FALSE(world.cache().status().connected);
    EXPECT_TRUE(world.until([&] {
        return world.cache().status().message ==
               "connected, but the server did not complete the greeting within the time limit";
    }));
    server.go_on();
    ASSERT_TRUE(world.connected());
    EXPECT_EQ(world.get("a"), "one");
}

TEST(RedisCache, AClosedPortIsAMiss) {
    RedisWorld world(RedisWorld::options_for(free_port()));
    EXPECT_EQ(world.get("a"), std::nullopt);
    EXPECT_TRUE(
        world.until([&] { return world.cache().status().message.starts_with("cannot connect"); }));
    EXPECT_FALSE(world.cache().status().success_age.has_value());
}

TEST(RedisCache, AnUnresolvableHostNameIsAMiss) {
    auto options = RedisWorld::options_for(1);
    options.address.host = "no-such-host.invalid";
    RedisWorld world(std::move(options));
    EXPECT_EQ(world.get("a"), std::nullopt);
    EXPECT_TRUE(world.until([&] {
        const std::string message = world.cache().status().message;
        return message == "the server's name cannot be resolved" ||
               message == "no connection within the time limit";
    }));
}

TEST(RedisCache, ResolvesHostNames) {
    RedisServer server;
    auto options = RedisWorld::options_for(server.port());
    options.address.host = "localhost";
    RedisWorld world(std::move(options));
    ASSERT_TRUE(world.connected());
    world.cache().put("a", "one", kTenMinutes);
    EXPECT_EQ(world.get("a"), "one");
}

TEST(RedisCache, AFullServerRejectsWritesAndStillReads) {
    RedisServer server({"--maxmemory", "3mb", "--maxmemory-policy", "noeviction"});
    RedisWorld world(RedisWorld::options_for(server.port()));
    ASSERT_TRUE(world.connected());
    world.cache().put("small", "one", kTenMinutes);
    EXPECT_EQ(world.get("small"), "one");
    const std::string large(ports::kCacheValueBytesMax, 'x');
    for (int i = 0; i < 6; ++i)
        world.cache().put("large" + std::to_string(i), large, kTenMinutes);
    EXPECT_TRUE(world.until([&] { return world.cache().counters().errors > 0; }));
    EXPECT_EQ(world.cache().status().message, "the server refused a command: OOM");
    EXPECT_TRUE(world.cache().status().connected);
    EXPECT_EQ(world.get("large5"), std::nullopt);
    EXPECT_EQ(world.get("small"), "one");
}

TEST(RedisCache, AcceptsTheRightPasswordAndNeverRepeatsAWrongOne) {
    RedisServer server({"--requirepass", "open-sesame"});
    RedisWorld right(RedisWorld::options_for(server.port(), "open-sesame"));
    ASSERT_TRUE(right.connected());
    right.cache().put("a", "one", kTenMinutes);
    EXPECT_EQ(right.get("a"), "one");

    RedisWorld wrong(RedisWorld::options_for(server.port(), "a-secret-guess"));
    ASSERT_TRUE(wrong.until([&] {
        return !wrong.cache().status().message.empty() &&
               wrong.cache().status().message != "not connected yet";
    }));
    EXPECT_EQ(wrong.cache().status().message, "the server refused the connection: WRONGPASS");
    RedisWorld none(RedisWorld::options_for(server.port()));
    ASSERT_TRUE(none.until([&] {
        return none.cache().status().message == "the server refused the connection: NOAUTH";
    }));
}

TEST(RedisCache, APasswordRepeatedByTheServerAppearsInNoMessage) {
    const FakeServer server({"-ERR unknown command AUTH, with args: open-sesame\r\n"});
    RedisWorld world(RedisWorld::options_for(server.port(), "open-sesame"));
    ASSERT_TRUE(world.until([&] {
        return world.cache().status().message.starts_with(
            "the server refused the "
            "connection");
    }));
    EXPECT_THAT(world.cache().status().message, Not(HasSubstr("sesame")));
}

/// Completes the greeting, then replies with `answer` to every command.
std::string message_after(const std::string& answer) {
    const FakeServer server({"+OK\r\n+PONG\r\n", answer});
    RedisWorld world(RedisWorld::options_for(server.port()));
    EXPECT_TRUE(world.connected());
    EXPECT_EQ(world.get("a"), std::nullopt);
    EXPECT_GE(world.cache().counters().errors, 1U);
    return world.cache().status().message;
}

TEST(RedisCache, GarbageClosesTheConnectionAndIsAMiss) {
    EXPECT_EQ(message_after("HTTP/1.1 400 Bad Request\r\n\r\n"),
              "the server's reply cannot be parsed");
    EXPECT_EQ(message_after(std::string("\0\0\0\0", 4)), "the server's reply cannot be parsed");
    EXPECT_EQ(message_after("$abc\r\n"), "the server's reply cannot be parsed");
    EXPECT_EQ(message_after("*2\r\n$1\r\na\r\n$1\r\nb\r\n"), "the server's reply cannot be parsed");
    EXPECT_EQ(message_after("*2147483647\r\n"), "the server's reply cannot be parsed");
    EXPECT_EQ(message_after(":7\r\n"), "the server's reply does not match the command");
    EXPECT_EQ(message_after("+OK\r\n"), "the server's reply does not match the command");
    EXPECT_EQ(message_after("$9223372036854775807\r\nx"), "no response within the time limit");
    EXPECT_EQ(message_after("$5\r\nab"), "no response within the time limit");
    EXPECT_EQ(message_after("-ERR no\r\n"), "the server refused a command: ERR");
}

TEST(RedisCache, UnexpectedRepliesCloseTheConnection) {
    const FakeServer server({"+OK\r\n+PONG\r\n", "$1\r\nx\r\n$1\r\ny\r\n"});
    RedisWorld world(RedisWorld::options_for(server.port()));
    ASSERT_TRUE(world.connected());
    EXPECT_EQ(world.get("a"), "x");
    EXPECT_TRUE(world.until(
        [&] { return world.cache().status().message == "the server sent an unexpected reply"; }));
}

TEST(RedisCache, AnEndlessReplyDoesNotExhaustTheMemory) {
    RedisReplyReader reader;
    reader.feed("$900000000\r\n");
    const std::string part(65'536, 'x');
    std::size_t fed = 0;
    auto reply = reader.next();
    while (reply && fed < 2 * kReplyBytesMax) {
        reader.feed(part);
        fed += part.size();
        reply = reader.next();
    }
    ASSERT_FALSE(reply.has_value());
    EXPECT_EQ(reply.error(), RedisReplyError::TooLarge);
    EXPECT_LE(fed, kReplyBytesMax + 2 * part.size());
}

TEST(RedisCache, CallsBeyondTheLimitFailAtOnce) {
    RedisServer server;
    auto options = RedisWorld::options_for(server.port());
    options.calls_max = 3;
    RedisWorld world(std::move(options));
    ASSERT_TRUE(world.connected());
    int answers = 0;
    for (int i = 0; i < 5; ++i)
        world.cache().get("a", [&](const std::optional<std::string>&) { ++answers; });
    EXPECT_EQ(answers, 2);
    EXPECT_EQ(world.cache().counters().errors, 2U);
    EXPECT_TRUE(world.until([&] { return answers == 5; }));
}

TEST(RedisCache, BytesBeyondTheLimitFailAtOnce) {
    RedisServer server;
    auto options = RedisWorld::options_for(server.port());
    options.bytes_max = 1'000;
    RedisWorld world(std::move(options));
    ASSERT_TRUE(world.connected());
    world.cache().put("a", std::string(900, 'x'), kTenMinutes);
    world.cache().put("b", std::string(900, 'x'), kTenMinutes);
    EXPECT_EQ(world.cache().counters().errors, 1U);
    EXPECT_EQ(world.get("a"), std::string(900, 'x'));
    EXPECT_EQ(world.get("b"), std::nullopt);
}

TEST(RedisCache, MayBeDestroyedWhileCallsArePending) {
    RedisServer server;
    RedisWorld world(RedisWorld::options_for(server.port()));
    ASSERT_TRUE(world.connected());
    world.cache().get("a", [](const auto&) { FAIL() << "The cache was destroyed."; });
    world.destroy();
    world.run_dry();
}

TEST(RedisCache, MayBeDestroyedFromACallback) {
    RedisServer server;
    RedisWorld world(RedisWorld::options_for(server.port()));
    ASSERT_TRUE(world.connected());
    bool gone = false;
    world.cache().get("a", [&](const auto&) {
        world.destroy();
        gone = true;
    });
    world.cache().get("a", [](const auto&) { FAIL() << "The cache was destroyed."; });
    EXPECT_TRUE(world.until([&] { return gone; }));
    world.run_dry();
}

TEST(RedisCache, PausesDoubleUpToTheirLimit) {
    const RedisOptions options;
    std::vector<std::int64_t> pauses;
    for (std::uint32_t failures = 1; failures <= 8; ++failures)
        pauses.push_back(reconnect_pause(options, failures).count());
    EXPECT_EQ(
        pauses,
        (std::vector<std::int64_t>{1'000, 2'000, 4'000, 8'000, 16'000, 30'000, 30'000, 30'000}));
    EXPECT_EQ(reconnect_pause(options, ~0U).count(), 30'000);
}

TEST(RedisUrl, ParsesAllItsParts) {
    const auto full = host::parse_redis_url("redis://:p%40ss%2F@cache.example:7000/3");
    ASSERT_TRUE(full.has_value());
    EXPECT_EQ(full.value().host, "cache.example");
    EXPECT_EQ(full.value().port, 7'000);
    EXPECT_EQ(full.value().database, 3);
    EXPECT_EQ(full.value().password.reveal(), "p@ss/");
    const auto plain = host::parse_redis_url("redis://10.0.0.1");
    ASSERT_TRUE(plain.has_value());
    EXPECT_EQ(plain.value().port, 6'379);
    EXPECT_EQ(plain.value().database, 0);
    EXPECT_TRUE(plain.value().password.reveal().empty());
    const auto six = host::parse_redis_url("redis://[::1]:7001/");
    ASSERT_TRUE(six.has_value());
    EXPECT_EQ(six.value().host, "::1");
    EXPECT_EQ(six.value().port, 7'001);
}

TEST(RedisUrl, RejectsInvalidTextWithoutRepeatingIt) {
    for (const std::string_view bad : {"",
                                       "localhost:6379",
                                       "http://localhost",
                                       "redis://",
                                       "redis://:secret@",
                                       "redis://secret host",
                                       "redis://secret\nhost",
                                       "redis://[secret host]",
                                       "redis://h:0",
                                       "redis://h:65536",
                                       "redis://h:x",
                                       "redis://h/x",
                                       "redis://h/-1",
                                       "redis://[::1",
                                       "redis://[::1]x",
                                       "redis://secret@h",
                                       "redis://u:secret@h",
                                       "redis://:secret%4@h",
                                       "redis://:secret%zz@h"}) {
        const auto address = host::parse_redis_url(bad);
        ASSERT_FALSE(address.has_value()) << bad;
        EXPECT_THAT(address.error(), Not(HasSubstr("secret"))) << bad;
        EXPECT_THAT(address.error(), HasSubstr("expected redis://")) << bad;
    }
}

}  // namespace
}  // namespace botcore::cache_redis
