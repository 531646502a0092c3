#include "tests/api_world/api_world.hpp"

#include "adapters/cache_memory/memory_cache.hpp"
#include "adapters/notify_log/log_notifier.hpp"
#include "adapters/store_observed/observed_store.hpp"
#include "adapters/store_sqlite/sqlite_store.hpp"
#include "adapters/store_sqlite/sqlite_users.hpp"
#include "api/analysis_routes.hpp"
#include "api/api.hpp"
#include "api/api_schemas.hpp"
#include "api/checked_handler_test.hpp"
#include "api/deferred_calls.hpp"
#include "api/health_routes.hpp"
#include "api/maintenance_routes.hpp"
#include "api/market_routes.hpp"
#include "api/monitoring_routes.hpp"
#include "api/paper_routes.hpp"
#include "api/performance_routes.hpp"
#include "api/read_retries.hpp"
#include "api/reconcile_routes.hpp"
#include "api/response_cache.hpp"
#include "api/trading_routes.hpp"
#include "api/user_access.hpp"
#include "host/error_body.hpp"
#include "net/http_server.hpp"
#include "protocol/json_replies.hpp"
#include "services/health/local_probes.hpp"
#include "services/maintenance/maintenance_scheduler.hpp"
#include "services/users/operator_token.hpp"
#include "tests/api_world/fragile_store.hpp"
#include "tests/conformance/late_store.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <future>
#include <thread>

namespace botcore::api {

namespace {

/// An operator, a trader with its own accounts, and a viewer of the operator's accounts.
class ThreeTokens : public host::TokenVerifier {
public:
    std::optional<host::Caller> caller_of(std::string_view token,
                                          model::Timestamp /*now*/) const override {
        using host::Role;
        if (token == kToken)
            return host::Caller{users::operator_owner(), Role::Operator, "operator"};
        if (token == kTraderToken) return host::Caller{model::Owner("ada"), Role::Trader, "ada"};
        if (token == kViewerToken)
            return host::Caller{users::operator_owner(), Role::Viewer, "eve"};
        return std::nullopt;
    }
};

}  // namespace

UserAccessOptions test_access() {
    UserAccessOptions options;
    options.user_service.cost = users::kHashCostLeast;
    options.limits.entries.count = 0;
    options.limits.reads.count = 0;
    options.limits.logins.count = 0;
    options.limits.registrations.count = 0;
    return options;
}

/// The server of an `ApiWorld` with everything that it serves.
class ApiWorld::Implementation {
public:
    Implementation(ApiWorld& world,
                   UserAccessOptions who,
                   net::HttpServerOptions routes,
                   std::vector<model::Instrument> instruments)
        : world_(world) {
        store_sqlite::SqliteOptions options;
        options.path = folder_.file("shard-0.db");
        options.synchronous = store_sqlite::Synchronous::Off;
        options.reserve_bytes = 0;
        options.low_water_bytes = 0;
        store_ = std::move(store_sqlite::SqliteStore::open(options)).value();
        fragile_.emplace(*store_);
        late_.emplace(*fragile_);
        log_.emplace("test", observability::Level::Trace, folder_.file("log"));
        notifier_.emplace(*log_);
        observed_.emplace(*late_,
                          store_observed::ObservedStore::Parts{metrics_, *log_, *notifier_});
        announcer_.emplace(maintenance::MaintenanceAnnouncer::Parts{
            *log_,
            [this](const protocol::Event& event) {
                world_.news.emplace_back(event.data.at("news").as_string());
            },
            [this] { return time_; }});
        runtime::Options given = runtime_options();
        for (auto& instrument : instruments)
            given.instruments.push_back(std::move(instrument));
        runtime_.emplace(std::move(given),
                         runtime::Runtime::Ports{*observed_,
                                                 world_.exchange,
                                                 world_.market,
                                                 pending_responses_,
                                                 renderer_,
                                                 {&changes_, &*announcer_},
                                                 [this] { wake(); }});
        auto users = store_sqlite::SqliteUsers::open(folder_.file("users.sqlite"));
        auto access = UserAccess::open(
            std::move(who),
            std::move(users).value(),
            tokens_,
            [this](users::AuthWorker::Job job) { later(std::move(job)); },
            time_);
        access_ = std::move(access).value();
        audit_.emplace(audit::AuditJournal::Parts{*runtime_, *log_, [this] { wake(); }});
        api_context_.emplace(
            ApiContext{ApiOptions{.version = "0.0.0-test", .metrics_public = true},
                       *runtime_,
                       pending_responses_,
                       fragile_->reads,
                       world_.market,
                       metrics_,
                       *log_,
                       *audit_,
                       [this] { return now(); },
                       [this] { wake(); },
                       [this](std::function<void()> work) { later(std::move(work)); },
                       [this](model::Duration wait, std::function<void()> work) {
                           world_.waits.push_back(wait);
                           later(std::move(work));
                       },
                       &answers_,
                       [this](const protocol::Event& event) { world_.events.push_back(event); },
                       [this](const ports::Notice& notice) {
                           if (world_.send_report) world_.send_report(notice);
                       },
                       &read_retries_});
        add_common_schemas(routes_.schemas());
        trading_.emplace(*api_context_).add_to(routes_);
        market_routes_.emplace(*api_context_, followed_).add_to(routes_);
        performance_.emplace(*api_context_, kFillsShown).add_to(routes_);
        maintenance_.emplace(*api_context_).add_to(routes_);
        reconcile_.emplace(*api_context_).add_to(routes_);
        add_probes();
        health_
            .emplace(*api_context_, *monitor_, HealthRoutes::Durability{"test store, one machine"})
            .add_to(routes_);
        paper_.emplace(*api_context_).add_to(routes_);
        monitoring_
            .emplace(
                *api_context_, *monitor_, [] { return MonitoringRoutes::Connections{.http = 2}; })
            .add_to(routes_);
        analysis_.emplace(*api_context_, AnalysisRoutes::Parts{}).add_to(routes_);
        document_.add_to(routes_);
        api_.emplace(*api_context_, routes_, access_->tokens());
        api_->set_deferred_calls(deferred_);
        access_->attach(*api_context_, routes_, *api_);
        checked_.emplace(access_->front(), routes_);
        routes.render_error = host::render_error_body;
        server_.emplace(context_, std::move(routes), *checked_);
        EXPECT_EQ(server_->start(), "");
        (void)runtime_->start(now());
        steps();
        thread_ = std::thread([this] { context_.run(); });
    }

