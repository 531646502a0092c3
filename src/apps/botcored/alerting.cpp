#include "apps/botcored/alerting.hpp"

#include "api/api_context.hpp"
#include "api/gauges.hpp"

#include <sysexits.h>

namespace botcore::apps {

base::Result<std::unique_ptr<incidents::IncidentService>, host::StartFailure> make_incident_service(
    Process& process, Notices& notices) {
    auto service = TRY(or_exit_with(
        EX_UNAVAILABLE,
        incidents::IncidentService::make(
            {.store = notices.store(), .log = process.log, .metrics = process.metrics})));
    notices.service().on_delivered(
        [&incidents = *service](auto channel, const ports::Notice& notice, base::Timestamp now) {
            incidents.on_delivered(channel, notice, now);
        });
    return service;
}

base::Result<std::unique_ptr<alerts::AlertService>, host::StartFailure> make_alert_service(
    const AlertedParts& parts) {
    const auto measure = [parts] {
        api::write_gauges({.runtime = parts.trading.runtime(),
                           .market = parts.market.data(),
                           .monitor = parts.health.monitor(),
                           .cache_kind = parts.cache.is_remote() ? "redis" : api::kCacheInProcess},
                          parts.process.metrics);
    };
    return or_exit_with(
        EX_UNAVAILABLE,
        alerts::AlertService::make(
            {.metrics = parts.process.metrics,
             .log = parts.process.log,
             .notifier = parts.notices.service(),
             .store = parts.notices.store(),
             .measure = measure,
             .planned = [&health =
                             parts.health](base::Timestamp at) { return health.is_planned(at); },
             .changed = [&incidents = parts.incidents](
                            const operations::AlertChange& change,
                            base::Timestamp now) { incidents.on_alert(change, now); }}));
}

}  // namespace botcore::apps
