#include "apps/botcored/daemon.hpp"

#include "apps/botcored/answers.hpp"
#include "apps/botcored/event_stream.hpp"
#include "base/check.hpp"
#include "build_info.hpp"
#include "runtime/commit_listeners.hpp"
#include "shell/auth/operator_token.hpp"
#include "shell/daemon/data_folder.hpp"
#include "shell/daemon/health_watch.hpp"
#include "shell/daemon/logged_store.hpp"
#include "shell/daemon/slow_thread.hpp"
#include "shell/daemon/trading_loop.hpp"
#include "shell/http/api.hpp"
#include "shell/http/health_door.hpp"
#include "shell/http/http_server.hpp"
#include "shell/http/maintenance_door.hpp"
#include "shell/http/market_door.hpp"
#include "shell/http/openapi.hpp"
#include "shell/http/performance_door.hpp"
#include "shell/http/trading_door.hpp"
#include "shell/http/user_access.hpp"
#include "shell/metrics/measured_store.hpp"
#include "shell/sqlite/sqlite_store.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <sysexits.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>
#include <memory>
#include <random>
#include <utility>

namespace botcore::apps {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds kWatchEvery(250);
constexpr std::chrono::seconds kDrainWithin(30);

int failed(int code, const std::string& text) {
    std::cerr << "botcored: " << text << "\n";
    return code;
}

std::uint64_t random_incarnation() {
    std::random_device device;
    return (static_cast<std::uint64_t>(device()) << 32U) ^ device();
}

runtime::Options options_of(const shell::Config& config) {
    const auto milliseconds = [&](std::string_view key) {
        return base::Duration::milliseconds(config.integer(key));
    };
    runtime::Options options;
    options.software = std::string("botcored ") + std::string(build_info::kVersion) + " " +
                       std::string(build_info::kCommit);
    options.policy.price_age_max = milliseconds("trading.price_age_max_ms");
    options.policy.attempt_window = milliseconds("trading.attempt_window_ms");
    options.policy.fence_margin = milliseconds("trading.fence_margin_ms");
    options.policy.view_lag = milliseconds("trading.view_lag_ms");
    options.policy.attempts_max =
        static_cast<std::uint32_t>(config.integer("trading.attempts_max"));
    options.answer_within = milliseconds("trading.answer_within_ms");
    options.instruments = model::builtin_instruments();
    options.next_incarnation = random_incarnation;
    return options;
}

shell::http::UserAccessOptions access_options_of(const shell::Config& config) {
    const auto rule = [&](std::string_view key, std::int64_t seconds) {
        return resilience::RateRule{static_cast<std::uint32_t>(config.integer(key)),
                                    base::Duration::seconds(seconds)};
    };
    shell::http::UserAccessOptions options;
    options.desk.failures_max = static_cast<std::uint32_t>(config.integer("auth.lockout_failures"));
    options.desk.locked_for = base::Duration::seconds(60 * config.integer("auth.lockout_minutes"));
    options.desk.token_lifetime =
        base::Duration::seconds(3'600 * config.integer("auth.token_hours"));
    options.door.registration_open = config.text("auth.registration") == "open";
    const auto deposit = model::parse_amount<model::Money>(config.text("paper.deposit"));
    CHECK(deposit.has_value());
    options.door.deposit = deposit.value();
    options.limits.entries = rule("limits.entries_per_second", 1);
    options.limits.exits = rule("limits.exits_per_second", 1);
    options.limits.reads = rule("limits.reads_per_second", 1);
    options.limits.logins = rule("limits.logins_per_minute", 60);
    options.limits.registrations = rule("limits.registrations_per_hour", 3'600);
    options.limits.public_reads = rule("limits.public_per_minute", 60);
    options.limits.for_operators = config.is_on("limits.operators");
    options.limits.for_loopback = config.is_on("limits.loopback");
    options.cors_origins = config.text("http.cors_origins");
    return options;
}

/// What an answered commit has survived; the options of `run_daemon` make it so.
constexpr const char* kDurability = "sqlite, WAL, synchronous=FULL, one machine";

/// The API with all its groups of routes.
struct Door {
    Door(shell::http::ApiContext shared,
         shell::FollowedSymbols& followed,
         const shell::auth::TokenVerifier& tokens,
         const shell::health::HealthMonitor& monitor)
        : context(std::move(shared)),
          market(context, followed),
          health(context, monitor, {kDurability}),
          api(context, routes, tokens) {
        trading.add_to(routes);
        market.add_to(routes);
        performance.add_to(routes);
        maintenance.add_to(routes);
        health.add_to(routes);
        document.add_to(routes);
    }

    shell::http::ApiContext context;
    shell::http::TradingDoor trading{context};
    shell::http::MarketDoor market;
    shell::http::PerformanceDoor performance{context};
    shell::http::MaintenanceDoor maintenance{context};
    shell::http::HealthDoor health;
    shell::http::DocumentDoor document{context.options.version};
    shell::http::RouteTable routes;
    shell::http::Api api;
};

class Daemon {
public:
    struct Opened {
        shell::DataFolder folder;
        shell::auth::OperatorToken token;
        std::unique_ptr<shell::sqlite::SqliteStore> store;
    };

    Daemon(const shell::Config& config, DaemonPaths paths, Opened opened)
        : config_(config),
          paths_(std::move(paths)),
          opened_(std::move(opened)),
          log_(log_options(config_)),
          measured_store_(*opened_.store, metrics_),
          store_(measured_store_, log_),
          exchange_([this] { return clock_.now().time; }),
          followed_(opened_.folder.path() / "hidden_symbols"),
          signals_(context_, SIGTERM, SIGINT),
          watch_timer_(context_) {}

    int run();

private:
    [[nodiscard]] std::string start_market();
    [[nodiscard]] std::string start_trading();
    void start_watch();
    [[nodiscard]] std::string start_door();
    void open_first_accounts();
    void greet() const;
    void watch();
    void probe_market();
    void begin_stop();
    [[nodiscard]] std::unique_ptr<EventStream> make_events();
    [[nodiscard]] std::string url() const;

    const shell::Config& config_;
    DaemonPaths paths_;
    Opened opened_;
    asio::io_context context_{1};
    shell::SystemClock clock_;
    shell::log::Log log_;
    shell::metrics::Metrics metrics_;
    shell::metrics::MeasuredStore measured_store_;
    shell::LoggedStore store_;
    shell::PaperExchange exchange_;
    shell::http::ReplyDesk replies_;
    std::unique_ptr<shell::MarketSource> market_;
    std::unique_ptr<runtime::Runtime> runtime_;
    std::unique_ptr<EventStream> events_;
    std::unique_ptr<Answers> answers_;
    runtime::CommitListeners listeners_;
    std::unique_ptr<shell::TradingLoop> loop_;
    shell::FollowedSymbols followed_;
    std::unique_ptr<shell::HealthWatch> watch_;
    std::unique_ptr<shell::http::UserAccess> access_;
    std::unique_ptr<Door> door_;
    std::unique_ptr<shell::http::HttpServer> server_;
    asio::signal_set signals_;
    asio::steady_timer watch_timer_;
    std::unique_ptr<shell::SlowThread> slow_;
    std::string market_trouble_;
    bool stopping_ = false;
    int exit_code_ = EX_OK;
};

std::string Daemon::start_market() {
    auto made = shell::MarketSource::make(config_, exchange_, [this] {
        if (loop_) loop_->wake_from_anywhere();
    });
    if (!made) return made.error();
    market_ = std::move(made).value();
    return {};
}

std::string Daemon::start_trading() {
    const auto head = store_.reader().head();
    if (!head) return "the store cannot be read";
    exchange_.begin_term(head.value().epoch + 1);
    events_ = make_events();
    listeners_.add(events_->hub());
    listeners_.add(answers_->changes());
    runtime_ = std::make_unique<runtime::Runtime>(
        options_of(config_),
        runtime::Runtime::Ports{store_, exchange_, market_->board(), replies_, &listeners_});
    loop_ = std::make_unique<shell::TradingLoop>(
        context_, shell::TradingLoop::Parts{*runtime_, exchange_, *market_, clock_});
    if (runtime_->start(clock_.now()) != runtime::Status::Running) {
        return "the store took no record; is the disk full?";
    }
    if (runtime_->state().accounts.empty()) open_first_accounts();
    loop_->start();
    // Accounts are open and compared with the venue before the door is: the first caller finds
    // them.
    do {
        exchange_.deliver(*runtime_);
    } while (runtime_->step(clock_.now()) || exchange_.has_reports());
    loop_->wake();
    return {};
}

std::unique_ptr<EventStream> Daemon::make_events() {
    EventStream::Parts parts{.context = context_,
                             .reader = store_.reader(),
                             .market = market_->board(),
                             .owner_of = {},
                             .authenticate = {},
                             .now = [this] { return clock_.now().time; },
                             .log = log_};
    parts.owner_of = [this](const model::AccountId& id) -> std::optional<model::Owner> {
        const auto& accounts = runtime_->state().accounts;
        const auto place = accounts.find(id);
        if (place == accounts.end()) return std::nullopt;
        return place->second.account.owner;
    };
    parts.authenticate = [this](std::string_view token) {
        return opened_.token.caller_of(token, clock_.now().time);
    };
    return std::make_unique<EventStream>(config_, std::move(parts));
}

/// The first start has a paper account on each market, so that there is nothing to set up.
void Daemon::open_first_accounts() {
    const auto deposit = model::parse_amount<model::Money>(config_.text("paper.deposit"));
    CHECK(deposit.has_value());
    for (const model::Market market : {model::Market::Futures, model::Market::Spot}) {
        const std::string name(to_text(market));
        runtime_->submit({.body = model::OpenAccount{{shell::auth::operator_owner(),
                                                      model::IdempotencyKey("first-start-" + name),
                                                      "first start"},
                                                     model::AccountId(name),
                                                     market,
                                                     model::Asset("USDT"),
                                                     deposit.value()},
                          .ticket = 0,
                          .request_id = "first-start"},
                         clock_.now());
    }
}

std::string Daemon::start_door() {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(config_.text("http.address"), error);
    if (error) return "http.address: '" + config_.text("http.address") + "' is no IP address";
    shell::http::ApiOptions options;
    options.version = std::string(build_info::kVersion);
    options.metrics_public = address.is_loopback();
    shell::http::UserAccessOptions who = access_options_of(config_);
    who.users_path = (opened_.folder.path() / "users.sqlite").string();
    auto access = shell::http::UserAccess::open(
        std::move(who),
        opened_.token,
        [this](shell::auth::AuthWorker::Job job) { asio::post(context_, std::move(job)); },
        clock_.now().time);
    if (!access) return access.error();
    access_ = std::move(access).value();
    door_ = std::make_unique<Door>(shell::http::ApiContext{.options = std::move(options),
                                                           .runtime = *runtime_,
                                                           .replies = replies_,
                                                           .reader = store_.reader(),
                                                           .market = market_->board(),
                                                           .metrics = metrics_,
                                                           .log = log_,
                                                           .now = [this] { return clock_.now(); },
                                                           .wake = [this] { loop_->wake(); },
                                                           .answers = &answers_->answers()},
                                   followed_,
                                   access_->tokens(),
                                   watch_->monitor());
    access_->attach(door_->context, door_->routes, door_->api);
    shell::http::HttpServerOptions http;
    http.address = config_.text("http.address");
    http.port = static_cast<std::uint16_t>(config_.integer("http.port"));
    http.first_request_within =
        std::chrono::seconds(config_.integer("websocket.handshake_seconds"));
    server_ = std::make_unique<shell::http::HttpServer>(
        context_, http, access_->front(), &events_->server());
    events_->server().start();
    return server_->start();
}

void Daemon::start_watch() {
    const auto seconds = [&](std::string_view key) {
        return base::Duration::seconds(config_.integer(key));
    };
    shell::HealthWatch::Options options;
    options.interval = seconds("reliability.health_check_interval_seconds");
    options.market_age_max =
        base::Duration::milliseconds(config_.integer("trading.price_age_max_ms"));
    options.store_path = opened_.folder.store().string();
    options.disk_low_bytes = static_cast<std::uint64_t>(config_.integer("store.disk_low_mib"))
                             << 20U;
    options.maintenance.drain_max = seconds("maintenance.drain_max_seconds");
    options.maintenance.ramp = seconds("maintenance.ramp_seconds");
    options.maintenance.watch = seconds("maintenance.watch_seconds");
    watch_ = std::make_unique<shell::HealthWatch>(
        std::move(options),
        shell::HealthWatch::Parts{
            .runtime = *runtime_,
            .store = store_,
            .market = market_->board(),
            .log = log_,
            .now = [this] { return clock_.now(); },
            .wake = [this] { loop_->wake(); },
            .post = [this](std::function<void()> work) { asio::post(context_, std::move(work)); }});
    watch_->prober().add(operations::Dependency::Cache,
                         shell::health::look_at_cache(answers_->cache()));
    slow_ = std::make_unique<shell::SlowThread>([this] {
        opened_.store->maintain();
        watch_->write_out();
    });
}

std::string Daemon::url() const {
    return "http://" + config_.text("http.address") + ":" + std::to_string(server_->port());
}

void Daemon::greet() const {
    const std::string token_file = (opened_.folder.path() / "operator.token").string();
    std::cout << "\nBot Core " << build_info::kVersion << ": PAPER trading, "
              << config_.text("market.source") << " prices, state in "
              << opened_.folder.path().string() << "\n\n"
              << "  API      " << url() << "\n"
              << "  health   " << url() << "/health\n"
              << "  token    " << token_file;
    if (opened_.token.is_new()) std::cout << " (new: " << opened_.token.secret().reveal() << ")";
    std::cout << "\n\nA first order, and what became of it:\n\n"
              << "  curl -s -X POST " << url() << "/api/accounts/futures/orders \\\n"
              << "    -H \"Authorization: Bearer $(cat " << token_file << ")\" \\\n"
              << "    -H 'Content-Type: application/json' -H 'Idempotency-Key: my-first-order' \\\n"
              << "    -d '{\"symbol\":\"BTCUSDT\",\"side\":\"BUY\",\"type\":\"MARKET\","
              << "\"quantity\":\"0.01\"}'\n\n"
              << "  build/release/bin/botctl positions --url " << url() << " --data "
              << opened_.folder.path().string() << "\n\n"
              << std::flush;
    if (!paths_.ready_file.empty()) {
        boost::json::object ready;
        ready["port"] = server_->port();
        ready["url"] = url();
        const std::string partial = paths_.ready_file + ".part";
        std::ofstream(partial) << boost::json::serialize(ready) << "\n";
        std::filesystem::rename(partial, paths_.ready_file);
    }
}

void Daemon::watch() {
    watch_->set_websocket_connections(events_->server().connections());
    watch_->tick();
    access_->probe();
    probe_market();
    if (runtime_->status() == runtime::Status::Fenced) {
        log_.write(shell::log::Level::Fatal, "another writer has the journal; this one ends");
        exit_code_ = EX_TEMPFAIL;
        begin_stop();
        return;
    }
    watch_timer_.expires_after(kWatchEvery);
    watch_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) watch();
    });
}