    ~Implementation() {
        thread_.join();
        access_.reset();
        runtime_.reset();
        store_.reset();
    }

    Implementation(const Implementation&) = delete;
    Implementation& operator=(const Implementation&) = delete;

    static runtime::Options runtime_options() {
        return {.shard = 0,
                .software = "test",
                .policy = {},
                .instruments = model::builtin_instruments(),
                .next_incarnation = [] { return std::uint64_t{42}; },
                .batch_max = 256,
                .reply_within = model::Duration::seconds(5),
                .retry_after = model::Duration::milliseconds(500)};
    }

    [[nodiscard]] model::Now now() const { return {time_, world_.clock}; }

    void wake() {
        if (std::exchange(woken_, true)) return;
        boost::asio::post(context_, [this] {
            woken_ = false;
            steps();
        });
    }

    /// Runs work that reads the runtime's state, like the trading loop.
    void later(std::function<void()> work) {
        boost::asio::post(context_, [this, work = std::move(work)] {
            if (!runtime_->is_committing()) return work();
            after_commit_.push_back(work);
        });
    }

    void add_probes() {
        prober_.emplace(
            model::Duration::seconds(5),
            host::HealthProber::Clocks{[this] { return time_; }, [this] { return time_; }});
        const auto store_probe = health::probe_store(store_->reader());
        prober_->add(
            operations::Dependency::Database,
            [store_probe](const host::ProbeReplied& answered) { answered(store_probe()); });
        prober_->add(operations::Dependency::Exchange,
                     health::probe_exchange(world_.exchange, [this] { wake(); }));
        prober_->add(operations::Dependency::Cache, [this](const host::ProbeReplied& answered) {
            if (world_.cache_answers) answered(world_.cache);
        });
        health::add_local_probes(
            *prober_,
            {*runtime_, world_.market, [this] { return now(); }, model::Duration::seconds(2)});
        keeper_.emplace(maintenance::MaintenanceScheduler::Parts{*runtime_, *announcer_, [] {}},
                        operations::MaintenanceTimes());
        monitor_.emplace(health::HealthMonitor::Parts{
                             *prober_,
                             *log_,
                             [this] { return time_; },
                             [] { return operations::Load::Normal; },
                             [this](model::Timestamp at) { return keeper_->planned(at); },
                             [](operations::Period) { return std::nullopt; }},
                         operations::ServiceUptimes());
    }

    void steps() {
        step_runtime();
        // Several steps of a maintenance window may be due at once.
        for (int i = 0; i < 10; ++i) {
            keeper_->tick(now());
            step_runtime();
        }
        monitor_->tick();
    }

