#include "adapters/cache_redis/redis_reply.hpp"

#include <gtest/gtest.h>

namespace botcore::cache_redis {
namespace {

TEST(RedisReplyReader, ReadsTheRepliesOfOurCommands) {
    RedisReplyReader reader;
    reader.feed("+OK\r\n:7\r\n$2\r\nhi\r\n$-1\r\n-ERR no\r\n$3\r\nab");
    for (const auto kind : {RedisReply::Kind::Status,
                            RedisReply::Kind::Integer,
                            RedisReply::Kind::Text,
                            RedisReply::Kind::Nothing,
                            RedisReply::Kind::Error}) {
        const auto reply = reader.next();
        ASSERT_TRUE(reply);
        ASSERT_TRUE(reply.value().has_value());
        EXPECT_EQ(reply.value()->kind, kind);
    }
    const auto half = reader.next();
    ASSERT_TRUE(half);
    EXPECT_FALSE(half.value().has_value());
}

TEST(RedisReplyReader, ReportsForeignBytesAndListsAsGarbled) {
    for (const char* bytes : {"HTTP/1.1 200 OK\r\n\r\n", "*1\r\n+OK\r\n", "?\r\n"}) {
        RedisReplyReader reader;
        reader.feed(bytes);
        const auto reply = reader.next();
        ASSERT_FALSE(reply) << bytes;
        EXPECT_EQ(reply.error(), RedisReplyError::Garbled) << bytes;
    }
}

TEST(RedisReplyReader, ReportsAnEndlessReplyAsTooLarge) {
    RedisReplyReader reader;
    reader.feed("$999999999\r\n" + std::string(kReplyBytesMax + 1, 'x'));
    const auto reply = reader.next();
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error(), RedisReplyError::TooLarge);
}

}  // namespace
}  // namespace botcore::cache_redis
