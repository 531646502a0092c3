#pragma once

/// The cache of responses: its metrics and its probe.
///
/// Threads: the loop thread.

#include "apps/botcored/process.hpp"
#include "host/service.hpp"
#include "ports/cache.hpp"
#include "services/health/recovery_log.hpp"

#include <memory>
#include <utility>

namespace botcore::apps {

class CacheService final : public host::Service {
public:
    /// The process and the log must outlive the service.
    [[nodiscard]] static base::Result<std::unique_ptr<CacheService>, host::StartFailure> make(
        Process& process, health::RecoveryLog& recoveries);

    CacheService(Process& process,
                 health::RecoveryLog& recoveries,
                 std::unique_ptr<ports::Cache> cache)
        : process_(process),
          reconnections_(recoveries),
          cache_(std::move(cache)) {}

    [[nodiscard]] ports::Cache& cache() { return *cache_; }

    /// Whether the cache is in a Redis server.
    [[nodiscard]] bool is_remote() const { return !process_.config.text("cache.url").empty(); }

    void add_probes(host::HealthProber& prober) override;
    void tick(const model::Now& now) override;

private:
    Process& process_;
    health::CacheReconnections reconnections_;
    std::unique_ptr<ports::Cache> cache_;
};

}  // namespace botcore::apps