    void step_runtime() {
        for (int i = 0; i < 100; ++i) {
            while (!world_.exchange.reports.empty()) {
                runtime_->on_report(std::move(world_.exchange.reports.front()));
                world_.exchange.reports.pop_front();
            }
            while (!world_.exchange.reconciled.empty()) {
                runtime_->on_reconciled(world_.exchange.reconciled.front(), world_.exchange.books);
                world_.exchange.reconciled.pop_front();
            }
            if (!world_.exchange.silent) {
                for (const auto& answered : std::exchange(world_.exchange.probes, {}))
                    answered();
            }
            const bool more = runtime_->step(now());
            if (runtime_->is_committing()) return;
            for (const auto& work : std::exchange(after_commit_, {}))
                work();
            if (!more && world_.exchange.reports.empty() && world_.exchange.reconciled.empty())
                return;
        }
    }

    ApiWorld& world_;
    scratch::TemporaryFolder folder_;
    boost::asio::io_context context_;
    observability::Metrics metrics_;
    std::optional<observability::Log> log_;
    ThreeTokens tokens_;
    std::unique_ptr<store_sqlite::SqliteStore> store_;
    std::optional<FragileStore> fragile_;
    std::optional<conformance::LateStore> late_;
    std::optional<notify_log::LogNotifier> notifier_;
    std::optional<store_observed::ObservedStore> observed_;
    PendingResponses pending_responses_;
    std::optional<runtime::Runtime> runtime_;
    std::optional<audit::AuditJournal> audit_;
    std::optional<ApiContext> api_context_;
    host::RouteTable routes_;
    std::optional<TradingRoutes> trading_;
    AccountChanges changes_;
    cache_memory::MemoryCache kept_{{}, [] { return model::Timestamp(); }};
    ResponseCache answers_{kept_, changes_};
    FollowedSymbols followed_{{}};
    std::optional<MarketRoutes> market_routes_;
    std::optional<MaintenanceRoutes> maintenance_;
    std::optional<ReconcileRoutes> reconcile_;
    std::optional<maintenance::MaintenanceAnnouncer> announcer_;
    std::optional<maintenance::MaintenanceScheduler> keeper_;
    std::optional<host::HealthProber> prober_;
    std::optional<health::HealthMonitor> monitor_;
    std::optional<PerformanceRoutes> performance_;
    std::optional<HealthRoutes> health_;
    std::optional<PaperRoutes> paper_;
    std::optional<MonitoringRoutes> monitoring_;
    std::optional<AnalysisRoutes> analysis_;

    std::unique_ptr<UserAccess> access_;
    DocumentRoutes document_{"0.0.0-test"};
    std::optional<Api> api_;
    std::optional<CheckedHandler> checked_;
    std::optional<net::HttpServer> server_;
    std::thread thread_;
    model::Timestamp time_ = model::Timestamp::from_milliseconds(1'790'000'000'000);
    ReadRetries read_retries_{base::Random(1)};
    bool woken_ = false;
    protocol::JsonReplies<ports::ReplyRenderer> renderer_;
    DeferredCalls deferred_{context_, {}, [this] { return runtime_->is_committing(); }};
    std::vector<std::function<void()>> after_commit_;
};

ApiWorld::ApiWorld() : ApiWorld(test_access()) {
}

ApiWorld::ApiWorld(UserAccessOptions who) : ApiWorld(std::move(who), net::HttpServerOptions()) {
}

ApiWorld::ApiWorld(UserAccessOptions who, net::HttpServerOptions server)
    : ApiWorld(std::move(who), std::move(server), {}) {
}

ApiWorld::ApiWorld(std::vector<model::Instrument> instruments)
    : ApiWorld(test_access(), net::HttpServerOptions(), std::move(instruments)) {
}

ApiWorld::ApiWorld(UserAccessOptions who,
                   net::HttpServerOptions server,
                   std::vector<model::Instrument> instruments)
    : implementation_(std::make_unique<Implementation>(
          *this, std::move(who), std::move(server), std::move(instruments))) {
    EXPECT_EQ(open_account("futures", "futures"), 200);
    EXPECT_EQ(open_account("spot", "spot"), 200);
}

ApiWorld::~ApiWorld() {
    on_loop([this] { implementation_->server_.reset(); });
    implementation_->context_.stop();
}

void ApiWorld::on_loop(const std::function<void()>& work) {
    std::promise<void> done;
    boost::asio::post(implementation_->context_, [&] {
        work();
        done.set_value();
    });
    done.get_future().wait();
}

int ApiWorld::open_account(std::string_view name, std::string_view market_name) {
    return command("POST",
                   "/api/accounts",
                   R"({"account":")" + std::string(name) + R"(","market":")" +
                       std::string(market_name) + R"(","deposit":"10000"})")
        .status;
}

void ApiWorld::set_timeline(model::TimelineIdentity timeline) {
    on_loop([&] { implementation_->api_context_->options.timeline = std::move(timeline); });
}

void ApiWorld::pass(model::Duration duration) {
    on_loop([&] {
        implementation_->time_ = implementation_->time_ + duration;
        implementation_->steps();
    });
}

