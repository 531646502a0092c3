#include "apps/botcored/daemon.hpp"

#include "adapters/exchange_paper/paper_exchange.hpp"
#include "adapters/notify_log/log_notifier.hpp"
#include "api/account_changes.hpp"
#include "api/overload_filter.hpp"
#include "api/response_cache.hpp"
#include "api/user_access.hpp"
#include "apps/botcored/event_stream.hpp"
#include "apps/botcored/first_accounts.hpp"
#include "apps/botcored/greeting.hpp"
#include "apps/botcored/opened_data.hpp"
#include "apps/botcored/reload.hpp"
#include "apps/botcored/routes.hpp"
#include "apps/botcored/settings.hpp"
#include "apps/botcored/store_chain.hpp"
#include "apps/wiring/archive_link.hpp"
#include "apps/wiring/market_source.hpp"
#include "build_info.hpp"
#include "host/repeated_signal.hpp"
#include "host/service_manager.hpp"
#include "host/shutdown.hpp"
#include "host/store_maintenance_thread.hpp"
#include "net/http_server.hpp"
#include "observability/redact.hpp"
#include "protocol/json_replies.hpp"
#include "runtime/exchange_router.hpp"
#include "services/analysis/analysis_link.hpp"
#include "services/health/health_service.hpp"
#include "services/maintenance/maintenance_scheduler.hpp"
#include "services/trading/book_checks.hpp"
#include "services/trading/entry_orders.hpp"
#include "services/trading/market_source_monitor.hpp"
#include "services/trading/trade_log.hpp"
#include "services/trading/trading_loop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <sysexits.h>

#include <chrono>
#include <csignal>
#include <iostream>
#include <memory>
#include <utility>

namespace botcore::apps {

namespace asio = boost::asio;

namespace {

constexpr base::Duration kArchiveAwaited = base::Duration::seconds(5);
constexpr std::chrono::milliseconds kWatchEvery(250);
/// The limit of `AnalysisRules` for one analysis request, retries included (R2-TMO-06).
const base::Duration kAnalysisWithin = base::Duration::seconds(10);
constexpr std::chrono::seconds kFirstProbesWithin(2);
/// Signals within this time count as one: supervisor, container and terminal may each send one.
constexpr std::chrono::seconds kSameRequest(1);

int failed(int code, const std::string& text) {
    std::cerr << "botcored: " << observability::redact(text) << "\n";
    return code;
}

class Daemon {
public:
    Daemon(const host::Config& config, DaemonPaths paths, OpenedData opened)
        : config_(config),
          paths_(std::move(paths)),
          opened_(std::move(opened)),
          log_(log_options(config_)),
          stores_(*opened_.store, standby_, is_reliable(), metrics_, log_, notifier_),
          paper_([this] { return clock_.now().time; }),
          followed_(opened_.folder.path() / "hidden_symbols"),
          signals_(context_, SIGTERM, SIGINT),
          reload_({context_,
                   log_,
                   config_,
                   paths_.read_config,
                   [this] { return server_->reload_tls(); },
                   [this] {
                       access_->set_limits(access_options(config_, opened_.folder.path()).limits);
                       shutdown_.set_options(shutdown_options(config_));
                   }}),
          watch_timer_(context_),
          alive_timer_(context_),
          manager_(environment("NOTIFY_SOCKET"), environment("WATCHDOG_USEC")),
          shutdown_(context_, log_, shutdown_options(config_), shutdown_hooks()) {
        exchange_.add(
            [](const model::Account& account) { return account.kind == model::AccountKind::Paper; },
            paper_);
        opened_.disk->on_sync([this](std::chrono::duration<double> took) {
            metrics_.observe("wal_fsync_seconds", {}, took.count());
        });
    }