/// Tells of the market source's failure once, and of its return.
void Daemon::probe_market() {
    const std::string trouble = market_->trouble();
    if (trouble == market_trouble_) return;
    const bool lost = !trouble.empty();
    log_.tell(lost ? shell::log::Happening::ConnectionLost : shell::log::Happening::Reconnected,
              lost ? "the market source failed" : "the market source is back",
              {{"operation", "market"}, {"cause", lost ? trouble : market_trouble_}});
    events_->hub().publish(protocol::connection_error(
        {.peer = "market_data", .message = lost ? trouble : market_trouble_, .recovered = !lost},
        clock_.now().time));
    market_trouble_ = trouble;
}

void Daemon::begin_stop() {
    if (std::exchange(stopping_, true)) return;
    log_.write(shell::log::Level::Info, "stopping: no new requests, open ones get their answers");
    signals_.cancel();
    watch_timer_.cancel();
    door_->health.begin_drain();
    server_->stop(kDrainWithin, [this] {
        events_->server().stop([this] {
            loop_->stop();
            log_.tell(shell::log::Happening::ServiceStopped, "stopped");
            context_.stop();
        });
    });
}

int Daemon::run() {
    if (const auto trouble = start_market(); !trouble.empty()) return failed(EX_CONFIG, trouble);
    auto answers = Answers::make(config_, context_, random_incarnation());
    if (!answers) return failed(EX_CONFIG, answers.error());
    answers_ = std::move(answers).value();
    if (const auto trouble = start_trading(); !trouble.empty()) return failed(EX_IOERR, trouble);
    start_watch();
    if (const auto trouble = start_door(); !trouble.empty()) {
        loop_->stop();
        return failed(EX_UNAVAILABLE, trouble);
    }
    signals_.async_wait([this](const boost::system::error_code& error, int) {
        if (!error) begin_stop();
    });
    watch();
    greet();
    log_.tell(shell::log::Happening::ServiceStarted,
              "started",
              {{"sequence", static_cast<std::int64_t>(runtime_->head().sequence)},
               {"epoch", static_cast<std::int64_t>(runtime_->head().epoch)}});
    if (!followed_.trouble().empty()) {
        log_.write(shell::log::Level::Warn,
                   "the choice of symbols is lost",
                   {{"cause", followed_.trouble()}});
    }
    loop_->run();
    const bool ended = watch_->stop();
    slow_.reset();
    watch_->write_out();
    if (!ended) {
        // A look hangs in the store or on the disk, and what it uses must not go away under it.
        log_.write(shell::log::Level::Error, "a look at the store or the disk still hangs");
        std::_Exit(exit_code_);
    }
    return exit_code_;
}

}  // namespace

int run_daemon(const shell::Config& config, const DaemonPaths& paths) {
    auto folder = shell::DataFolder::open(paths.data);
    if (!folder) return failed(EX_TEMPFAIL, folder.error());
    auto token = shell::auth::OperatorToken::load_or_create(folder.value().path());
    if (!token) return failed(EX_NOPERM, token.error().text);
    shell::sqlite::SqliteOptions options;
    options.path = folder.value().store().string();
    options.reserve_bytes = static_cast<std::uint64_t>(config.integer("store.reserve_mib")) << 20U;
    auto store = shell::sqlite::SqliteStore::open(std::move(options));
    if (!store) {
        const bool damaged = store.error().kind != shell::sqlite::OpenError::Kind::CannotOpen;
        return failed(damaged ? EX_DATAERR : EX_IOERR,
                      "cannot open the store: " + store.error().text());
    }
    Daemon daemon(config,
                  paths,
                  {std::move(folder).value(), std::move(token).value(), std::move(store).value()});
    return daemon.run();
}

}  // namespace botcore::apps
