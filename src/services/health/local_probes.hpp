#pragma once

/// The components whose state this process knows itself: whether this process still owns the
/// journal, whether the accounts have been compared, how old prices are, whether the clock stepped.
/// Also the probes of the exchange, the cache, the store and the disk.
///
/// Threads: the loop thread; the functions that block are for a thread that may wait.

#include "host/health_prober.hpp"
#include "ports/cache.hpp"
#include "ports/market_data.hpp"
#include "ports/store.hpp"
#include "runtime/runtime.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace botcore::health {

/// All references must outlive the prober.
struct LocalParts {
    const runtime::Runtime& runtime;
    const ports::MarketData& market;
    std::function<model::Now()> now;
    base::Duration market_age_max;  ///< Entries are refused when prices are older than this.
};

void add_local_probes(host::HealthProber& prober, const LocalParts& parts);

/// The age of the oldest price and the source of prices; no age without a price.
struct MarketAge {
    std::optional<base::Duration> oldest;
    model::MarketSource source = model::MarketSource::None;
};

[[nodiscard]] MarketAge market_age(const ports::MarketData& market);

/// Probes the exchange over the path that orders take; `wake` makes the loop collect replies
/// soon. Both must outlive the prober.
[[nodiscard]] host::HealthProbe probe_exchange(ports::Exchange& exchange,
                                               std::function<void()> wake);

/// Reads one value from the cache, present or not, and so measures its latency. Takes the cache's
/// own time limit at most; the cache must outlive the prober.
[[nodiscard]] host::HealthProbe probe_cache(ports::Cache& cache);

/// Checks whether the newest record can be read. Blocks.
[[nodiscard]] std::function<host::ProbeReply()> probe_store(ports::StoreReader& reader);

/// Checks the free disk space. `free_bytes` and `storage` may block. Degraded below `low_bytes`;
/// unhealthy once commits use the reserve.
[[nodiscard]] std::function<host::ProbeReply()> probe_disk(
    std::function<std::uint64_t()> free_bytes,
    std::function<model::StorageState()> storage,
    std::uint64_t low_bytes);

}  // namespace botcore::health
