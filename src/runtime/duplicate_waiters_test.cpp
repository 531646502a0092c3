#include "runtime/duplicate_waiters.hpp"

#include <gtest/gtest.h>

namespace botcore::runtime {
namespace {

core::KeyId key(const char* name) {
    return {model::Owner("olga"), model::IdempotencyKey(name)};
}

model::Timestamp at(std::int64_t milliseconds) {
    return model::Timestamp::from_milliseconds(milliseconds);
}

TEST(DuplicateWaiters, ReturnsEachWaiterOfAKeyOnce) {
    DuplicateWaiters room;
    room.add(key("a"), {1, at(10), "req-1", true});
    room.add(key("a"), {2, at(10), "req-2", false});
    room.add(key("b"), {3, at(20), "req-3", true});
    EXPECT_EQ(room.request_id_of(key("a")), "req-1");
    EXPECT_EQ(room.take(key("a")).size(), 2U);
    EXPECT_TRUE(room.take(key("a")).empty());
    EXPECT_EQ(room.next_deadline(), at(20));
    EXPECT_EQ(room.take_all().size(), 1U);
    EXPECT_EQ(room.next_deadline(), std::nullopt);
    EXPECT_EQ(room.request_id_of(key("a")), "");
}

TEST(DuplicateWaiters, ReturnsWaitersWhoseDeadlineHasPassed) {
    DuplicateWaiters room;
    room.add(key("a"), {1, at(10), "", true});
    room.add(key("a"), {2, at(15), "", false});
    EXPECT_TRUE(room.take_expired(at(9)).empty());
    const auto expired = room.take_expired(at(10));
    ASSERT_EQ(expired.size(), 1U);
    EXPECT_EQ(expired.front().second.handle, 1U);
    EXPECT_EQ(room.take_expired(at(15)).front().second.handle, 2U);
    EXPECT_TRUE(room.take(key("a")).empty());
}

}  // namespace
}  // namespace botcore::runtime