void ApiWorld::skip(model::Duration duration) {
    implementation_->time_ = implementation_->time_ + duration;
}

void ApiWorld::break_store(bool broken) {
    implementation_->fragile_->broken = broken;
}

int ApiWorld::journal_reads() const {
    return implementation_->fragile_->reads.journal_reads;
}

void ApiWorld::fail_reads(int times, ports::StoreError error) {
    implementation_->fragile_->reads.error = error;
    implementation_->fragile_->reads.failures = times;
}

void ApiWorld::hold_commits() {
    on_loop([this] { implementation_->late_->held = true; });
}

void ApiWorld::await_held_commit() {
    bool holds = false;
    while (!holds)
        on_loop([&] { holds = implementation_->late_->holds(); });
}

void ApiWorld::complete_commit() {
    await_held_commit();
    on_loop([this] {
        implementation_->late_->held = false;
        implementation_->late_->complete();
    });
}

void ApiWorld::fence() {
    implementation_->fragile_->fenced = true;
}

std::filesystem::path ApiWorld::database() const {
    return implementation_->folder_.file("shard-0.db");
}

std::filesystem::path ApiWorld::log_file() const {
    return implementation_->folder_.file("log");
}

void ApiWorld::flush_log() {
    EXPECT_TRUE(implementation_->log_->flush(std::chrono::seconds(30)));
}

UserAccess& ApiWorld::access() {
    return *implementation_->access_;
}

const ApiContext& ApiWorld::api_context() const {
    return *implementation_->api_context_;
}

Api& ApiWorld::api() {
    return *implementation_->api_;
}

net::HttpHandler& ApiWorld::handler() {
    return *implementation_->checked_;
}

HealthRoutes& ApiWorld::health_routes() {
    return *implementation_->health_;
}

net::TestClient ApiWorld::client() const {
    return net::TestClient(implementation_->server_->port());
}

std::uint16_t ApiWorld::port() const {
    return implementation_->server_->port();
}

std::string ApiWorld::text(std::string_view method,
                           std::string_view path,
                           std::string_view headers,
                           std::string_view body,
                           std::string_view token) {
    std::string request(method);
    request.append(" ").append(path).append(" HTTP/1.1\r\nHost: localhost\r\n");
    request.append("Authorization: Bearer ").append(token).append("\r\n").append(headers);
    if (!body.empty()) request.append("Content-Type: application/json\r\n");
    request.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n");
    return request.append(body);
}

net::TestResponse ApiWorld::ask(std::string_view method,
                                std::string_view path,
                                std::string_view headers,
                                std::string_view body) {
    net::TestClient one(implementation_->server_->port());
    one.send(text(method, path, headers, body));
    return one.receive(method == "HEAD");
}

net::TestResponse ApiWorld::ask_as(std::string_view token,
                                   std::string_view method,
                                   std::string_view path,
                                   std::string_view body) {
    net::TestClient one(implementation_->server_->port());
    const std::string key = "Idempotency-Key: key-" + std::to_string(++keys_) + "\r\n";
    one.send(text(method, path, key, body, token));
    return one.receive();
}

net::TestResponse ApiWorld::get(std::string_view path) {
    return ask("GET", path);
}

std::optional<double> ApiWorld::metric(const std::string& line) {
    const std::string text = get("/metrics").body;
    const auto place = text.find("\n" + line + " ");
    if (place == std::string::npos) return std::nullopt;
    return std::stod(text.substr(place + line.size() + 2));
}

net::TestResponse ApiWorld::command(std::string_view method,
                                    std::string_view path,
                                    std::string_view body) {
    const std::string key = "Idempotency-Key: key-" + std::to_string(++keys_) + "\r\n";
    return ask(method, path, key, body);
}

boost::json::value ApiWorld::json(const net::TestResponse& response) {
    boost::json::error_code error;
    auto value = boost::json::parse(response.body, error);
    EXPECT_FALSE(error) << response.body;
    return value;
}

boost::json::value ApiWorld::data(const net::TestResponse& response) {
    EXPECT_EQ(response.status, 200) << response.body;
    const auto value = json(response);
    EXPECT_EQ(value.as_object().size(), 2U) << response.body;
    return value.at("data");
}

std::string ApiWorld::code(const net::TestResponse& response) {
    const auto value = json(response);
    if (!value.is_object() || !value.as_object().contains("error")) return response.body;
    EXPECT_EQ(value.as_object().size(), 1U);
    const auto& error = value.at("error").as_object();
    for (const char* name : {"code", "message", "details", "request_id", "timestamp"}) {
        EXPECT_TRUE(error.contains(name)) << name;
    }
    return std::string(error.at("code").as_string());
}

}  // namespace botcore::api
