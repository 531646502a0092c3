#include "adapters/cache_redis/cache_world_test.hpp"

#include <gtest/gtest.h>

namespace botcore::cache_redis {
namespace {

using base::Duration;

constexpr Duration kLong = Duration::seconds(600);

enum class Which : std::uint8_t { Memory, Redis };

/// The behaviour that every cache must have, in the process or outside.
class CacheConformance : public testing::TestWithParam<Which> {
protected:
    void SetUp() override {
        if (GetParam() == Which::Memory) {
            world_ = std::make_unique<MemoryWorld>();
            return;
        }
        server_ = std::make_unique<RedisServer>();
        auto redis = std::make_unique<RedisWorld>(RedisWorld::options_for(server_->port()));
        ASSERT_TRUE(redis->connected());
        world_ = std::move(redis);
    }

    std::unique_ptr<RedisServer> server_;
    std::unique_ptr<CacheFixture> world_;
};

TEST_P(CacheConformance, ReturnsWhatWasPutAndNothingBefore) {
    EXPECT_EQ(world_->get("a"), std::nullopt);
    world_->cache().put("a", "one", kLong);
    EXPECT_EQ(world_->get("a"), "one");
    EXPECT_EQ(world_->get("b"), std::nullopt);
    EXPECT_EQ(world_->cache().counters().hits, 1U);
    EXPECT_EQ(world_->cache().counters().misses, 2U);
    EXPECT_EQ(world_->cache().counters().errors, 0U);
}

TEST_P(CacheConformance, TheLastPutWins) {
    world_->cache().put("a", "one", kLong);
    world_->cache().put("a", "two", kLong);
    EXPECT_EQ(world_->get("a"), "two");
}

TEST_P(CacheConformance, ReturnsNothingAfterErase) {
    world_->cache().put("a", "one", kLong);
    world_->cache().erase("a");
    world_->cache().erase("never there");
    EXPECT_EQ(world_->get("a"), std::nullopt);
}

TEST_P(CacheConformance, ReturnsAnyBytesUnchanged) {
    std::string bytes;
    for (int i = 0; i < 256; ++i)
        bytes += static_cast<char>(i);
    world_->cache().put(bytes, bytes + "\r\n$-1\r\n", kLong);
    EXPECT_EQ(world_->get(bytes), bytes + "\r\n$-1\r\n");
    world_->cache().put("empty", "", kLong);
    EXPECT_EQ(world_->get("empty"), "");
}

TEST_P(CacheConformance, AcceptsTheLargestValueAndNoLargerOne) {
    const std::string largest(ports::kCacheValueBytesMax, 'x');
    world_->cache().put("a", largest, kLong);
    EXPECT_EQ(world_->get("a"), largest);
    world_->cache().put("b", largest + "x", kLong);
    EXPECT_EQ(world_->get("b"), std::nullopt);
    world_->cache().put(std::string(ports::kCacheKeyBytesMax + 1, 'k'), "x", kLong);
    EXPECT_EQ(world_->cache().counters().errors, 2U);
}

TEST_P(CacheConformance, ExpiresEntries) {
    world_->cache().put("short", "one", Duration::milliseconds(30));
    world_->cache().put("long", "two", kLong);
    EXPECT_TRUE(world_->pass(Duration::milliseconds(30),
                             [&] { return world_->get("short") == std::nullopt; }));
    EXPECT_EQ(world_->get("long"), "two");
    world_->cache().put("none", "three", Duration());
    EXPECT_EQ(world_->get("none"), std::nullopt);
}

TEST_P(CacheConformance, ConcurrentQueriesGetTheirOwnValues) {
    std::map<std::string, std::string> seen;
    for (int i = 0; i < 100; ++i)
        world_->cache().put("k" + std::to_string(i), "v" + std::to_string(i), kLong);
    for (int i = 0; i < 100; ++i) {
        const std::string key = "k" + std::to_string(i);
        world_->cache().get(key, [&seen, key](const std::optional<std::string>& found) {
            seen[key] = found.value_or("nothing");
        });
    }
    ASSERT_TRUE(world_->until([&] { return seen.size() == 100; }));
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(seen["k" + std::to_string(i)], "v" + std::to_string(i));
}

TEST_P(CacheConformance, ACallbackMayQueryAgain) {
    world_->cache().put("a", "one", kLong);
    std::optional<std::string> second;
    world_->cache().get("a", [&](std::optional<std::string>) {
        world_->cache().erase("a");
        world_->cache().put("a", "two", kLong);
        world_->cache().get("a", [&](std::optional<std::string> found) { second = found; });
    });
    EXPECT_TRUE(world_->until([&] { return second == "two"; }));
}

TEST_P(CacheConformance, AProbeShowsAWorkingCache) {
    world_->cache().probe();
    ASSERT_TRUE(world_->until([&] { return world_->cache().status().success_age.has_value(); }));
    const auto status = world_->cache().status();
    EXPECT_TRUE(status.connected);
    EXPECT_TRUE(status.latency.has_value());
    EXPECT_EQ(status.message, "");
}

INSTANTIATE_TEST_SUITE_P(Caches,
                         CacheConformance,
                         testing::Values(Which::Memory, Which::Redis),
                         [](const auto& instance) {
                             return instance.param == Which::Memory ? "Memory" : "Redis";
                         });

TEST(MemoryCache, EvictsTheLeastRecentlyUsedEntry) {
    MemoryWorld world({.entries_max = 2});
    world.cache().put("a", "1", kLong);
    world.cache().put("b", "2", kLong);
    EXPECT_EQ(world.get("a"), "1");
    world.cache().put("c", "3", kLong);
    EXPECT_EQ(world.get("b"), std::nullopt);
    EXPECT_EQ(world.get("a"), "1");
    EXPECT_EQ(world.cache().counters().evictions, 1U);
}

TEST(MemoryCache, NeverExceedsItsByteLimit) {
    MemoryWorld world({.entries_max = 1'000, .bytes_max = 100});
    for (int i = 0; i < 50; ++i) {
        world.cache().put("k" + std::to_string(i), std::string(20, 'x'), kLong);
        EXPECT_LE(world.cache().bytes(), 100U);
    }
    EXPECT_EQ(world.cache().entries(), 4U);
    world.cache().put("too large", std::string(200, 'x'), kLong);
    EXPECT_EQ(world.get("too large"), std::nullopt);
    EXPECT_EQ(world.cache().entries(), 4U);
}

}  // namespace
}  // namespace botcore::cache_redis
