#include "tests/bench/switched_core.hpp"

#include "adapters/notify_log/log_notifier.hpp"
#include "adapters/store_observed/observed_store.hpp"
#include "api/api.hpp"
#include "api/api_schemas.hpp"
#include "api/cors_filter.hpp"
#include "api/deferred_calls.hpp"
#include "api/overload_filter.hpp"
#include "api/read_retries.hpp"
#include "api/trading_routes.hpp"
#include "api/user_access.hpp"
#include "apps/botcored/market_service.hpp"
#include "apps/botcored/notices.hpp"
#include "apps/botcored/opened_data.hpp"
#include "apps/botcored/process.hpp"
#include "apps/botcored/settings.hpp"
#include "apps/botcored/trading_service.hpp"
#include "apps/wiring/user_store.hpp"
#include "base/check.hpp"
#include "host/store_maintenance_thread.hpp"
#include "net/http_server.hpp"
#include "ports/forwarding_store.hpp"
#include "services/alerts/alert_service.hpp"
#include "services/audit/audit_journal.hpp"
#include "services/health/recovery_log.hpp"
#include "services/trading/standby_loop_runner.hpp"
#include "tests/crash/daemon_process.hpp"

#include <boost/asio/steady_timer.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace botcore::bench {

namespace {

/// The daemon's parts without the mechanisms; what is switched is made here.
constexpr std::array kSettings = {"reliability.enabled=false",
                                  "limits.loopback=true",
                                  "limits.operators=true",
                                  "limits.entries_per_second=100000",
                                  "limits.exits_per_second=100000",
                                  "http.port=0",
                                  // Nothing listens on the port 1.
                                  "notify.slack_url=http://127.0.0.1:1/nobody"};

/// In the daemon the rules are evaluated every five seconds.
constexpr std::chrono::milliseconds kEvaluateEvery{50};

/// The value of a step that must succeed.
template <class T, class E>
T value_of(base::Result<T, E> result) {
    CHECK(result.has_value());
    return std::move(result).value();
}

host::Config core_config() {
    host::Config config;
    const auto set = [&config](std::string_view setting) {
        const std::size_t equals = setting.find('=');
        (void)value_of(
            config.set(setting.substr(0, equals), setting.substr(equals + 1), "botcore_bench"));
    };
    for (const char* const setting : crash::kWithoutLimits)
        set(setting);
    for (const char* const setting : kSettings)
        set(setting);
    return config;
}

/// Passes every call to the store that was chosen last.
class SwitchedStore final : public ports::Store {
public:
    /// The store must outlive this object, or the next choice.
    explicit SwitchedStore(ports::Store& store) { choose(store); }

    void choose(ports::Store& store) {
        store_ = &store;
        // The new reader takes the place of the old one, so references to it remain valid.
        reader_.emplace(store.reader());
    }

    ports::StoreResult<ports::OpenState> load() override { return store_->load(); }

    void commit(const ports::Batch& batch, ports::CommitDone done) override {
        store_->commit(batch, std::move(done));
    }

    model::StorageState storage_state() override { return store_->storage_state(); }

    void maintain() override { store_->maintain(); }

    ports::StoreReader& reader() override { return *reader_; }

private:
    ports::Store* store_ = nullptr;
    std::optional<ports::ForwardingReader> reader_;
};

/// Passes every request to the handler that was chosen last.
class SwitchedHandler final : public net::HttpHandler {
public:
    /// The handler must outlive this object.
    explicit SwitchedHandler(net::HttpHandler& handler) : handler_(&handler) {}

    void choose(net::HttpHandler& handler) { handler_ = &handler; }

    void handle(net::HttpRequest request, net::Respond respond) override {
        handler_->handle(std::move(request), std::move(respond));
    }

    void on_finished(const net::HttpExchange& exchange) override {
        handler_->on_finished(exchange);
    }

private:
    net::HttpHandler* handler_;
};

/// The standby runner and the store that releases the loop for it.
struct Standby {
    Standby(boost::asio::io_context& context, ports::Store& store)
        : runner(context),
          releasing(store, runner) {}

