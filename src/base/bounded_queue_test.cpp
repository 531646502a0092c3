#include "base/bounded_queue.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace botcore::base {
namespace {

TEST(BoundedQueue, RejectsAPushWhenFullAndLeavesTheItemUnchanged) {
    BoundedQueue<std::unique_ptr<int>> queue(1);
    EXPECT_TRUE(queue.push(std::make_unique<int>(1)));
    auto second = std::make_unique<int>(2);
    EXPECT_FALSE(queue.push(std::move(second)));
    ASSERT_NE(second, nullptr);  // NOLINT(bugprone-use-after-move): the contract under test.
    EXPECT_TRUE(queue.full());
    EXPECT_EQ(*queue.pop(), 1);
    EXPECT_TRUE(queue.push(std::move(second)));
    EXPECT_EQ(queue.size(), 1U);
    EXPECT_EQ(queue.size_max(), 1U);
}

TEST(BoundedQueueDeath, PopFromAnEmptyQueueAborts) {
    BoundedQueue<int> queue(1);
    EXPECT_DEATH((void)queue.pop(), "CHECK failed");
}

}  // namespace
}  // namespace botcore::base
