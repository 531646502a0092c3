#include "adapters/cache_redis/cache_world_test.hpp"
#include "services/health/local_probes.hpp"

#include <gtest/gtest.h>

namespace botcore::health {
namespace {

using cache_redis::CacheFixture;
using cache_redis::MemoryWorld;
using cache_redis::RedisServer;
using cache_redis::RedisWorld;

host::ProbeReply answer_of(CacheFixture& world) {
    std::optional<host::ProbeReply> seen;
    probe_cache(world.cache())([&](host::ProbeReply answer) { seen = std::move(answer); });
    EXPECT_TRUE(world.until([&] { return seen.has_value(); }));
    return seen.value_or(host::ProbeReply{});
}

TEST(CacheProbe, TheInProcessCacheIsHealthy) {
    MemoryWorld world;
    EXPECT_EQ(answer_of(world).state, operations::HealthState::Healthy);
}

// @spec:R1-HEALTH-04
TEST(CacheProbe, AServerIsHealthyUnlessItHangs) {
    RedisServer server;
    auto options = RedisWorld::options_for(server.port());
    RedisWorld world(std::move(options));
    ASSERT_TRUE(world.connected());
    EXPECT_EQ(answer_of(world).state, operations::HealthState::Healthy);
    server.hang();
    const host::ProbeReply hung = answer_of(world);
    EXPECT_EQ(hung.state, operations::HealthState::Unhealthy);
    EXPECT_EQ(hung.message, "no response within the time limit");
    server.go_on();
    ASSERT_TRUE(world.connected());
    EXPECT_EQ(answer_of(world).state, operations::HealthState::Healthy);
}

}  // namespace
}  // namespace botcore::health
