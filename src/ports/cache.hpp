#pragma once

/// A cache for rendered responses. It holds only copies of data that can be computed again, so
/// losing an entry costs time but never correctness.
///
/// K1  A miss, a failure, a full cache and a cache that does not respond look the same to the
///     reader: `found` receives nothing and the response is computed again.
/// K2  A key contains everything that its value depends on: route, query, and a stamp that changes
///     with every change of the underlying data (the journal's term and the sequence of the
///     account's last record, or a series' revision). After a change the reader uses a different
///     key, so a stale value is never requested again, whatever the cache retains, loses or delays.
///     The time to live only frees memory.
/// K3  No call blocks. `found` is called exactly once, possibly before `get` returns, and at the
///     latest when the implementation's time limit for one call expires. Only a cache that is
///     destroyed drops its readers without calling them.
///
/// Threads: the loop thread only, including the calls of `found`.

#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::ports {

/// Longer keys and larger values are not cached.
inline constexpr std::size_t kCacheKeyBytesMax = 512;
inline constexpr std::size_t kCacheValueBytesMax = std::size_t{1} << 20U;

/// For health pages and metrics.
struct CacheStatus {
    bool connected = false;
    /// The latency of the last call that was answered; empty if none was answered yet.
    std::optional<base::Duration> latency;
    /// The time since the last call that was answered; empty if none was answered yet.
    std::optional<base::Duration> success_age;
    std::string message;  ///< What is wrong, without secrets; empty while connected.
};

/// Counts since the start of the process.
struct CacheCounters {
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;  ///< Requested but not found. Failures are not counted here.
    std::uint64_t puts = 0;    ///< Values handed over to be cached.
    /// Failed calls: no connection, timeout, refused, malformed reply, or no room in the queue.
    std::uint64_t errors = 0;
    std::uint64_t evictions = 0;  ///< Entries removed to make room; in-process cache only.
    std::uint64_t reconnects = 0;
    std::uint64_t reconnects_failed = 0;  ///< Attempts that made no connection.
    std::uint64_t timeouts = 0;           ///< Calls and connection attempts that timed out.
};

class Cache {
public:
    using Found = std::function<void(std::optional<std::string>)>;

    virtual ~Cache() = default;

    /// Calls `found` with the value last put under `key`, or with nothing (K1, K3).
    virtual void get(std::string_view key, Found found) = 0;
    /// Caches `value` for at most `life` and replaces the previous value; it may fail silently.
    virtual void put(std::string_view key, std::string_view value, base::Duration life) = 0;
    /// Removes `key`. A cache that cannot be reached may retain it until its time to live ends.
    virtual void erase(std::string_view key) = 0;

    /// Starts a liveness check, whose result appears in `status` later. One check every 5 s is
    /// enough.
    virtual void probe() = 0;
    [[nodiscard]] virtual CacheStatus status() const = 0;
    [[nodiscard]] virtual const CacheCounters& counters() const = 0;
};

}  // namespace botcore::ports
