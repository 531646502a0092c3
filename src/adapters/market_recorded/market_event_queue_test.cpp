#include "adapters/market_recorded/market_event_queue.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace botcore::market_recorded {
namespace {

using base::Timestamp;
using protocol::MarketEvent;

MarketEventQueue::Batch batch_of(std::int64_t number) {
    MarketEvent event;
    event.time = Timestamp::from_microseconds(number);
    return {event};
}

TEST(MarketEventQueue, DeliversBatchesInOrder) {
    MarketEventQueue queue(4, [] {});
    for (std::int64_t i = 0; i < 3; ++i) {
        auto batch = batch_of(i);
        ASSERT_TRUE(queue.push(batch, {}));
        EXPECT_TRUE(batch.empty());
    }
    std::int64_t expected = 0;
    EXPECT_EQ(queue.drain(10,
                          [&](std::span<const MarketEvent> events) {
                              EXPECT_EQ(events.front().time.in_microseconds(), expected++);
                          }),
              3U);
    EXPECT_EQ(queue.size(), 0U);
}

TEST(MarketEventQueue, WakesOnceEachTimeItStopsBeingEmpty) {
    int wakes = 0;
    MarketEventQueue queue(4, [&] { ++wakes; });
    for (int i = 0; i < 3; ++i) {
        auto batch = batch_of(i);
        ASSERT_TRUE(queue.push(batch, {}));
    }
    EXPECT_EQ(wakes, 1);
    EXPECT_EQ(queue.drain(2, [](auto) {}), 2U);
    EXPECT_EQ(wakes, 2) << "One batch is left.";
    EXPECT_EQ(queue.drain(2, [](auto) {}), 1U);
    EXPECT_EQ(wakes, 2);
    EXPECT_EQ(queue.drain(2, [](auto) {}), 0U);
}

TEST(MarketEventQueue, ReturnsMemoryToTheProducer) {
    MarketEventQueue queue(4, [] {});
    auto batch = batch_of(1);
    batch.reserve(500);
    ASSERT_TRUE(queue.push(batch, {}));
    (void)queue.drain(1, [](auto) {});
    batch = batch_of(2);
    ASSERT_TRUE(queue.push(batch, {}));
    EXPECT_GE(batch.capacity(), 500U);
}

TEST(MarketEventQueue, PushReturnsWhenStopIsRequested) {
    MarketEventQueue queue(1, [] {});
    auto first = batch_of(1);
    ASSERT_TRUE(queue.push(first, {}));
    std::stop_source source;
    source.request_stop();
    auto second = batch_of(2);
    EXPECT_FALSE(queue.push(second, source.get_token()));
    EXPECT_EQ(second.size(), 1U);
    EXPECT_EQ(queue.waits_count(), 1U);
}

TEST(MarketEventQueue, LosesNothingWithASlowConsumer) {
    constexpr std::int64_t kCount = 2'000;
    std::atomic<int> wakes = 0;
    MarketEventQueue queue(3, [&] {
        ++wakes;
        wakes.notify_one();
    });
    std::jthread producer([&] {
        for (std::int64_t i = 0; i < kCount; ++i) {
            auto batch = batch_of(i);
            ASSERT_TRUE(queue.push(batch, {}));
        }
    });
    std::int64_t expected = 0;
    int seen = 0;
    while (expected < kCount) {
        wakes.wait(seen);
        seen = wakes;
        (void)queue.drain(2, [&](std::span<const MarketEvent> events) {
            EXPECT_EQ(events.front().time.in_microseconds(), expected++);
        });
    }
    EXPECT_LE(queue.size(), 3U);
}

}  // namespace
}  // namespace botcore::market_recorded
