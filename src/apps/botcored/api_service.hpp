#pragma once

/// The API: its users, its routes, and the server that serves both them and the event stream.
///
/// Threads: the loop thread.

#include "api/deferred_calls.hpp"
#include "api/followed_symbols.hpp"
#include "api/overload_filter.hpp"
#include "api/response_cache.hpp"
#include "api/user_access.hpp"
#include "apps/botcored/cache_service.hpp"
#include "apps/botcored/health_and_maintenance.hpp"
#include "apps/botcored/market_service.hpp"
#include "apps/botcored/notices.hpp"
#include "apps/botcored/process.hpp"
#include "apps/botcored/routes.hpp"
#include "apps/botcored/store_service.hpp"
#include "apps/botcored/trading_service.hpp"
#include "host/service.hpp"
#include "net/http_server.hpp"
#include "services/alerts/alert_service.hpp"
#include "services/analysis/analysis_service.hpp"
#include "services/audit/audit_journal.hpp"
#include "services/events/websocket_server.hpp"
#include "services/health/recovery_log.hpp"
#include "services/incidents/incident_service.hpp"
#include "services/status_page/status_publisher.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace botcore::apps {

class ApiService final : public host::Service {
public:
    /// All of these objects must outlive the service.
    struct Parts {
        Process& process;
        Notices& notices;
        StoreService& store;
        MarketService& market;
        CacheService& cache;
        TradingService& trading;
        HealthAndMaintenance& health;
        incidents::IncidentService& incidents;
        alerts::AlertService& alerts;
        const health::RecoveryLog& recoveries;
        status_page::StatusPublisher& status_page;
        analysis::AnalysisService* analysis = nullptr;  ///< Null if none is configured.
    };

    /// Opens the users file.
    [[nodiscard]] static base::Result<std::unique_ptr<ApiService>, host::StartFailure> make(
        const Parts& parts);

    /// Begins to listen.
    [[nodiscard]] host::Started start() override;

    void tick(const model::Now& now) override;

    [[nodiscard]] net::HttpServer& server() { return server_; }

    [[nodiscard]] events::WebsocketServer& websocket() { return websocket_; }

    [[nodiscard]] const users::SessionTable& users() const { return access_->users(); }

    /// Readiness and health respond 503 from now on, and responses close their connections.
    void turn_unready();

    /// Applies the rate limits of the running configuration.
    void apply_rate_limits();

private:
    ApiService(const Parts& parts, std::unique_ptr<api::UserAccess> access, bool is_local);

    [[nodiscard]] api::ApiContext api_context(bool is_local);
    [[nodiscard]] net::HttpHandler& attach_filters();
    [[nodiscard]] net::HttpServerOptions server_options();
    void count_connections();

    Process& process_;
    Parts parts_;
    std::unique_ptr<api::UserAccess> access_;
    audit::AuditJournal audit_;
    api::OverloadFilter overload_;
    api::DeferredCalls deferred_;
    api::FollowedSymbols followed_;
    api::ResponseCache responses_;
    ApiRoutes routes_;
    events::WebsocketServer websocket_;
    net::HttpServer server_;
    base::Timestamp overloaded_until_;  ///< On the monotonic scale.
};

}  // namespace botcore::apps