    /// The syncs during the store's shutdown are not measured.
    ~Daemon() { opened_.disk->on_sync({}); }

    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    int run();

private:
    [[nodiscard]] std::string start_market();
    [[nodiscard]] std::string start_trading();
    [[nodiscard]] std::string start_analysis();
    [[nodiscard]] std::string start_archive();
    void start_watch();
    [[nodiscard]] std::string start_cache();
    void start_probes();
    void tick_health();
    void probe_archive();
    [[nodiscard]] std::string start_server();
    void greet_caller() const;
    void watch();
    void count_connections();
    void await_signal();
    void report_alive();
    void begin_stop(std::string_view cause);
    [[nodiscard]] host::Shutdown::Hooks shutdown_hooks();
    void close_store();
    [[nodiscard]] std::unique_ptr<EventStream> make_events();

    [[nodiscard]] bool is_reliable() const { return config_.is_on("reliability.enabled"); }

    host::Config config_;
    DaemonPaths paths_;
    OpenedData opened_;
    asio::io_context context_{1};
    trading::StandbyLoopRunner standby_{
        context_,
        is_reliable() ? std::chrono::milliseconds(40) : trading::StandbyLoopRunner::kNever};
    host::SystemClock clock_;
    observability::Log log_;
    observability::Metrics metrics_;
    notify_log::LogNotifier notifier_{log_};
    StoreChain stores_;
    ports::Store& store_ = stores_.logged;
    exchange_paper::PaperExchange paper_;
    runtime::ExchangeRouter exchange_;
    api::PendingResponses replies_;
    const protocol::JsonReplies<ports::ReplyRenderer> renderer_;
    std::unique_ptr<ports::MarketSource> market_;
    std::unique_ptr<runtime::Runtime> runtime_;
    std::unique_ptr<EventStream> events_;
    maintenance::MaintenanceAnnouncer maintenance_{
        {.log = log_,
         .publish = [this](const protocol::Event& event) { events_->hub().publish(event); },
         .now = [this] { return clock_.now().time; }}};
    trading::MarketSourceMonitor market_monitor_{
        {.log = log_,
         .publish = [this](const protocol::Event& event) { events_->hub().publish(event); },
         .now = [this] { return clock_.now().time; }}};
    std::unique_ptr<trading::TradingLoop> loop_;
    std::unique_ptr<analysis::AnalysisLink> analysis_;
    std::unique_ptr<ArchiveLink> archive_;
    std::unique_ptr<maintenance::MaintenanceScheduler> scheduler_;
    std::unique_ptr<health::HealthService> health_;
    std::unique_ptr<audit::AuditJournal> audit_;
    std::unique_ptr<api::UserAccess> access_;
    api::OverloadFilter overload_{
        {}, metrics_, [this] { return api::Pressure{runtime_->requests_waiting(), loop_->lag()}; }};
    api::DeferredCalls deferred_{
        context_, {}, [this] { return standby_.is_active() || runtime_->is_committing(); }};
    api::FollowedSymbols followed_;
    api::AccountChanges account_changes_;
    trading::InDoubt in_doubt_ = [this](const model::AccountId& account,
                                        const std::string& evidence) {
        (void)runtime_->freeze({.account = account, .evidence = evidence});
        loop_->wake();
    };
    trading::BookChecks books_{log_, metrics_, in_doubt_};
    trading::TradeLog trades_{
        {.log = log_, .metrics = metrics_, .request_id = [this](const auto& order) {
             return runtime_->request_id_of(order);
         }}};
    std::unique_ptr<api::ResponseCache> responses_;
    std::unique_ptr<ApiRoutes> routes_;
    std::unique_ptr<ports::Cache> cache_;  ///< Destroyed before its users; drops pending queries.
    std::unique_ptr<net::HttpServer> server_;
    asio::signal_set signals_;
    Reload reload_;
    asio::steady_timer watch_timer_;
    asio::steady_timer alive_timer_;
    host::ServiceManager manager_;
    std::uint64_t turns_seen_ = 0;
    host::Shutdown shutdown_;
    std::unique_ptr<host::StoreMaintenanceThread> maintenance_thread_;
    int exit_code_ = EX_OK;
};

std::string Daemon::start_market() {
    auto made = make_market_source(config_, paper_.market_sink(), [this] {
        if (loop_) loop_->wake_from_anywhere();
    });
    if (!made) return made.error();
    market_ = std::move(made).value();
    return {};
}

std::string Daemon::start_trading() {
    const auto head = store_.reader().head();
    if (!head) return "the store cannot be read";
    const auto began = std::chrono::steady_clock::now();
    exchange_.begin_term(head.value().epoch + 1);
    events_ = make_events();
    runtime_ = std::make_unique<runtime::Runtime>(
        runtime_options(config_),
        runtime::Runtime::Ports{
            store_,
            exchange_,
            market_->data(),
            replies_,
            renderer_,
            {&events_->hub(), &account_changes_, &maintenance_, &books_, &trades_},
            [this] { loop_->wake(); }});
    loop_ = std::make_unique<trading::TradingLoop>(
        context_, trading::TradingLoop::Parts{*runtime_, exchange_, *market_, clock_});
    if (runtime_->start(clock_.now()) != runtime::Status::Running) {
        return "the store took no record; is the disk full?";
    }
    if (auto read = events_->read_timeline(opened_.folder.store()); !read) return read.error();
    if (runtime_->state().accounts.empty()) {
        open_first_accounts(*runtime_, config_.text("paper.deposit"), clock_.now());
    }
    loop_->start();
    // Opens the accounts and compares them with the venue before the listener opens.
    do {
        exchange_.deliver(*runtime_);
    } while (runtime_->step(clock_.now()) || exchange_.has_reports());
    loop_->wake();
    if (head.value().sequence > 0) {
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
        metrics_.count("recovery_attempts_total", {"restart", "success"});
        metrics_.observe("recovery_duration_seconds", {"restart"}, took.count());
    }
    return {};
}

std::unique_ptr<EventStream> Daemon::make_events() {
    EventStream::Parts parts{
        .context = context_,
        .reader = store_.reader(),
        .market = market_->data(),
        .owner_of = [this](const model::AccountId& id) { return runtime_->owner_of(id); },
        .authenticate = {},
        .now = [this] { return clock_.now().time; },
        .log = log_};
    parts.authenticate = [this](std::string_view token) -> std::optional<host::Caller> {
        if (access_ == nullptr) return std::nullopt;
        return access_->tokens().caller_of(token, clock_.now().time);
    };
    return std::make_unique<EventStream>(config_, std::move(parts));
}

std::string Daemon::start_cache() {
    auto made = make_cache(config_, context_, random_seed());
    if (!made) return made.error();
    cache_ = std::move(made).value();
    responses_ = std::make_unique<api::ResponseCache>(*cache_, account_changes_);
    return {};
}

std::string Daemon::start_server() {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(config_.text("http.address"), error);
    if (error) return "http.address: '" + config_.text("http.address") + "' is no IP address";
    api::ApiOptions options;
    options.retry_seed = random_seed();
    options.version = std::string(build_info::kVersion);
    options.metrics_public = address.is_loopback();
    options.timeline = events_->hub().timeline();
    if (!config_.text("cache.url").empty()) options.cache_kind = "redis";
    options.market_age_max =
        model::Duration::milliseconds(config_.integer("trading.price_age_max_ms"));
    auto access = api::UserAccess::open(
        access_options(config_, opened_.folder.path()),
        opened_.token,
        [this](users::AuthWorker::Job job) {
            asio::post(context_, [this, job = std::move(job)] { loop_->when_durable(job); });
        },
        clock_.now().time);
    if (!access) return access.error();
    access_ = std::move(access).value();
    audit_ = std::make_unique<audit::AuditJournal>(
        audit::AuditJournal::Parts{*runtime_, log_, [this] { loop_->wake(); }});
    routes_ = std::make_unique<ApiRoutes>(
        api::ApiContext{
            .options = std::move(options),
            .runtime = *runtime_,
            .replies = replies_,
            .reader = store_.reader(),
            .market = market_->data(),
            .metrics = metrics_,
            .log = log_,
            .acts = *audit_,
            .now = [this] { return clock_.now(); },
            .wake = [this] { loop_->wake(); },
            .later = [this](std::function<void()> work) { loop_->after_turn(std::move(work)); },
            .after = [this](auto wait, auto work) { loop_->after(wait, std::move(work)); },
            .response_cache = responses_.get(),
            .publish = [this](const protocol::Event& event) { events_->hub().publish(event); }},
        followed_,
        access_->tokens(),
        health_->monitor(),
        [this] {
            return api::MonitoringRoutes::Connections{.http = server_->connections(),
                                                      .websocket = events_->server().connections()};
        },
        api::AnalysisRoutes::Parts{.service = analysis_ ? &analysis_->service() : nullptr,
                                   .timed_out = [this](const model::Symbol& symbol) {
                                       events_->hub().publish(protocol::analysis_timeout(
                                           symbol, kAnalysisWithin, clock_.now().time));
                                   }});
    if (is_reliable()) {
        routes_->api.set_deferred_calls(deferred_);
        routes_->api.add_filter([this](auto& call) { return overload_.pass(call); });
    } else {
        log_.write(observability::Level::Warn,
                   "reliability.enabled is false: only for measurements");
    }
    access_->attach(routes_->context, routes_->routes, routes_->api);
    auto server = http_options(config_, log_);
    server.knows_token = [this](std::string_view token) {
        return access_->tokens().caller_of(token, clock_.now().time).has_value();
    };
    server_ = std::make_unique<net::HttpServer>(
        context_, std::move(server), access_->front(), &events_->server());
    events_->server().start();
    return server_->start();
}

std::string Daemon::start_analysis() {
    auto made = analysis::AnalysisLink::make(config_,
                                             {context_, log_, opened_.folder.path(), random_seed()},
                                             analysis::counts_of(metrics_));
    if (!made) return made.error();
    analysis_ = std::move(made).value();
    if (analysis_) analysis_->show_breakers(metrics_);
    return {};
}

std::string Daemon::start_archive() {
    auto made = ArchiveLink::make(
        config_,
        {.data = opened_.folder.path(),
         .log = log_,
         .metrics = metrics_,
         .notifier = notifier_,
         .now = &host::wall_time,
         .post = [this](std::function<void()> work) { asio::post(context_, std::move(work)); },
         .in_doubt = in_doubt_});
    if (!made) return made.error();
    archive_ = std::move(made).value();
    // Entries wait for the archive's verdict on the store; exits never wait.
    if (archive_) runtime_->await_archive(clock_.now().monotonic + kArchiveAwaited);
    return {};
}

void Daemon::start_watch() {
    scheduler_ = std::make_unique<maintenance::MaintenanceScheduler>(
        maintenance::MaintenanceScheduler::Parts{
            *runtime_, maintenance_, [this] { loop_->wake(); }},
        maintenance_times(config_));
    health_ = std::make_unique<health::HealthService>(
        watch_options(config_, opened_.folder.store()),
        health::HealthService::Parts{
            .runtime = *runtime_,
            .store = store_,
            .exchange = exchange_,
            .market = market_->data(),
            .log = log_,
            .now = [this] { return clock_.now(); },
            .wake = [this] { loop_->wake(); },
            .post = [this](std::function<void()> work) { asio::post(context_, std::move(work)); },
            .planned = [this](base::Timestamp at) { return scheduler_->planned(at); },
            .announced = [this](operations::Period in) { return scheduler_->announced(in); },
            .outage = [this](base::Timestamp at) { return scheduler_->outage(at); },
            .changed =
                [this](const protocol::HealthChange& change) {
                    events_->hub().publish(protocol::health_changed(change, clock_.now().time));
                }});
    if (analysis_) health_->prober().add(operations::Dependency::Analysis, analysis_->probe());
    health_->prober().add(operations::Dependency::Cache, health::probe_cache(*cache_));
    if (archive_) archive_->add_to(health_->prober(), *runtime_);
    maintenance_thread_ = std::make_unique<host::StoreMaintenanceThread>([this] {
        opened_.store->maintain();
        health_->write_out();
    });
}

void Daemon::greet_caller() const {
    const auto& token = opened_.token;
    greet({.url = url_of(config_, server_->port()),
           .port = server_->port(),
           .market_source = config_.text("market.source"),
           .data = opened_.folder.path(),
           .new_token = token.is_new() ? std::string(token.secret().reveal()) : std::string(),
           .ready_file = paths_.ready_file});
}

/// Waits for the first result of every probe, for at most `kFirstProbesWithin`, so that the first
/// request sees the complete health.
void Daemon::start_probes() {
    health_->set_load(overload_.take_overload() ? operations::Load::Overload
                                                : operations::Load::Normal);
    tick_health();
    const auto deadline = std::chrono::steady_clock::now() + kFirstProbesWithin;
    while ((!health_->monitor().settled() || runtime_->awaits_archive()) &&
           std::chrono::steady_clock::now() < deadline) {
        (void)context_.run_one_for(std::chrono::milliseconds(20));
        exchange_.deliver(*runtime_);  // The reply to its probe; the loop runs no turns yet.
        tick_health();
        probe_archive();
    }
}

/// First the maintenance windows, whose state the health takes into account.
void Daemon::tick_health() {
    scheduler_->tick(clock_.now());
    health_->tick();
}

void Daemon::probe_archive() {
    if (!archive_) return;
    archive_->tick();
    archive_->report_to(*runtime_);
}

void Daemon::watch() {
    routes_->health.set_websocket_connections(events_->server().connections());
    count_connections();
    tick_health();
    access_->tick(clock_.now().time);
    probe_archive();
    market_monitor_.update(market_->error_text());
    if (runtime_->status() == runtime::Status::Fenced) {
        log_.write(observability::Level::Fatal, "another writer has the journal; this one ends");
        exit_code_ = EX_TEMPFAIL;
        begin_stop("another writer");
        return;
    }
    watch_timer_.expires_after(kWatchEvery);
    watch_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) watch();
    });
}

