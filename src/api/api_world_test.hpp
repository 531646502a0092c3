#pragma once

/// The complete API for tests: the real server, runtime and store file, with an exchange and a
/// market that the test controls. The clock moves only when the test moves it.

#include "adapters/cache_memory/memory_cache.hpp"
#include "adapters/store_observed/measured_store.hpp"
#include "adapters/store_sqlite/sqlite_store.hpp"
#include "api/analysis_routes.hpp"
#include "api/api.hpp"
#include "api/api_schemas.hpp"
#include "api/checked_handler_test.hpp"
#include "api/health_routes.hpp"
#include "api/maintenance_routes.hpp"
#include "api/market_routes.hpp"
#include "api/monitoring_routes.hpp"
#include "api/paper_routes.hpp"
#include "api/performance_routes.hpp"
#include "api/reconcile_routes.hpp"
#include "api/response_cache.hpp"
#include "api/trading_routes.hpp"
#include "api/user_access.hpp"
#include "host/error_body.hpp"
#include "net/http_server.hpp"
#include "net/test_client_test.hpp"
#include "services/health/local_probes.hpp"
#include "services/maintenance/maintenance_scheduler.hpp"
#include "services/users/operator_token.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <filesystem>
#include <future>
#include <optional>
#include <thread>

namespace botcore::api {

inline const std::string kToken(43, 't');
inline const std::string kTraderToken(43, 'r');
inline const std::string kViewerToken(43, 'v');

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

/// An exchange that fills market orders at 50,000 and keeps limit orders open, or does not respond.
class ObedientExchange : public ports::Exchange {
public:
    void place(const model::OrderInstruction& order) override {
        if (silent) return;
        model::OrderReport report{.account = order.account,
                                  .instrument = order.instrument,
                                  .id = order.id,
                                  .kind = model::ReportKind::Open,
                                  .venue_order_id = std::to_string(++last_id),
                                  .trades = {},
                                  .reason = model::Reason::None,
                                  .reason_text = {},
                                  .venue_time = {}};
        if (rejects) {
            report.kind = model::ReportKind::Rejected;
            report.reason = model::Reason::RejectedByExchange;
            report.reason_text = "-2022 ReduceOnly Order is rejected.";
        } else if (order.type == model::OrderType::Market) {
            report.kind = model::ReportKind::Filled;
            for (int i = 0; i < trades; ++i) {
                report.trades.push_back(
                    {.id = ++last_id,
                     .price = model::Price::whole(price),
                     .quantity = model::Quantity::from_units(order.quantity.units() / trades),
                     .fee = model::Money::from_units(1'000),
                     .fee_asset = model::Asset("USDT"),
                     .maker = false,
                     .time = order.attempt.time +
                             model::Duration::milliseconds(offset_ms + i * gap_ms)});
            }
        }
        ++placed;
        reports.push_back(std::move(report));
    }

    void cancel(const model::CancelInstruction& cancel) override {
        reports.push_back({.account = cancel.account,
                           .instrument = cancel.instrument,
                           .id = cancel.id,
                           .kind = model::ReportKind::Canceled,
                           .venue_order_id = {},
                           .trades = {},
                           .reason = model::Reason::CanceledByUser,
                           .reason_text = "canceled by the user",
                           .venue_time = {}});
    }

    void query(const model::AccountId&,
               const model::InstrumentId&,
               const model::ClientOrderId&) override {}

    void reconcile(const ports::AccountProjection& projection) override {
        reconciled.push_back(projection.account.id);
    }

    /// The test's loop responds to it with `books`, which the test sets.
    void compare(const ports::AccountProjection& projection) override {
        reconciled.push_back(projection.account.id);
    }

    void account_changed(const ports::AccountProjection&) override {}

    void define(const model::Instrument&) override {}

    void probe(std::function<void()> answered) override { probes.push_back(std::move(answered)); }

    std::deque<model::OrderReport> reports;
    std::deque<model::AccountId> reconciled;
    std::deque<std::function<void()>> probes;
    std::optional<model::VenueBooks> books;
    std::uint64_t last_id = 0;
    std::atomic<bool> silent{false};
    std::atomic<bool> rejects{false};
    std::atomic<int> placed{0};
    std::atomic<int> price{50'000};  ///< The price of the fills of market orders.
    std::atomic<int> trades{1};      ///< The number of trades that fill a market order.
    /// The time of an order's first trade relative to the order.
    std::atomic<int> offset_ms{0};
    /// The time between two trades of an order.
    std::atomic<int> gap_ms{0};
};

class StillMarket : public ports::MarketData {
public:
    StillMarket() {
        book_.set(model::Side::Buy, {model::Price::whole(49'999), model::Quantity::whole(3)});
        book_.set(model::Side::Buy, {model::Price::whole(49'998), model::Quantity::whole(5)});
        book_.set(model::Side::Sell, {model::Price::whole(50'001), model::Quantity::whole(2)});
    }

    model::Quote quote(const model::InstrumentId& id, model::Side, model::Quantity) const override {
        model::Quote quote;
        quote.instrument = id;
        if (id.symbol.text() != "BTCUSDT" || silent) return quote;
        quote.source = model::MarketSource::Generated;
        quote.bid = model::Price::whole(49'999);
        quote.ask = model::Price::whole(50'001);
        quote.last = model::Price::whole(50'000);
        quote.worst = quote.ask;
        quote.age = model::Duration::milliseconds(7);
        return quote;
    }

    const model::DepthBook* book(const model::InstrumentId&) const override {
        return silent ? nullptr : &book_;
    }

    std::vector<model::InstrumentId> instruments() const override {
        return {{model::Market::Spot, model::Symbol("BTCUSDT")},
                {model::Market::Futures, model::Symbol("BTCUSDT")}};
    }

    const model::CandleBoard* candles(const model::InstrumentId& id) const override {
        return id.market == model::Market::Futures ? &trades : nullptr;
    }

    ports::CandleHistory* history(const model::InstrumentId& id) const override {
        return id.market == model::Market::Futures ? past : nullptr;
    }

    base::Timestamp exchange_now() const override { return clock; }

    std::optional<base::Timestamp> trades_missing_since(const model::InstrumentId&) const override {
        return missing_since;
    }

    ports::TradeCounts trade_counts() const override { return counts; }

    /// The candles, history and times of the futures instrument. Access these only on the thread of
    /// the loop.
    model::CandleBoard trades;
    ports::CandleHistory* past = nullptr;
    base::Timestamp clock;
    std::optional<base::Timestamp> missing_since;
    ports::TradeCounts counts;

    std::atomic<bool> silent{false};

private:
    model::DepthBook book_;
};

/// A reader that forwards all reads, but the next `failures` reads of orders and fills fail.
class FragileReader final : public ports::StoreReader {
public:
    explicit FragileReader(ports::StoreReader& reader) : reader_(reader) {}

    ports::StoreResult<std::optional<ports::KeyRow>> find_key(
        const model::Owner& owner, const model::IdempotencyKey& key) override {
        return reader_.find_key(owner, key);
    }

    ports::StoreResult<std::optional<ports::LiveOrder>> find_order(
        model::OrderNumber number) override {
        return reader_.find_order(number);
    }

    ports::StoreResult<std::vector<model::Order>> orders(const ports::OrderQuery& query) override {
        if (takes_failure()) return base::Failure{error.load()};
        return reader_.orders(query);
    }

    ports::StoreResult<std::vector<model::Fill>> fills(const ports::FillQuery& query) override {
        if (takes_failure()) return base::Failure{error.load()};
        return reader_.fills(query);
    }

    ports::StoreResult<std::vector<ports::JournalEntry>> journal(model::Sequence first,
                                                                 std::size_t limit) override {
        ++journal_reads;
        return reader_.journal(first, limit);
    }

    ports::StoreResult<model::Head> head() override { return reader_.head(); }

    base::Outcome<ports::StoreError> visit_rows(const ports::RowVisitor& visitor) override {
        return reader_.visit_rows(visitor);
    }

    base::Outcome<ports::StoreError> begin_snapshot() override { return reader_.begin_snapshot(); }

    void end_snapshot() override { reader_.end_snapshot(); }

    std::atomic<int> journal_reads{0};
    /// The number of the next reads of orders and fills that fail.
    std::atomic<int> failures{0};
    std::atomic<ports::StoreError> error{ports::StoreError::Unavailable};

private:
    bool takes_failure() {
        if (failures == 0) return false;
        --failures;
        return true;
    }

    ports::StoreReader& reader_;
};

/// A store whose commits can be made to fail.
class FragileStore : public ports::Store {
public:
    explicit FragileStore(ports::Store& store) : store_(store), reads(store.reader()) {}

    ports::StoreResult<ports::OpenState> load() override {
        if (broken) return base::Failure{ports::StoreError::Unavailable};
        return store_.load();
    }

    ports::CommitResult commit(const ports::Batch& batch) override {
        if (fenced) return ports::CommitResult::Conflict;
        return broken ? ports::CommitResult::Unavailable : store_.commit(batch);
    }

    model::StorageState storage_state() override { return store_.storage_state(); }

    void maintain() override { store_.maintain(); }

    ports::StoreReader& reader() override { return reads; }

private:
    ports::Store& store_;

public:
    std::atomic<bool> broken{false};
    std::atomic<bool> fenced{false};
    FragileReader reads;
};

/// Makes password hashing cheap and sets limits that tests do not reach by accident.
inline UserAccessOptions test_access() {
    UserAccessOptions options;
    options.user_service.cost = users::kHashCostLeast;
    options.limits.entries.count = 0;
    options.limits.reads.count = 0;
    options.limits.logins.count = 0;
    options.limits.registrations.count = 0;
    return options;
}

class ApiWorld {
public:
    explicit ApiWorld(UserAccessOptions who = test_access(), net::HttpServerOptions routes = {}) {
        store_sqlite::SqliteOptions options;
        options.path = folder_.file("shard-0.db");
        options.synchronous = store_sqlite::Synchronous::Off;
        options.reserve_bytes = 0;
        options.low_water_bytes = 0;
        store_ = std::move(store_sqlite::SqliteStore::open(options)).value();
        fragile_.emplace(*store_);
        measured_.emplace(*fragile_, metrics_);
        log_.emplace("test", observability::Level::Trace, log_file());
        announcer_.emplace(maintenance::MaintenanceAnnouncer::Parts{
            *log_,
            [this](const protocol::Event& event) {
                news.emplace_back(event.data.at("news").as_string());
            },
            [this] { return time_; }});
        runtime_.emplace(
            runtime_options(),
            runtime::Runtime::Ports{
                *measured_, exchange, market, pending_responses_, {&changes_, &*announcer_}});
        who.users_path = folder_.file("users.sqlite");
        auto access = UserAccess::open(
            std::move(who),
            tokens_,
            [this](users::AuthWorker::Job job) { boost::asio::post(context_, std::move(job)); },
            time_);
        access_ = std::move(access).value();
        audit_.emplace(audit::AuditJournal::Parts{*runtime_, *log_, [this] { wake(); }});
        api_context_.emplace(ApiContext{
            ApiOptions{.version = "0.0.0-test", .metrics_public = true},
            *runtime_,
            pending_responses_,
            fragile_->reads,
            market,
            metrics_,
            *log_,
            *audit_,
            [this] { return now(); },
            [this] { wake(); },
            [this](std::function<void()> work) { boost::asio::post(context_, std::move(work)); },
            [this](model::Duration wait, std::function<void()> work) {
                waits.push_back(wait.in_milliseconds() / 1'000);
                boost::asio::post(context_, std::move(work));
            },
            &answers_,
            [this](const protocol::Event& event) { events.push_back(event); }});
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
        access_->attach(*api_context_, routes_, *api_);
        checked_.emplace(access_->front(), routes_);
        routes.render_error = host::render_error_body;
        server_.emplace(context_, std::move(routes), *checked_);
        EXPECT_EQ(server_->start(), "");
        (void)runtime_->start(now());
        steps();
        thread_ = std::thread([this] { context_.run(); });
        EXPECT_EQ(open_account("futures", "futures"), 200);
        EXPECT_EQ(open_account("spot", "spot"), 200);
    }

    ~ApiWorld() {
        on_loop([this] { server_.reset(); });
        context_.stop();
        thread_.join();
        access_.reset();
        runtime_.reset();
        store_.reset();
    }

    ApiWorld(const ApiWorld&) = delete;
    ApiWorld& operator=(const ApiWorld&) = delete;

    template <class Work>
    void on_loop(Work work) {
        std::promise<void> done;
        boost::asio::post(context_, [&] {
            work();
            done.set_value();
        });
        done.get_future().wait();
    }

    /// Sets the timeline, as a restore does.
    void set_timeline(runtime::archive::TimelineIdentity timeline) {
        on_loop([&] { api_context_->options.timeline = std::move(timeline); });
    }

    /// Moves the clock and steps the runtime.
    void pass(model::Duration duration) {
        on_loop([&] {
            time_ = time_ + duration;
            steps();
        });
    }

    /// Moves the clock without a step of the runtime, on the thread of the loop.
    void skip(model::Duration duration) { time_ = time_ + duration; }

    void break_store(bool broken) { fragile_->broken = broken; }

    [[nodiscard]] int journal_reads() const { return fragile_->reads.journal_reads; }

    /// Makes the next `times` reads of orders and fills fail.
    void fail_reads(int times, ports::StoreError error) {
        fragile_->reads.error = error;
        fragile_->reads.failures = times;
    }

    /// The wait before each retry of a failed read, in seconds; tests do not actually wait.
    std::vector<std::int64_t> waits;

    /// Makes commits conflict from now on, as if another process wrote the journal.
    void fence() { fragile_->fenced = true; }

    [[nodiscard]] std::filesystem::path database() const { return folder_.file("shard-0.db"); }

    [[nodiscard]] std::filesystem::path log_file() const { return folder_.file("log"); }

    void flush_log() { EXPECT_TRUE(log_->flush(std::chrono::seconds(30))); }

    /// On the thread of the loop only.
    [[nodiscard]] UserAccess& access() { return *access_; }

    [[nodiscard]] const ApiContext& api_context() const { return *api_context_; }

    [[nodiscard]] Api& api() { return *api_; }

    /// The handler that the server calls; use it only on the thread of the loop.
    [[nodiscard]] net::HttpHandler& handler() { return *checked_; }

    [[nodiscard]] HealthRoutes& health_routes() { return *health_; }

    /// The result of the cache's probe; the probe completes only while `cache_answers`.
    host::ProbeReply cache;
    bool cache_answers = true;
    model::ClockState clock = model::ClockState::Certain;
    std::vector<std::string> news;  ///< Maintenance announcements.
    /// The events that routes published; use it only on the thread of the loop.
    std::vector<protocol::Event> events;

    [[nodiscard]] net::TestClient client() const { return net::TestClient(server_->port()); }

    [[nodiscard]] std::uint16_t port() const { return server_->port(); }

    /// A complete request as text. Each line of `headers` ends with CRLF.
    static std::string text(std::string_view method,
                            std::string_view path,
                            std::string_view headers = {},
                            std::string_view body = {},
                            std::string_view token = kToken) {
        std::string request(method);
        request.append(" ").append(path).append(" HTTP/1.1\r\nHost: localhost\r\n");
        request.append("Authorization: Bearer ").append(token).append("\r\n").append(headers);
        if (!body.empty()) request.append("Content-Type: application/json\r\n");
        request.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n");
        return request.append(body);
    }

    net::TestResponse ask(std::string_view method,
                          std::string_view path,
                          std::string_view headers = {},
                          std::string_view body = {}) {
        net::TestClient one(server_->port());
        one.send(text(method, path, headers, body));
        return one.receive(method == "HEAD");
    }

    /// Sends a request with another token and a fresh idempotency key.
    net::TestResponse ask_as(std::string_view token,
                             std::string_view method,
                             std::string_view path,
                             std::string_view body = {}) {
        net::TestClient one(server_->port());
        const std::string key = "Idempotency-Key: key-" + std::to_string(++keys_) + "\r\n";
        one.send(text(method, path, key, body, token));
        return one.receive();
    }

    net::TestResponse get(std::string_view path) { return ask("GET", path); }

    /// One value of /metrics; `line` is the name with its labels as printed.
    std::optional<double> metric(const std::string& line) {
        const std::string text = get("/metrics").body;
        const auto place = text.find("\n" + line + " ");
        if (place == std::string::npos) return std::nullopt;
        return std::stod(text.substr(place + line.size() + 2));
    }

    /// Sends a command with a fresh idempotency key.
    net::TestResponse command(std::string_view method,
                              std::string_view path,
                              std::string_view body = {}) {
        const std::string key = "Idempotency-Key: key-" + std::to_string(++keys_) + "\r\n";
        return ask(method, path, key, body);
    }

    static boost::json::value json(const net::TestResponse& response) {
        boost::json::error_code error;
        auto value = boost::json::parse(response.body, error);
        EXPECT_FALSE(error) << response.body;
        return value;
    }

    static boost::json::value data(const net::TestResponse& response) {
        EXPECT_EQ(response.status, 200) << response.body;
        const auto value = json(response);
        EXPECT_EQ(value.as_object().size(), 2U) << response.body;
        return value.at("data");
    }

    static std::string code(const net::TestResponse& response) {
        const auto value = json(response);
        if (!value.is_object() || !value.as_object().contains("error")) return response.body;
        EXPECT_EQ(value.as_object().size(), 1U);
        const auto& error = value.at("error").as_object();
        for (const char* name : {"code", "message", "details", "request_id", "timestamp"}) {
            EXPECT_TRUE(error.contains(name)) << name;
        }
        return std::string(error.at("code").as_string());
    }

    /// How many fills the performance routes read at once.
    static constexpr std::size_t kFillsShown = 6;

    ObedientExchange exchange;
    StillMarket market;
    cache_memory::MemoryCache kept{{}, [] { return model::Timestamp(); }};

private:
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

    [[nodiscard]] model::Now now() const { return {time_, clock}; }

    void wake() {
        if (std::exchange(woken_, true)) return;
        boost::asio::post(context_, [this] {
            woken_ = false;
            steps();
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
                     health::probe_exchange(exchange, [this] { wake(); }));
        prober_->add(operations::Dependency::Cache, [this](const host::ProbeReplied& answered) {
            if (cache_answers) answered(cache);
        });
        health::add_local_probes(
            *prober_, {*runtime_, market, [this] { return now(); }, model::Duration::seconds(2)});
        keeper_.emplace(maintenance::MaintenanceScheduler::Parts{*runtime_, *announcer_, [] {}},
                        operations::MaintenanceTimes());
        monitor_.emplace(health::HealthMonitor::Parts{
                             *prober_,
                             *log_,
                             [this] { return time_; },
                             [] { return operations::Load::Normal; },
                             [this](model::Timestamp at) { return keeper_->planned(at); },
                             [](operations::Period) { return std::nullopt; }},
                         operations::UptimeLog());
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
            while (!exchange.reports.empty()) {
                runtime_->on_report(std::move(exchange.reports.front()));
                exchange.reports.pop_front();
            }
            while (!exchange.reconciled.empty()) {
                runtime_->on_reconciled(exchange.reconciled.front(), exchange.books);
                exchange.reconciled.pop_front();
            }
            if (!exchange.silent) {
                for (const auto& answered : std::exchange(exchange.probes, {}))
                    answered();
            }
            const bool more = runtime_->step(now());
            if (!more && exchange.reports.empty() && exchange.reconciled.empty()) return;
        }
    }

    int open_account(std::string_view name, std::string_view market_name) {
        return command("POST",
                       "/api/accounts",
                       R"({"account":")" + std::string(name) + R"(","market":")" +
                           std::string(market_name) + R"(","deposit":"10000"})")
            .status;
    }

    scratch::TemporaryFolder folder_;
    boost::asio::io_context context_;
    observability::Metrics metrics_;
    std::optional<observability::Log> log_;
    ThreeTokens tokens_;
    std::unique_ptr<store_sqlite::SqliteStore> store_;
    std::optional<FragileStore> fragile_;
    std::optional<store_observed::MeasuredStore> measured_;
    PendingResponses pending_responses_;
    std::optional<runtime::Runtime> runtime_;
    std::optional<audit::AuditJournal> audit_;
    std::optional<ApiContext> api_context_;
    host::RouteTable routes_;
    std::optional<TradingRoutes> trading_;
    AccountChanges changes_;
    ResponseCache answers_{kept, changes_};
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
    bool woken_ = false;
    int keys_ = 0;
};

}  // namespace botcore::api
