#include "apps/botcored/cache_service.hpp"

#include "api/response_cache.hpp"
#include "services/health/local_probes.hpp"

#include <sysexits.h>

namespace botcore::apps {

base::Result<std::unique_ptr<CacheService>, host::StartFailure> CacheService::make(
    Process& process, health::RecoveryLog& recoveries) {
    auto cache =
        TRY(or_exit_with(EX_CONFIG, make_cache(process.config, process.context, random_seed())));
    return std::make_unique<CacheService>(process, recoveries, std::move(cache));
}

void CacheService::add_probes(host::HealthProber& prober) {
    prober.add(operations::Dependency::Cache, health::probe_cache(*cache_));
}

void CacheService::tick(const model::Now& now) {
    const ports::CacheCounters counters = cache_->counters();
    api::write_cache_metrics(counters, process_.metrics);
    if (!is_remote()) return;
    api::write_cache_connection_metrics(counters, process_.metrics);
    reconnections_.update(counters, cache_->status(), now.monotonic);
}

}  // namespace botcore::apps