void Daemon::count_connections() {
    const auto number = [](auto value) { return static_cast<double>(value); };
    metrics_.set("http_connections_active", number(server_->connections()));
    metrics_.set("shutdown_inflight", number(shutdown_.waits_for()));
    events_->count(metrics_);
    metrics_.read(cache_->counters());
    if (!config_.text("cache.url").empty()) metrics_.read_connection(cache_->counters());
    metrics_.set("db_connections_active", number(opened_.disk->connections()));
    const auto& locks = opened_.store->lock_retries();
    metrics_.raise("retry_attempts_total", {"store_commit", "success"}, number(locks.succeeded));
    metrics_.raise("retry_attempts_total", {"store_commit", "failure"}, number(locks.failed));
}

void Daemon::await_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int number) {
        if (!error) begin_stop(number == SIGINT ? "SIGINT" : "SIGTERM");
    });
}

/// Reports to the watchdog if the loop turned since the last call or the standby runner is active.
void Daemon::report_alive() {
    const auto every = manager_.alive_every();
    if (!every) return;
    const bool turns = std::exchange(turns_seen_, loop_->turns()) != loop_->turns();
    // A restart would not repair a hanging disk, and the standby runner serves requests meanwhile.
    if (turns || standby_.is_active()) manager_.alive();
    alive_timer_.expires_after(*every);
    alive_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) report_alive();
    });
}

