#pragma once

/// All groups of routes of the API.

#include "api/alert_routes.hpp"
#include "api/analysis_routes.hpp"
#include "api/api.hpp"
#include "api/api_schemas.hpp"
#include "api/health_routes.hpp"
#include "api/incident_routes.hpp"
#include "api/maintenance_routes.hpp"
#include "api/market_routes.hpp"
#include "api/monitoring_routes.hpp"
#include "api/openapi.hpp"
#include "api/paper_routes.hpp"
#include "api/performance_routes.hpp"
#include "api/read_retries.hpp"
#include "api/reconcile_routes.hpp"
#include "api/recovery_routes.hpp"
#include "api/status_routes.hpp"
#include "api/trading_routes.hpp"
#include "api/user_notice_routes.hpp"

#include <functional>
#include <utility>

namespace botcore::apps {

/// The durability of a commit when its reply is sent, as the options of `run_daemon` set it.
inline constexpr const char* kDurability = "sqlite, WAL, synchronous=FULL, one machine";

struct ApiRoutes {
    ApiRoutes(api::ApiContext shared,
              api::FollowedSymbols& followed,
              const host::TokenVerifier& tokens,
              const health::HealthMonitor& monitor,
              std::function<api::MonitoringRoutes::Connections()> connections,
              api::AnalysisRoutes::Parts analysed_by,
              api::AlertRoutes::Parts alerted_by,
              incidents::IncidentService& incident_service,
              const health::RecoveryLog& recovery_log,
              const status_page::StatusPublisher& publisher,
              api::UserNoticeRoutes::Parts user_notices_by)
        : retries(base::Random(shared.options.retry_seed)),
          context(std::move(shared)),
          market(context, followed),
          health(context, monitor, {kDurability}),
          monitoring(context, monitor, std::move(connections)),
          analysis(context, std::move(analysed_by)),
          alerts(context, std::move(alerted_by)),
          incidents(context, incident_service),
          recoveries(recovery_log),
          status(publisher),
          user_notices(std::move(user_notices_by)),
          api(context, routes, tokens) {
        context.read_retries = &retries;
        api::add_common_schemas(routes.schemas());
        trading.add_to(routes);
        market.add_to(routes);
        performance.add_to(routes);
        maintenance.add_to(routes);
        reconcile.add_to(routes);
        health.add_to(routes);
        paper.add_to(routes);
        monitoring.add_to(routes);
        analysis.add_to(routes);
        alerts.add_to(routes);
        incidents.add_to(routes);
        recoveries.add_to(routes);
        status.add_to(routes);
        user_notices.add_to(routes);
        document.add_to(routes);
    }

    api::ReadRetries retries;
    api::ApiContext context;
    api::TradingRoutes trading{context};
    api::MarketRoutes market;
    api::PerformanceRoutes performance{context};
    api::MaintenanceRoutes maintenance{context};
    api::ReconcileRoutes reconcile{context};
    api::HealthRoutes health;
    api::PaperRoutes paper{context};
    api::MonitoringRoutes monitoring;
    api::AnalysisRoutes analysis;
    api::AlertRoutes alerts;
    api::IncidentRoutes incidents;
    api::RecoveryRoutes recoveries;
    api::StatusRoutes status;
    api::UserNoticeRoutes user_notices;
    api::DocumentRoutes document{context.options.version};
    host::RouteTable routes;
    api::Api api;
};

}  // namespace botcore::apps
