#include "api/response_cache.hpp"

#include "adapters/cache_redis/cache_world_test.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::api {
namespace {

using cache_redis::CacheFixture;
using cache_redis::MemoryWorld;
using cache_redis::RedisServer;
using cache_redis::RedisWorld;

/// The response that a caller received.
struct Seen {
    std::string value;
    std::string x_cache;
    int made = 0;  ///< The number of times that the value was made.
};

/// Requests a value that depends on `state` and is made from it.
Seen ask(CacheFixture& world, ports::Cache& cache, int& state) {
    const AccountChanges changes;
    const ResponseCache response_cache(cache, changes);
    Seen seen;
    bool answered = false;
    host::RequestContext call;
    call.respond = [&](const net::HttpResponse& response) {
        EXPECT_FALSE(answered);
        answered = true;
        seen.value = boost::json::parse(response.body).at("data").as_string();
        for (const auto& [name, value] : response.headers) {
            if (name == "X-Cache") seen.x_cache = value;
        }
    };
    response_cache.respond(
        call,
        {[&] { return "state " + std::to_string(state); },
         [&](host::RequestContext&) {
             ++seen.made;
             return boost::json::value("made of " + std::to_string(state));
         },
         [](host::RequestContext& one, boost::json::value value) { one.send(std::move(value)); }});
    EXPECT_TRUE(world.until([&] { return answered; }));
    return seen;
}

void expect(const Seen& seen, std::string_view value, std::string_view x_cache) {
    EXPECT_EQ(seen.value, value);
    EXPECT_EQ(seen.x_cache, x_cache);
    EXPECT_EQ(seen.made, x_cache == "hit" ? 0 : 1);
}

TEST(ResponseCache, MakesAValueOnceForEachState) {
    MemoryWorld world;
    int state = 1;
    expect(ask(world, world.cache(), state), "made of 1", "miss");
    expect(ask(world, world.cache(), state), "made of 1", "hit");
    state = 2;
    expect(ask(world, world.cache(), state), "made of 2", "miss");
    state = 1;
    expect(ask(world, world.cache(), state), "made of 1", "hit");
}

TEST(ResponseCache, DoesNotCacheAValueWhoseStateChangedMeanwhile) {
    MemoryWorld world;
    const AccountChanges changes;
    const ResponseCache response_cache(world.cache(), changes);
    int state = 0;
    host::RequestContext call;
    call.respond = [](const net::HttpResponse&) {};
    response_cache.respond(
        call,
        {[&] { return std::to_string(state); },
         [&](host::RequestContext&) { return boost::json::value(++state); },
         [](host::RequestContext& one, boost::json::value value) { one.send(std::move(value)); }});
    EXPECT_EQ(state, 1);
    EXPECT_EQ(world.cache().counters().puts, 0U);
}

TEST(ResponseCache, DoesNotCacheWhenMakingTheValueFails) {
    MemoryWorld world;
    const AccountChanges changes;
    const ResponseCache response_cache(world.cache(), changes);
    net::HttpResponse got;
    host::RequestContext call;
    call.respond = [&](const net::HttpResponse& response) { got = response; };
    response_cache.respond(call,
                           {[] { return std::string(); },
                            [](host::RequestContext& one) -> std::optional<boost::json::value> {
                                one.fail(503, "SERVICE_UNAVAILABLE", "not now");
                                return std::nullopt;
                            },
                            [](host::RequestContext&, const boost::json::value&) { FAIL(); }});
    EXPECT_EQ(got.status, 503);
    for (const auto& [name, value] : got.headers)
        EXPECT_NE(name, "X-Cache");
    EXPECT_EQ(world.cache().counters().puts, 0U);
}

/// A cache that returns stored values truncated or with the last byte changed.
class Damaging final : public ports::Cache {
public:
    Damaging(ports::Cache& inner, std::size_t left) : inner_(inner), left_(left) {}

    void get(std::string_view key, Found found) override {
        inner_.get(key, [&](std::optional<std::string> value) {
            if (value && !value->empty()) value->back() = ' ';
            if (value && value->size() > left_) value->resize(left_);
            found(std::move(value));
        });
    }

    void put(std::string_view key, std::string_view value, base::Duration life) override {
        inner_.put(key, value, life);
    }

    void erase(std::string_view key) override { inner_.erase(key); }

    void probe() override {}

    [[nodiscard]] ports::CacheStatus status() const override { return inner_.status(); }

    [[nodiscard]] const ports::CacheCounters& counters() const override {
        return inner_.counters();
    }

private:
    ports::Cache& inner_;
    std::size_t left_;
};

TEST(ResponseCache, ADamagedValueIsAMiss) {
    MemoryWorld world;
    int state = 1;
    for (const std::size_t left : {0U, 1U, 32U, 33U, 1'000U}) {
        Damaging damaging(world.cache(), left);
        expect(ask(world, damaging, state), "made of 1", "miss");
        expect(ask(world, damaging, state), "made of 1", "miss");
    }
    expect(ask(world, world.cache(), state), "made of 1", "hit");
}

// @spec:R1-DEGR-02
TEST(ResponseCache, ResponsesStayCorrectWithADeadOrHungServer) {
    RedisServer server;
    auto options = RedisWorld::options_for(server.port());
    options.connect_within = std::chrono::milliseconds(100);
    RedisWorld world(std::move(options));
    ASSERT_TRUE(world.connected());
    int state = 1;
    expect(ask(world, world.cache(), state), "made of 1", "miss");
    expect(ask(world, world.cache(), state), "made of 1", "hit");
    server.hang();
    for (int i = 0; i < 20; ++i)
        expect(ask(world, world.cache(), state), "made of 1", "miss");
    state = 2;
    expect(ask(world, world.cache(), state), "made of 2", "miss");
    server.go_on();
    ASSERT_TRUE(world.connected());
    // The value that the server stored for the old state is never requested again.
    expect(ask(world, world.cache(), state), "made of 2", "miss");
    expect(ask(world, world.cache(), state), "made of 2", "hit");
    server.kill();
    ASSERT_TRUE(world.until([&] { return !world.cache().status().connected; }));
    expect(ask(world, world.cache(), state), "made of 2", "miss");
    server.start();
    ASSERT_TRUE(world.connected());
    expect(ask(world, world.cache(), state), "made of 2", "miss");
    expect(ask(world, world.cache(), state), "made of 2", "hit");
}

TEST(ResponseCache, WritesTheCountsOfTheCacheIntoTheMetrics) {
    observability::Metrics metrics;
    ports::CacheCounters cache;
    cache.hits = 5;
    cache.misses = 4;
    cache.errors = 3;
    cache.reconnects = 2;
    cache.reconnects_failed = 1;
    cache.timeouts = 7;
    write_cache_metrics(cache, metrics);
    EXPECT_THAT(metrics.render(), testing::Not(testing::HasSubstr("service=\"cache\"")))
        << "a cache in this process has no connection";
    cache.hits = 6;
    write_cache_metrics(cache, metrics);
    write_cache_connection_metrics(cache, metrics);
    const std::string text = metrics.render();
    for (const char* line : {"cache_requests_total{result=\"hit\"} 6",
                             "cache_requests_total{result=\"miss\"} 4",
                             "cache_requests_total{result=\"failure\"} 3",
                             "reconnection_attempts_total{result=\"success\",service=\"cache\"} 2",
                             "reconnection_attempts_total{result=\"failure\",service=\"cache\"} 1",
                             "timeouts_total{op=\"cache\"} 7"}) {
        EXPECT_THAT(text, testing::HasSubstr(line));
    }
}

}  // namespace
}  // namespace botcore::api
