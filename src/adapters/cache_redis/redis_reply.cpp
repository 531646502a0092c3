#include "adapters/cache_redis/redis_reply.hpp"

#include "base/check.hpp"

#include <hiredis/read.h>

#include <new>

namespace botcore::cache_redis {

namespace {

using Kind = RedisReply::Kind;

// Callbacks of the library's reader. The reader takes a null result for "out of memory" and stops.
// In this way a list is rejected before memory is allocated for its elements (P1).

void* make_text(const redisReadTask* task, char* text, std::size_t size) {
    Kind kind = Kind::Text;
    if (task->type == REDIS_REPLY_STATUS) kind = Kind::Status;
    if (task->type == REDIS_REPLY_ERROR) kind = Kind::Error;
    return std::make_unique<RedisReply>(RedisReply{kind, std::string(text, size)}).release();
}

void* make_list(const redisReadTask* /*task*/, int /*elements*/) {
    return nullptr;
}

void* make_integer(const redisReadTask* /*task*/, long long value) {
    return std::make_unique<RedisReply>(RedisReply{Kind::Integer, std::to_string(value)}).release();
}

void* make_nothing(const redisReadTask* /*task*/) {
    return std::make_unique<RedisReply>().release();
}

void free_reply(void* reply) {
    const std::unique_ptr<RedisReply> owned(static_cast<RedisReply*>(reply));
}

redisReplyObjectFunctions kFunctions = {
    make_text, make_list, make_integer, make_nothing, free_reply};

}  // namespace

void RedisReplyReader::Free::operator()(redisReader* reader) const {
    redisReaderFree(reader);
}

RedisReplyReader::RedisReplyReader() : reader_(redisReaderCreateWithFunctions(&kFunctions)) {
    CHECK(reader_ != nullptr);  // E7: the process ends if memory is exhausted.
}

void RedisReplyReader::feed(std::string_view bytes) {
    // An error is stored in the reader and returned by `next`.
    (void)redisReaderFeed(reader_.get(), bytes.data(), bytes.size());
}

base::Result<std::optional<RedisReply>, RedisReplyError> RedisReplyReader::next() {
    void* made = nullptr;
    if (redisReaderGetReply(reader_.get(), &made) != 0) {
        return base::Failure{RedisReplyError::Garbled};
    }
    if (made == nullptr) {
        const std::size_t waiting = reader_->len - reader_->pos;
        if (waiting > kReplyBytesMax) return base::Failure{RedisReplyError::TooLarge};  // P2
        return std::optional<RedisReply>();
    }
    const std::unique_ptr<RedisReply> reply(static_cast<RedisReply*>(made));
    return std::optional<RedisReply>(std::move(*reply));
}

std::string redis_command(std::initializer_list<std::string_view> words) {
    std::string out = "*" + std::to_string(words.size()) + "\r\n";
    for (const auto word : words) {
        out += "$" + std::to_string(word.size()) + "\r\n";
        out += word;
        out += "\r\n";
    }
    return out;
}

}  // namespace botcore::cache_redis
