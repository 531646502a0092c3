/// Any bytes as the replies of a Redis server, in one piece and byte by byte: no crash, the same
/// replies both ways, and nothing after an error.

#include "adapters/cache_redis/redis_reply.hpp"
#include "base/check.hpp"
#include "host/redis_url.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using botcore::cache_redis::RedisReply;
using botcore::cache_redis::RedisReplyReader;

struct Answers {
    std::vector<RedisReply> replies;
    bool failed = false;

    void take(RedisReplyReader& reader) {
        while (!failed) {
            auto reply = reader.next();
            if (!reply) {
                failed = true;
                return;
            }
            if (!reply.value()) return;
            replies.push_back(*std::move(reply).value());
        }
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    (void)botcore::host::parse_redis_url(bytes);

    RedisReplyReader at_once;
    Answers whole;
    at_once.feed(bytes);
    whole.take(at_once);

    RedisReplyReader by_byte;
    Answers pieces;
    for (const char c : bytes) {
        if (pieces.failed) break;
        by_byte.feed({&c, 1});
        pieces.take(by_byte);
    }
    CHECK(whole.failed == pieces.failed);
    CHECK(whole.replies.size() == pieces.replies.size());
    for (std::size_t i = 0; i < whole.replies.size(); ++i) {
        CHECK(whole.replies[i].kind == pieces.replies[i].kind);
        CHECK(whole.replies[i].text == pieces.replies[i].text);
    }
    return 0;
}
