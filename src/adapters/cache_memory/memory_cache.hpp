#pragma once

/// The cache inside the process: the default, which needs no installation. Evicts the least
/// recently used entry.
///
/// M1  Never more than `entries_max` entries nor `bytes_max` bytes of keys and values.
/// M2  An expired entry is never returned.

#include "ports/cache.hpp"

#include <functional>
#include <list>
#include <map>

namespace botcore::cache_memory {

struct MemoryCacheOptions {
    std::size_t entries_max = 4'096;
    std::size_t bytes_max = std::size_t{64} << 20U;
};

class MemoryCache final : public ports::Cache {
public:
    /// `now` is a monotonic clock.
    MemoryCache(MemoryCacheOptions options, std::function<base::Timestamp()> now);

    void get(std::string_view key, Found found) override;
    void put(std::string_view key, std::string_view value, base::Duration life) override;
    void erase(std::string_view key) override;

    void probe() override {}

    [[nodiscard]] ports::CacheStatus status() const override;

    [[nodiscard]] const ports::CacheCounters& counters() const override { return counters_; }

    [[nodiscard]] std::size_t entries() const { return entries_.size(); }

    [[nodiscard]] std::size_t bytes() const { return bytes_; }

private:
    struct Entry {
        std::string key;
        std::string value;
        base::Timestamp ends;
    };

    using Place = std::list<Entry>::iterator;

    void remove(Place entry);

    MemoryCacheOptions options_;
    std::function<base::Timestamp()> now_;
    std::list<Entry> entries_;                               // Most recently used first.
    std::map<std::string_view, Place, std::less<>> places_;  // Keys point into the entries.
    std::size_t bytes_ = 0;
    ports::CacheCounters counters_;
};

}  // namespace botcore::cache_memory