host::Shutdown::Hooks Daemon::shutdown_hooks() {
    host::Shutdown::Hooks hooks;
    hooks.turn_unready = [this] {
        routes_->health.begin_drain();
        server_->disable_keep_alive();
        manager_.stopping();
    };
    hooks.close_listener = [this] {
        watch_timer_.cancel();
        reload_.stop();
        const std::chrono::seconds within(config_.integer("shutdown.drain_within_seconds"));
        server_->stop(within, [] {});
    };
    hooks.requests_open = [this] { return server_->requests_open(); };
    // Evaluated during the shutdown, since the key may change while the daemon runs.
    const auto cancels = [this] {
        return config_.is_on("shutdown.cancel_entries") &&
               runtime_->status() == runtime::Status::Running;
    };
    hooks.cancel_entries = [this, cancels] {
        if (!cancels()) return;
        (void)trading::cancel_entries(*runtime_, clock_.now());
        loop_->wake();
    };
    hooks.entries_open = [this, cancels] {
        return cancels() ? trading::count_entries(runtime_->state()) : 0;
    };
    hooks.close_websockets = [this] { events_->server().stop([] {}); };
    hooks.websockets_open = [this] { return events_->server().connections(); };
    hooks.end_loop = [this] {
        loop_->stop();
        context_.stop();
    };
    return hooks;
}

