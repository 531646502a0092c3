#pragma once

/// All groups of routes of the API.

#include "shell/http/analysis_routes.hpp"
#include "shell/http/api.hpp"
#include "shell/http/health_routes.hpp"
#include "shell/http/maintenance_routes.hpp"
#include "shell/http/market_routes.hpp"
#include "shell/http/monitoring_routes.hpp"
#include "shell/http/openapi.hpp"
#include "shell/http/paper_routes.hpp"
#include "shell/http/performance_routes.hpp"
#include "shell/http/reconcile_routes.hpp"
#include "shell/http/trading_routes.hpp"

#include <functional>
#include <utility>

namespace botcore::apps {

/// The durability of a commit when its reply is sent, as the options of `run_daemon` set it.
inline constexpr const char* kDurability = "sqlite, WAL, synchronous=FULL, one machine";

struct ApiRoutes {
    ApiRoutes(shell::http::ApiContext shared,
              shell::FollowedSymbols& followed,
              const shell::auth::TokenVerifier& tokens,
              const shell::health::HealthMonitor& monitor,
              std::function<shell::http::MonitoringRoutes::Connections()> connections,
              shell::http::AnalysisRoutes::Parts analysed_by)
        : context(std::move(shared)),
          market(context, followed),
          health(context, monitor, {kDurability}),
          monitoring(context, monitor, std::move(connections)),
          analysis(context, std::move(analysed_by)),
          api(context, routes, tokens) {
        trading.add_to(routes);
        market.add_to(routes);
        performance.add_to(routes);
        maintenance.add_to(routes);
        reconcile.add_to(routes);
        health.add_to(routes);
        paper.add_to(routes);
        monitoring.add_to(routes);
        analysis.add_to(routes);
        document.add_to(routes);
    }

    shell::http::ApiContext context;
    shell::http::TradingRoutes trading{context};
    shell::http::MarketRoutes market;
    shell::http::PerformanceRoutes performance{context};
    shell::http::MaintenanceRoutes maintenance{context};
    shell::http::ReconcileRoutes reconcile{context};
    shell::http::HealthRoutes health;
    shell::http::PaperRoutes paper{context};
    shell::http::MonitoringRoutes monitoring;
    shell::http::AnalysisRoutes analysis;
    shell::http::DocumentRoutes document{context.options.version};
    shell::http::RouteTable routes;
    shell::http::Api api;
};

}  // namespace botcore::apps
