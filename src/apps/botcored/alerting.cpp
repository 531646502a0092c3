#include "apps/botcored/alerting.hpp"

#include "api/api_context.hpp"
#include "api/gauges.hpp"

#include <sysexits.h>

namespace botcore::apps {

base::Result<std::unique_ptr<alerts::AlertService>, host::StartFailure> make_alert_service(
    const AlertedParts& parts) {
    // While a commit is in progress, the state of the runtime cannot be read.
    const auto measure = [parts] {
        if (parts.trading.runtime().is_committing()) return false;
        api::write_gauges({.runtime = parts.trading.runtime(),
                           .market = parts.market.data(),
                           .monitor = parts.health.monitor(),
                           .cache_kind = parts.cache.is_remote() ? "redis" : api::kCacheInProcess},
                          parts.process.metrics);
        return true;
    };
    return or_exit_with(
        EX_UNAVAILABLE,
        alerts::AlertService::make({.metrics = parts.process.metrics,
                                    .log = parts.process.log,
                                    .notifier = parts.notices.service(),
                                    .store = parts.notices.store(),
                                    .measure = measure,
                                    .planned = [&health = parts.health](base::Timestamp at) {
                                        return health.is_planned(at);
                                    }}));
}

}  // namespace botcore::apps
