#include "apps/botcored/alerting.hpp"

#include "api/api_context.hpp"
#include "api/gauges.hpp"
#include "apps/wiring/notice_channels.hpp"

#include <sysexits.h>

#include <utility>

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

base::Result<std::unique_ptr<notifications::Escalation>, host::StartFailure> make_escalation(
    Process& process, Notices& notices, incidents::IncidentService& incidents) {
    const host::OnCallFile* on_call = notices.on_call();
    if (on_call == nullptr) return std::unique_ptr<notifications::Escalation>();
    const auto period =
        base::Duration::seconds(process.config.integer("notify.escalate_after_seconds"));
    return or_exit_with(
        EX_UNAVAILABLE,
        notifications::Escalation::make(
            {.notifications = notices.service(),
             .store = notices.store(),
             .log = process.log,
             .plan = on_call->plan,
             .period = period,
             .channels_of = channels_of_person,
             .incidents = [&incidents]() -> const std::vector<operations::Incident>& {
                 return incidents.book().incidents();
             },
             .add_fact =
                 [&incidents](std::uint64_t number, operations::IncidentFact fact) {
                     return incidents.add_fact(number, std::move(fact));
                 }},
            process.clock.now().time));
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
