#include "shell/cache/cache_world_test.hpp"
#include "shell/health/local_probes.hpp"

#include <gtest/gtest.h>

namespace botcore::shell::health {
namespace {

using cache::CacheFixture;
using cache::MemoryWorld;
using cache::RedisServer;
using cache::RedisWorld;

ProbeReply answer_of(CacheFixture& world) {
    std::optional<ProbeReply> seen;
    probe_cache(world.cache())([&](ProbeReply answer) { seen = std::move(answer); });
    EXPECT_TRUE(world.until([&] { return seen.has_value(); }));
    return seen.value_or(ProbeReply{});
}

TEST(CacheProbe, TheInProcessCacheIsHealthy) {
    MemoryWorld world;
    EXPECT_EQ(answer_of(world).state, HealthState::Healthy);
}

// @spec:R1-HEALTH-04
TEST(CacheProbe, AServerIsHealthyUnlessItHangs) {
    RedisServer server;
    auto options = RedisWorld::options_for(server.port());
    RedisWorld world(std::move(options));
    ASSERT_TRUE(world.connected());
    EXPECT_EQ(answer_of(world).state, HealthState::Healthy);
    server.hang();
    const ProbeReply hung = answer_of(world);
    EXPECT_EQ(hung.state, HealthState::Unhealthy);
    EXPECT_EQ(hung.message, "no response within the time limit");
    server.go_on();
    ASSERT_TRUE(world.connected());
    EXPECT_EQ(answer_of(world).state, HealthState::Healthy);
}

}  // namespace
}  // namespace botcore::shell::health
