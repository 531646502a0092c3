#pragma once

/// A place for rendered answers that may be forgotten at any moment. What is in it is a copy of
/// what can be made again: losing it costs time, never truth.
///
/// K1  A miss, a failure, a full memory and a cache that hangs look alike to the reader: nothing
///     comes back, and the answer is made anew. Slower, never wrong.
/// K2  A key holds everything that its value depends on: route, query, and a stamp that changes
///     with every change of the data behind it (the journal's term and the sequence of the
///     account's last record, or a series' revision). A changed account asks for another key, so a
///     stale value is never asked for again, whatever the cache keeps, loses or confuses in time.
///     The time to live only frees memory.
/// K3  No call waits. `found` is called exactly once, perhaps before `get` returns, at the latest
///     when the implementation's time for one call is over; only a cache that is destroyed forgets
///     its readers.
///
/// Threads: the loop thread only, `found` included.

#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::ports {

/// Longer keys and larger values are not kept.
inline constexpr std::size_t kCacheKeyBytesMax = 512;
inline constexpr std::size_t kCacheValueBytesMax = std::size_t{1} << 20U;

/// What health pages and metrics want to know.
struct CacheStatus {
    bool connected = false;
    /// Of the last answered call; nothing before the first.
    std::optional<base::Duration> latency;
    /// Since the last answered call; nothing before the first.
    std::optional<base::Duration> success_age;
    std::string message;  ///< What is wrong, without secrets; empty while connected.
};

/// Since the start.
struct CacheCounters {
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;  ///< Asked, and it was not there. Failures are not counted here.
    std::uint64_t puts = 0;    ///< Handed over for keeping.
    /// Calls that failed: no connection, too late, refused, garbled, or no room in the queue.
    std::uint64_t errors = 0;
    std::uint64_t evictions = 0;  ///< Thrown out for want of room; in-process only.
    std::uint64_t reconnects = 0;
    std::uint64_t reconnects_failed = 0;  ///< Attempts that made no connection.
    std::uint64_t timeouts = 0;           ///< Waits that were given up, for connections too.
};

class Cache {
public:
    using Found = std::function<void(std::optional<std::string>)>;

    virtual ~Cache() = default;

    /// Answers with the value last put under `key`, or with nothing (K1, K3).
    virtual void get(std::string_view key, Found found) = 0;
    /// Keeps `value` for at most `life`, replacing what was there; perhaps it does not.
    virtual void put(std::string_view key, std::string_view value, base::Duration life) = 0;
    /// Forgets `key`; a cache that cannot be reached may keep it until its life ends.
    virtual void erase(std::string_view key) = 0;

    /// Asks for a sign of life; the outcome shows in `status` later. Every 5 s is enough.
    virtual void probe() = 0;
    [[nodiscard]] virtual CacheStatus status() const = 0;
    [[nodiscard]] virtual const CacheCounters& counters() const = 0;
};

}  // namespace botcore::ports