void Daemon::begin_stop(std::string_view cause) {
    host::end_at_second_signal(kSameRequest);
    shutdown_.begin(cause);
}

/// Destroys all users of the store before the store.
void Daemon::close_store() {
    alive_timer_.cancel();
    const bool archived = !archive_ || archive_->stop();
    const bool ended = health_->stop() && archived;
    maintenance_thread_.reset();
    health_->write_out();
    if (!ended) {
        // A probe of the store or the disk hangs, so the objects it uses must not be destroyed.
        log_.write(observability::Level::Error, "a probe of the store or the disk still hangs");
        (void)log_.flush();
        std::_Exit(exit_code_);
    }
    server_.reset();
    cache_.reset();
    archive_.reset();
    routes_.reset();
    responses_.reset();
    access_.reset();
    health_.reset();
    scheduler_.reset();
    analysis_.reset();
    loop_.reset();
    runtime_.reset();
    events_.reset();
    opened_.store.reset();
}

int Daemon::run() {
    if (!paths_.note.empty()) log_.write(observability::Level::Info, paths_.note);
    if (const auto problem = start_market(); !problem.empty()) return failed(EX_CONFIG, problem);
    if (const auto problem = start_analysis(); !problem.empty()) return failed(EX_CONFIG, problem);
    if (const auto problem = start_cache(); !problem.empty()) return failed(EX_CONFIG, problem);
    if (const auto problem = start_trading(); !problem.empty()) return failed(EX_IOERR, problem);
    if (const auto problem = start_archive(); !problem.empty()) return failed(EX_CONFIG, problem);
    start_watch();
    start_probes();
    if (const auto problem = start_server(); !problem.empty()) {
        loop_->stop();
        return failed(EX_UNAVAILABLE, problem);
    }
    await_signal();
    reload_.start();
    watch();
    greet_caller();
    log_.release();
    manager_.ready();
    report_alive();
    log_.event(observability::LogEvent::ServiceStarted,
               "started",
               {{"sequence", static_cast<std::int64_t>(runtime_->head().sequence)},
                {"epoch", static_cast<std::int64_t>(runtime_->head().epoch)}});
    loop_->run();
    return shutdown_.finish(
        {.flush_logs = [this] { (void)log_.flush(); }, .close_store = [this] { close_store(); }},
        exit_code_);
}

}  // namespace

int run_daemon(const host::Config& config, const DaemonPaths& paths) {
    auto opened = open_data(config, paths.data);
    if (!opened) return failed(opened.error().code, opened.error().text);
    return Daemon(config, paths, std::move(opened).value()).run();
}

}  // namespace botcore::apps
