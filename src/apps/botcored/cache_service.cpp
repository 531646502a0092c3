#include "apps/botcored/cache_service.hpp"

#include "services/health/local_probes.hpp"

#include <sysexits.h>

namespace botcore::apps {

base::Result<std::unique_ptr<CacheService>, host::StartFailure> CacheService::make(
    Process& process) {
    auto cache =
        TRY(or_exit_with(EX_CONFIG, make_cache(process.config, process.context, random_seed())));
    return std::make_unique<CacheService>(process, std::move(cache));
}

void CacheService::add_probes(host::HealthProber& prober) {
    prober.add(operations::Dependency::Cache, health::probe_cache(*cache_));
}

void CacheService::tick(const model::Now& /*now*/) {
    process_.metrics.read(cache_->counters());
    if (is_remote()) process_.metrics.read_connection(cache_->counters());
}

}  // namespace botcore::apps
