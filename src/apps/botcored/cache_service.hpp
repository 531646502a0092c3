#pragma once

/// The cache of responses: its metrics and its probe.
///
/// Threads: the loop thread.

#include "apps/botcored/process.hpp"
#include "host/service.hpp"
#include "ports/cache.hpp"

#include <memory>
#include <utility>

namespace botcore::apps {

class CacheService final : public host::Service {
public:
    /// The process must outlive the service.
    [[nodiscard]] static base::Result<std::unique_ptr<CacheService>, host::StartFailure> make(
        Process& process);

    CacheService(Process& process, std::unique_ptr<ports::Cache> cache)
        : process_(process),
          cache_(std::move(cache)) {}

    [[nodiscard]] ports::Cache& cache() { return *cache_; }

    /// Whether the cache is in a Redis server.
    [[nodiscard]] bool is_remote() const { return !process_.config.text("cache.url").empty(); }

    void add_probes(host::HealthProber& prober) override;
    void tick(const model::Now& now) override;

private:
    Process& process_;
    std::unique_ptr<ports::Cache> cache_;
};

}  // namespace botcore::apps
