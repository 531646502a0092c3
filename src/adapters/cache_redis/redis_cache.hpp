#pragma once

/// The cache in a Redis server. Several processes can share it, and it survives the restart of a
/// process. Commands are pipelined on one connection, and replies arrive in the same order. The
/// sockets are Asio's, on the loop's thread; libhiredis parses the protocol.
///
///   Pausing ──pause over──> Connecting ──TCP──> Greeting ──PONG──> Ready
///      ^                        │                  │                 │
///      └── 1 s passed, refused ─┴── 1 s passed, ───┘   a call took   │
///      │                            refused            200 ms, closed│
///      └───────────────────────────── garbled, a list ───────────────┘
///
/// N1  Outside Ready nothing is queued: `get` returns nothing at once.
/// N2  A call without a reply within `answer_within` ends the connection and fails all pending
///     calls: a hung server costs that time once, not once a call.
/// N3  At most `calls_max` calls and `bytes_max` unsent bytes are pending; beyond that a call fails
///     at once.
/// N4  Pauses between attempts: 1, 2, 4, 8, 16, 30, 30 … s, each ±20 %, without limit.
/// N5  The password is in no message, log or error, and is wiped from the send buffer.
///
/// Threads: the loop's only. Asio's resolver looks up a host name on a thread of its own; a numeric
/// address needs no lookup.

#include "base/random.hpp"
#include "host/redis_url.hpp"
#include "ports/cache.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace botcore::cache_redis {

struct RedisOptions {
    host::RedisAddress address;
    std::string prefix = "botcore:";  ///< Begins every key, so that a server can be shared.
    std::chrono::milliseconds connect_within{
        1'000};  ///< For the TCP connection, and again for the greeting.
    std::chrono::milliseconds answer_within{200};
    std::chrono::milliseconds pause_first{1'000};
    std::chrono::milliseconds pause_max{30'000};
    std::size_t calls_max = 256;
    std::size_t bytes_max = std::size_t{8} << 20U;
};

/// The pause before the next attempt after `failures` consecutive failures (at least one), without
/// jitter.
[[nodiscard]] std::chrono::milliseconds reconnect_pause(const RedisOptions& options,
                                                        std::uint32_t failures);

class RedisCache final : public ports::Cache {
public:
    /// Starts to connect once the context runs. The `found` callbacks are called by handlers of
    /// `context`.
    RedisCache(boost::asio::io_context& context, RedisOptions options, base::Random random);
    ~RedisCache() override;

    void get(std::string_view key, Found found) override;
    void put(std::string_view key, std::string_view value, base::Duration life) override;
    void erase(std::string_view key) override;
    void probe() override;
    [[nodiscard]] ports::CacheStatus status() const override;
    [[nodiscard]] const ports::CacheCounters& counters() const override;

private:
    class Link;
    std::shared_ptr<Link> link_;
};

}  // namespace botcore::cache_redis
