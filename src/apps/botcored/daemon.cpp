#include "apps/botcored/daemon.hpp"

#include "apps/botcored/alerting.hpp"
#include "apps/botcored/api_service.hpp"
#include "apps/botcored/cache_service.hpp"
#include "apps/botcored/greeting.hpp"
#include "apps/botcored/health_and_maintenance.hpp"
#include "apps/botcored/links.hpp"
#include "apps/botcored/main_loop.hpp"
#include "apps/botcored/market_service.hpp"
#include "apps/botcored/notices.hpp"
#include "apps/botcored/opened_data.hpp"
#include "apps/botcored/process.hpp"
#include "apps/botcored/store_service.hpp"
#include "apps/botcored/trading_service.hpp"
#include "apps/botcored/user_notices.hpp"
#include "host/service_list.hpp"
#include "observability/redact.hpp"

#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <csignal>
#include <iostream>
#include <memory>
#include <utility>

namespace botcore::apps {

namespace {

constexpr std::chrono::seconds kFirstProbesWithin(2);

int failed(const host::StartFailure& failure) {
    std::cerr << "botcored: " << observability::redact(failure.text) << "\n";
    return failure.code;
}

/// Ticks the services until every probe has its first result and the archive its verdict, for at
/// most `kFirstProbesWithin`, so that the first request sees the complete health.
void await_first_probes(Process& process,
                        host::ServiceList& services,
                        TradingService& trading,
                        const HealthAndMaintenance& health) {
    services.tick(process.clock.now());
    const auto deadline = std::chrono::steady_clock::now() + kFirstProbesWithin;
    while ((!health.monitor().settled() || trading.runtime().awaits_archive()) &&
           std::chrono::steady_clock::now() < deadline) {
        (void)process.context.run_one_for(std::chrono::milliseconds(20));
        trading.exchange().deliver(trading.runtime());  // The reply to its probe: no turns run yet.
        services.tick(process.clock.now());
    }
}

void greet_caller(const Process& process, const net::HttpServer& server, std::string ready_file) {
    const auto& token = process.token;
    greet({.url = url_of(process.config, server.port()),
           .port = server.port(),
           .market_source = process.config.text("market.source"),
           .data = process.folder.path(),
           .new_token = token.is_new() ? std::string(token.secret().reveal()) : std::string(),
           .ready_file = std::move(ready_file)});
}

/// Starts the services and runs them. Returns the exit code of the process.
base::Result<int, host::StartFailure> run_services(Process& process,
                                                   host::ServiceList& services,
                                                   const DaemonPaths& paths,
                                                   OpenedStore opened) {
    // Signals that arrive during the start take effect when all services have started.
    boost::asio::signal_set stop_signals(process.context, SIGTERM, SIGINT);
    boost::asio::signal_set hangup(process.context, SIGHUP);
    if (!paths.note.empty()) process.log.write(observability::Level::Info, paths.note);

    Notices& notices = *TRY(services.add(TRY(Notices::make(process))));
    health::RecoveryLog& recoveries = *TRY(services.add(TRY(make_recovery_log(process, notices))));
    StoreService& store = *TRY(services.add(
        std::make_unique<StoreService>(process, notices.service(), std::move(opened))));
    MarketService& market = *TRY(services.add(TRY(MarketService::make(process))));
    analysis::AnalysisService* analysed_by = nullptr;
    if (auto analysis = TRY(make_analysis_link(process))) {
        analysed_by = &TRY(services.add(std::move(analysis)))->service();
    }
    CacheService& cache = *TRY(services.add(TRY(CacheService::make(process, recoveries))));
    TradingService& trading = *TRY(
        services.add(std::make_unique<TradingService>(process, store.store(), market, recoveries)));
    store.record_reloads(recoveries);
    (void)TRY(services.add(TRY(make_archive_link(process, notices.service(), trading))));
    HealthAndMaintenance& health =
        *TRY(services.add(std::make_unique<HealthAndMaintenance>(process, store, market, trading)));
    services.add_probes(health.prober());
    await_first_probes(process, services, trading, health);
    incidents::IncidentService& incidents =
        *TRY(services.add(TRY(make_incident_service(process, notices, trading))));
    if (auto escalation = TRY(make_escalation(process, notices, incidents)))
        (void)TRY(services.add(std::move(escalation)));
    if (auto issues = TRY(make_action_issues(process, notices, incidents)))
        (void)TRY(services.add(std::move(issues)));
    const AlertedParts alerted{process, notices, incidents, market, cache, trading, health};
    alerts::AlertService& alerts = *TRY(services.add(TRY(make_alert_service(alerted))));
    (void)TRY(services.add(TRY(make_error_reports(alerted, alerts))));
    status_page::StatusPublisher& status_page = *TRY(services.add(make_status_publisher(alerted)));
    ApiService& api = *TRY(services.add(TRY(ApiService::make({process,
                                                              notices,
                                                              store,
                                                              market,
                                                              cache,
                                                              trading,
                                                              health,
                                                              incidents,
                                                              alerts,
                                                              recoveries,
                                                              status_page,
                                                              analysed_by}))));

    if (auto told = TRY(make_user_notices({process, notices, trading, health, api})))
        (void)TRY(services.add(std::move(told)));

    MainLoop loop({process, services, trading, api, stop_signals, hangup, paths.read_config});
    return loop.run([&] { greet_caller(process, api.server(), paths.ready_file); });
}

}  // namespace

int run_daemon(const host::Config& config, const DaemonPaths& paths) {
    auto opened = open_data(config, paths.data);
    if (!opened) return failed(opened.error());
    auto [folder, token, store] = std::move(opened).value();
    Process process(config, std::move(folder), std::move(token));
    host::ServiceList services;
    const auto exit_code = run_services(process, services, paths, std::move(store));
    return exit_code ? exit_code.value() : failed(exit_code.error());
}

}  // namespace botcore::apps
