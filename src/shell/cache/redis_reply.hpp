#pragma once

/// Reads the answers of a Redis server, one after the other, out of the bytes of its connection.
///
/// P1  Only what our commands can bring is accepted: status, error, integer, one text, nothing.
///     A list, or bytes that are no answer, end the reading: the connection is to be closed.
/// P2  An unfinished answer holds at most `kReplyBytesMax`; a server cannot fill our memory.

#include "base/result.hpp"
#include "ports/cache.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct redisReader;

namespace botcore::shell::cache {

struct RedisReply {
    enum class Kind : std::uint8_t { Status, Error, Integer, Text, Nothing };
    Kind kind = Kind::Nothing;
    std::string text;
};

enum class RedisReplyError : std::uint8_t {
    Garbled,   ///< Not the protocol, or an answer that none of our commands has.
    TooLarge,  ///< An answer grows beyond `kReplyBytesMax`.
};

inline constexpr std::size_t kReplyBytesMax = ports::kCacheValueBytesMax + 4'096;

class RedisReplyReader {
public:
    RedisReplyReader();

    /// More bytes have come; `next` reads them.
    void feed(std::string_view bytes);

    /// The next whole answer; nothing until more bytes have come. After an error this reader is of
    /// no more use.
    [[nodiscard]] base::Result<std::optional<RedisReply>, RedisReplyError> next();

private:
    struct Free {
        void operator()(redisReader* reader) const;
    };

    std::unique_ptr<redisReader, Free> reader_;
};

/// A command in the form it is sent in.
[[nodiscard]] std::string redis_command(std::initializer_list<std::string_view> words);

}  // namespace botcore::shell::cache