    trading::StandbyLoopRunner runner;
    trading::ReleasingStore releasing;
};

}  // namespace

/// The parts are in the order in which the daemon makes them (StoreService, TradingService,
/// ApiService).
class SwitchedCore::Implementation {
public:
    Implementation(const host::Config& config, apps::OpenedData data)
        : process_(config, std::move(data.folder), std::move(data.token)),
          opened_(std::move(data.store)) {
        opened_.disk->on_sync([this](std::chrono::duration<double> took) {
            process_.metrics.observe("wal_fsync_seconds", {}, took.count());
        });
        CHECK(trading_.start().has_value());
        context_.options.timeline = trading_.hub().timeline();
        api::add_common_schemas(routes_.schemas());
        trading_routes_.add_to(routes_);
        guarded_.set_deferred_calls(deferred_);
        guarded_.add_filter([this](auto& call) { return overload_.pass(call); });
        access_->attach(context_, routes_, guarded_);
        CHECK(server_.start().empty());
        thread_ = std::thread([this] { trading_.loop().run(); });
    }

    ~Implementation() {
        set(Mechanisms::Off);
        process_.context.stop();
        thread_.join();
    }

    Implementation(const Implementation&) = delete;
    Implementation& operator=(const Implementation&) = delete;

    void set(Mechanisms mechanisms) {
        const auto done = std::make_shared<std::promise<void>>();
        process_.post([this, mechanisms, done] { switch_to(mechanisms, done); });
        done->get_future().wait();
    }

    [[nodiscard]] std::uint16_t port() const { return server_.port(); }

    [[nodiscard]] std::string token() const {
        return std::string(process_.token.secret().reveal());
    }

    [[nodiscard]] std::uint64_t judged() const { return judged_; }

    [[nodiscard]] std::uint64_t evaluations() const { return evaluations_; }

private:
    void switch_to(Mechanisms mechanisms, const std::shared_ptr<std::promise<void>>& done) {
        if (standby_ && standby_->runner.is_active()) {  // Only the loop's thread can end it.
            process_.post([this, mechanisms, done] { switch_to(mechanisms, done); });
            return;
        }
        switched_.choose(*opened_.store);
        standby_.reset();
        evaluation_.cancel();
        if (mechanisms == Mechanisms::Alerts) evaluate();
        if (mechanisms == Mechanisms::On) {
            standby_.emplace(process_.context, *opened_.store);
            switched_.choose(standby_->releasing);
            handler_.choose(access_->front());
        } else {
            handler_.choose(plain_front_);
        }
        done->set_value();
    }

    void evaluate() {
        const model::Now now = process_.clock.now();
        model::Now later = now;
        later.monotonic = evaluated_ + alerts::AlertService::kEvery;
        evaluated_ = later.monotonic;
        alerts_->tick(later);
        notices_->tick(now);
        ++evaluations_;
        evaluation_.expires_after(kEvaluateEvery);
        evaluation_.async_wait([this](const boost::system::error_code& error) {
            if (!error) evaluate();
        });
    }

    [[nodiscard]] std::unique_ptr<alerts::AlertService> make_alerts() {
        notices_->service().send({.subject = "bench",
                                  .level = ports::NoticeLevel::Warning,
                                  .text = "This notice waits for a receiver that is dead."},
                                 nullptr);
        return value_of(alerts::AlertService::make({.metrics = process_.metrics,
                                                    .log = process_.log,
                                                    .notifier = notices_->service(),
                                                    .store = notices_->store(),
                                                    .measure = [] {},
                                                    .planned = [](auto) { return false; },
                                                    .changed = [](const auto&, auto) {}}));
    }

    [[nodiscard]] std::unique_ptr<api::UserAccess> open_access() {
        return value_of(api::UserAccess::open(
            apps::access_options(process_.config),
            value_of(apps::open_user_store(process_.folder.path())),
            process_.token,
            [this](users::AuthWorker::Job job) { process_.post(std::move(job)); },
            process_.clock.now().time));
    }

