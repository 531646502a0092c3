#pragma once

/// The API with all its groups of routes.

#include "shell/http/analysis_door.hpp"
#include "shell/http/api.hpp"
#include "shell/http/health_door.hpp"
#include "shell/http/maintenance_door.hpp"
#include "shell/http/market_door.hpp"
#include "shell/http/monitoring_door.hpp"
#include "shell/http/openapi.hpp"
#include "shell/http/paper_door.hpp"
#include "shell/http/performance_door.hpp"
#include "shell/http/reconcile_door.hpp"
#include "shell/http/trading_door.hpp"

#include <functional>
#include <utility>

namespace botcore::apps {

/// What an answered commit has survived; the options of `run_daemon` make it so.
inline constexpr const char* kDurability = "sqlite, WAL, synchronous=FULL, one machine";

struct Doors {
    Doors(shell::http::ApiContext shared,
          shell::FollowedSymbols& followed,
          const shell::auth::TokenVerifier& tokens,
          const shell::health::HealthMonitor& monitor,
          std::function<shell::http::MonitoringDoor::Connections()> connections,
          shell::http::AnalysisDoor::Parts analysed_by)
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
    shell::http::TradingDoor trading{context};
    shell::http::MarketDoor market;
    shell::http::PerformanceDoor performance{context};
    shell::http::MaintenanceDoor maintenance{context};
    shell::http::ReconcileDoor reconcile{context};
    shell::http::HealthDoor health;
    shell::http::PaperDoor paper{context};
    shell::http::MonitoringDoor monitoring;
    shell::http::AnalysisDoor analysis;
    shell::http::DocumentDoor document{context.options.version};
    shell::http::RouteTable routes;
    shell::http::Api api;
};

}  // namespace botcore::apps
