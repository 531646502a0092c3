#pragma once

/// Reads the replies of a Redis server, one after the other, from the bytes of its connection.
///
/// P1  Only replies that our commands can have are accepted: status, error, integer, one string,
///     nil. A list, or bytes that are not a reply, end the reading: the connection must be closed.
/// P2  An incomplete reply holds at most `kReplyBytesMax`, so that a server cannot exhaust our
///     memory.

#include "base/result.hpp"
#include "ports/cache.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct redisReader;

namespace botcore::cache_redis {

struct RedisReply {
    enum class Kind : std::uint8_t { Status, Error, Integer, Text, Nothing };
    Kind kind = Kind::Nothing;
    std::string text;
};

enum class RedisReplyError : std::uint8_t {
    Garbled,   ///< Bytes outside the protocol, or a reply that none of our commands gets.
    TooLarge,  ///< A reply exceeds `kReplyBytesMax`.
};

inline constexpr std::size_t kReplyBytesMax = ports::kCacheValueBytesMax + 4'096;

class RedisReplyReader {
public:
    RedisReplyReader();

    /// Adds received bytes; `next` parses them.
    void feed(std::string_view bytes);

    /// The next complete reply; nothing until more bytes are fed. After an error this reader cannot
    /// be used any more.
    [[nodiscard]] base::Result<std::optional<RedisReply>, RedisReplyError> next();

private:
    struct Free {
        void operator()(redisReader* reader) const;
    };

    std::unique_ptr<redisReader, Free> reader_;
};

/// The command in the form in which it is sent to the server.
[[nodiscard]] std::string redis_command(std::initializer_list<std::string_view> words);

}  // namespace botcore::cache_redis