    [[nodiscard]] api::ApiContext api_context() {
        trading::TradingLoop& loop = trading_.loop();
        return {.options = {.version = "botcore_bench"},
                .runtime = trading_.runtime(),
                .replies = trading_.replies(),
                .reader = observed_.reader(),
                .market = market_->data(),
                .metrics = process_.metrics,
                .log = process_.log,
                .acts = audit_,
                .now = [this] { return process_.clock.now(); },
                .wake = trading_.wake(),
                .later = [&loop](std::function<void()> work) { loop.after_turn(std::move(work)); },
                .after = [&loop](auto wait, auto work) { loop.after(wait, std::move(work)); },
                .publish = trading_.publish(),
                .read_retries = &retries_};
    }

    [[nodiscard]] net::HttpServerOptions server_options() {
        auto options = apps::http_options(process_.config, process_.log);
        options.knows_token = [this](std::string_view token) {
            return access_->tokens().caller_of(token, process_.clock.now().time).has_value();
        };
        return options;
    }

    [[nodiscard]] api::Pressure pressure() {
        ++judged_;
        return {trading_.runtime().requests_waiting(), trading_.loop().lag()};
    }

    [[nodiscard]] bool store_is_away() {
        return (standby_ && standby_->runner.is_active()) || trading_.runtime().is_committing();
    }

    apps::Process process_;
    apps::OpenedStore opened_;
    std::optional<Standby> standby_;
    SwitchedStore switched_{*opened_.store};
    notify_log::LogNotifier notifier_{process_.log};
    store_observed::ObservedStore observed_{
        switched_, {.metrics = process_.metrics, .log = process_.log, .notifier = notifier_}};
    std::unique_ptr<apps::MarketService> market_ = value_of(apps::MarketService::make(process_));
    std::unique_ptr<apps::Notices> notices_ = value_of(apps::Notices::make(process_));
    std::unique_ptr<health::RecoveryLog> recoveries_ = value_of(
        health::RecoveryLog::make({.store = notices_->store(), .log = process_.log, .now = [this] {
                                       return process_.clock.now().time;
                                   }}));
    apps::TradingService trading_{process_, observed_, *market_, *recoveries_};
    std::unique_ptr<api::UserAccess> access_ = open_access();
    audit::AuditJournal audit_{{trading_.runtime(), process_.log, trading_.wake()}};
    std::atomic<std::uint64_t> judged_{0};
    std::unique_ptr<alerts::AlertService> alerts_ = make_alerts();
    std::atomic<std::uint64_t> evaluations_{0};
    base::Timestamp evaluated_ = process_.clock.now().monotonic;
    boost::asio::steady_timer evaluation_{process_.context};
    api::OverloadFilter overload_{{}, process_.metrics, [this] { return pressure(); }};
    api::DeferredCalls deferred_{process_.context, {}, [this] { return store_is_away(); }};
    api::ReadRetries retries_{base::Random(1)};
    api::ApiContext context_ = api_context();
    api::TradingRoutes trading_routes_{context_};
    host::RouteTable routes_;
    api::Api guarded_{context_, routes_, access_->tokens()};  ///< With all mechanisms.
    api::Api plain_{context_, routes_, access_->tokens()};    ///< With none.
    api::CorsFilter plain_front_{{}, {plain_, access_->record_audit(), context_.now}};
    SwitchedHandler handler_{plain_front_};
    net::HttpServer server_{process_.context, server_options(), handler_};
    host::StoreMaintenanceThread maintenance_{[this] { opened_.store->maintain(); }};
    std::thread thread_;
};

SwitchedCore::SwitchedCore(const std::filesystem::path& data) {
    const host::Config config = core_config();
    implementation_ =
        std::make_unique<Implementation>(config, value_of(apps::open_data(config, data)));
}

SwitchedCore::~SwitchedCore() = default;

void SwitchedCore::set(Mechanisms mechanisms) {
    implementation_->set(mechanisms);
}

std::uint16_t SwitchedCore::port() const {
    return implementation_->port();
}

std::string SwitchedCore::token() const {
    return implementation_->token();
}

std::uint64_t SwitchedCore::evaluations() const {
    return implementation_->evaluations();
}

std::uint64_t SwitchedCore::judged() const {
    return implementation_->judged();
}

}  // namespace botcore::bench
