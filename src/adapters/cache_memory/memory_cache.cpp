#include "adapters/cache_memory/memory_cache.hpp"

#include "base/check.hpp"

#include <utility>

namespace botcore::cache_memory {

MemoryCache::MemoryCache(MemoryCacheOptions options, std::function<base::Timestamp()> now)
    : options_(options),
      now_(std::move(now)) {
    CHECK(options_.entries_max > 0);
}

void MemoryCache::get(std::string_view key, Found found) {
    const auto place = places_.find(key);
    if (place == places_.end()) {
        ++counters_.misses;
        return found(std::nullopt);
    }
    if (place->second->ends <= now_()) {  // M2
        remove(place->second);
        ++counters_.misses;
        return found(std::nullopt);
    }
    entries_.splice(entries_.begin(), entries_, place->second);
    ++counters_.hits;
    // The callback gets a copy, since it may put or erase, which may remove the entry.
    found(std::string(entries_.front().value));
}

void MemoryCache::put(std::string_view key, std::string_view value, base::Duration life) {
    erase(key);
    const std::size_t size = key.size() + value.size();
    const bool fits = key.size() <= ports::kCacheKeyBytesMax &&
                      value.size() <= ports::kCacheValueBytesMax && size <= options_.bytes_max;
    if (!fits || life <= base::Duration()) {
        ++counters_.errors;
        return;
    }
    ++counters_.puts;
    while (entries_.size() >= options_.entries_max || bytes_ + size > options_.bytes_max) {
        remove(std::prev(entries_.end()));  // M1
        ++counters_.evictions;
    }
    entries_.push_front({std::string(key), std::string(value), now_() + life});
    places_.emplace(entries_.front().key, entries_.begin());
    bytes_ += size;
}

void MemoryCache::erase(std::string_view key) {
    const auto place = places_.find(key);
    if (place != places_.end()) remove(place->second);
}

ports::CacheStatus MemoryCache::status() const {
    return {.connected = true,
            .latency = base::Duration(),
            .success_age = base::Duration(),
            .message = {}};
}

void MemoryCache::remove(Place entry) {
    bytes_ -= entry->key.size() + entry->value.size();
    places_.erase(entry->key);
    entries_.erase(entry);
}

}  // namespace botcore::cache_memory
