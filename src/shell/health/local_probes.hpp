#pragma once

/// The parts whose state this process knows by itself, without asking anybody: is the journal ours,
/// are the accounts compared, how old are prices, did the clock jump. And the look at the disk.
///
/// Threads: the thread of the loop; the disk's look is for a thread that may wait.

#include "ports/cache.hpp"
#include "ports/market_data.hpp"
#include "ports/store.hpp"
#include "runtime/runtime.hpp"
#include "shell/health/health_prober.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace botcore::shell::health {

/// All outlive the prober.
struct LocalParts {
    const runtime::Runtime& runtime;
    const ports::MarketData& market;
    std::function<runtime::Now()> now;
    base::Duration market_age_max;  ///< Prices older than this take no entries.
};

void add_local_probes(HealthProber& prober, const LocalParts& parts);

/// The age of the oldest price and where prices come from; no age where there is no price.
struct MarketAge {
    std::optional<base::Duration> oldest;
    model::MarketSource source = model::MarketSource::None;
};

[[nodiscard]] MarketAge market_age(const ports::MarketData& market);

/// Asks the exchange for a sign of life on the way that orders go; `wake` has the loop collect
/// answers soon. Both outlive the prober.
[[nodiscard]] HealthProbe probe_exchange(ports::Exchange& exchange, std::function<void()> wake);

/// Asks the cache for a value, found or not, and so measures it. Takes the cache's own time limit
/// at most; the cache outlives the prober.
[[nodiscard]] HealthProbe probe_cache(ports::Cache& cache);

/// Can the newest record be read? Blocks.
[[nodiscard]] std::function<ProbeReply()> probe_store(ports::StoreReader& reader);

/// What is left of the disk. `free_bytes` and `storage` may block. Low below `low_bytes`; full once
/// commits live on the reserve.
[[nodiscard]] std::function<ProbeReply()> probe_disk(std::function<std::uint64_t()> free_bytes,
                                                     std::function<model::StorageState()> storage,
                                                     std::uint64_t low_bytes);

}  // namespace botcore::shell::health
