#pragma once

/// Makes the services that evaluate the alerts of the daemon, keep its incidents and publish its
/// status.

#include "apps/botcored/cache_service.hpp"
#include "apps/botcored/health_and_maintenance.hpp"
#include "apps/botcored/market_service.hpp"
#include "apps/botcored/notices.hpp"
#include "apps/botcored/process.hpp"
#include "apps/botcored/trading_service.hpp"
#include "services/alerts/alert_service.hpp"
#include "services/health/recovery_log.hpp"
#include "services/incidents/action_issues.hpp"
#include "services/incidents/incident_service.hpp"
#include "services/notifications/error_reports.hpp"
#include "services/notifications/escalation.hpp"
#include "services/status_page/status_publisher.hpp"

#include <memory>

namespace botcore::apps {

/// Both parameters must outlive the log.
[[nodiscard]] base::Result<std::unique_ptr<health::RecoveryLog>, host::StartFailure>
make_recovery_log(Process& process, Notices& notices);

/// Null if no tracker of issues is configured. All parameters must outlive the service.
[[nodiscard]] base::Result<std::unique_ptr<incidents::ActionIssues>, host::StartFailure>
make_action_issues(Process& process, Notices& notices, incidents::IncidentService& incidents);

struct AlertedParts {
    Process& process;
    Notices& notices;
    incidents::IncidentService& incidents;
    MarketService& market;
    CacheService& cache;
    TradingService& trading;
    HealthAndMaintenance& health;
};

/// The incidents learn which notices were delivered. All parameters must outlive the service.
[[nodiscard]] base::Result<std::unique_ptr<incidents::IncidentService>, host::StartFailure>
make_incident_service(Process& process, Notices& notices, TradingService& trading);

/// Null: nobody is on call. All arguments must outlive the service.
[[nodiscard]] base::Result<std::unique_ptr<notifications::Escalation>, host::StartFailure>
make_escalation(Process& process, Notices& notices, incidents::IncidentService& incidents);

/// The ERROR lines of the log and the daily summary. All arguments must outlive the service.
[[nodiscard]] base::Result<std::unique_ptr<notifications::ErrorReports>, host::StartFailure>
make_error_reports(const AlertedParts& parts, const alerts::AlertService& alerts);

/// All parts must outlive the service.
[[nodiscard]] base::Result<std::unique_ptr<alerts::AlertService>, host::StartFailure>
make_alert_service(const AlertedParts& parts);

/// All parts must outlive the service.
[[nodiscard]] std::unique_ptr<status_page::StatusPublisher> make_status_publisher(
    const AlertedParts& parts);

}  // namespace botcore::apps
