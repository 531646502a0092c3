#include "apps/botcored/alerting.hpp"

#include "api/api_context.hpp"
#include "api/gauges.hpp"
#include "apps/wiring/issue_tracker.hpp"
#include "apps/wiring/notice_channels.hpp"

#include <sysexits.h>

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

namespace botcore::apps {

base::Result<std::unique_ptr<health::RecoveryLog>, host::StartFailure> make_recovery_log(
    Process& process, Notices& notices) {
    return or_exit_with(
        EX_UNAVAILABLE,
        health::RecoveryLog::make({.store = notices.store(), .log = process.log, .now = [&process] {
                                       return process.clock.now().time;
                                   }}));
}

base::Result<std::unique_ptr<incidents::IncidentService>, host::StartFailure> make_incident_service(
    Process& process, Notices& notices, TradingService& trading) {
    auto service = TRY(or_exit_with(
        EX_UNAVAILABLE,
        incidents::IncidentService::make({.store = notices.store(),
                                          .log = process.log,
                                          .metrics = process.metrics,
                                          .publish = trading.publish(),
                                          .now = [&process] { return process.clock.now().time; },
                                          .creates_issues = has_issue_tracker(process.config)})));
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

base::Result<std::unique_ptr<incidents::ActionIssues>, host::StartFailure> make_action_issues(
    Process& process, Notices& notices, incidents::IncidentService& incidents) {
    auto tracker =
        TRY(or_exit_with(EX_CONFIG, make_issue_tracker(process.config, notices.transport())));
    if (tracker == nullptr) return std::unique_ptr<incidents::ActionIssues>();
    return std::make_unique<incidents::ActionIssues>(
        incidents::ActionIssues::Parts{.incidents = incidents,
                                       .log = process.log,
                                       .now = [&process] { return process.clock.now(); }},
        std::move(tracker));
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

base::Result<std::unique_ptr<notifications::ErrorReports>, host::StartFailure> make_error_reports(
    const AlertedParts& parts, const alerts::AlertService& alerts) {
    Process& process = parts.process;
    const auto further_facts = [&incidents = parts.incidents, &alerts] {
        const auto& all = incidents.book().incidents();
        const auto open = std::count_if(
            all.begin(), all.end(), [](const auto& incident) { return incident.is_open(); });
        return notifications::ErrorReports::Facts{
            {"incidents that are open", std::int64_t{open}},
            {"alerts whose condition holds", static_cast<std::int64_t>(alerts.alerts().size())}};
    };
    const auto send_summary = [&notices = parts.notices.service()](const ports::Notice& summary) {
        notices.send_to(summary, {"email"}, {});
    };
    return or_exit_with(EX_UNAVAILABLE,
                        notifications::ErrorReports::make(
                            {.log = process.log,
                             .notifier = parts.notices.service(),
                             .store = parts.notices.store(),
                             .summary_at = operations::parse_time_of_day(
                                               process.config.text("notify.daily_summary_at"))
                                               .value_or(operations::TimeOfDay{}),
                             .send_summary = send_summary,
                             .further_facts = further_facts,
                             .now = [&process] { return process.clock.now(); }}));
}

std::unique_ptr<status_page::StatusPublisher> make_status_publisher(const AlertedParts& parts) {
    // While a commit is in progress or the store is down, the newest windows that were durable.
    const auto read =
        [parts, windows = std::vector<model::MaintenanceWindow>()](base::Timestamp now) mutable {
            const runtime::Runtime& runtime = parts.trading.runtime();
            if (runtime.status() == runtime::Status::Running && !runtime.is_committing()) {
                windows.clear();
                for (const auto& [id, window] : runtime.state().windows)
                    windows.push_back(window);
            }
            const health::HealthMonitor& monitor = parts.health.monitor();
            const health::HealthReport report = monitor.snapshot();
            return operations::make_status_page({.findings = report.findings,
                                                 .modes = report.modes,
                                                 .windows = windows,
                                                 .incidents = parts.incidents.book().incidents(),
                                                 .days = monitor.uptime().days()},
                                                now);
        };
    Process& process = parts.process;
    return std::make_unique<status_page::StatusPublisher>(status_page::StatusPublisher::Parts{
        .read = read,
        .now = [&process] { return process.clock.now(); },
        .notifier = parts.notices.service(),
        .post = [&process](std::function<void()> work) { process.post(std::move(work)); },
        .folder = process.config.text("status.publish_folder")});
}

}  // namespace botcore::apps
