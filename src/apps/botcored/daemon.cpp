#include "apps/botcored/daemon.hpp"

#include "base/check.hpp"
#include "build_info.hpp"
#include "shell/auth/operator_token.hpp"
#include "shell/daemon/data_folder.hpp"
#include "shell/daemon/slow_thread.hpp"
#include "shell/daemon/trading_loop.hpp"
#include "shell/http/api.hpp"
#include "shell/http/health_door.hpp"
#include "shell/http/http_server.hpp"
#include "shell/http/market_door.hpp"
#include "shell/http/trading_door.hpp"
#include "shell/http/user_access.hpp"
#include "shell/log/redact.hpp"
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

constexpr std::chrono::seconds kProbeEvery(1);
constexpr std::chrono::seconds kDrainWithin(30);

int failed(int code, const std::string& text) {
    std::cerr << "botcored: " << shell::log::redact(text) << "\n";
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

/// The API with all its groups of routes.
struct Door {
    Door(shell::http::ApiContext shared, const shell::auth::TokenVerifier& tokens)
        : context(std::move(shared)),
          api(context, routes, tokens) {
        trading.add_to(routes);
        market.add_to(routes);
        health.add_to(routes);
    }

    shell::http::ApiContext context;
    shell::http::TradingDoor trading{context};
    shell::http::MarketDoor market{context};
    shell::http::HealthDoor health{context};
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
          store_(*opened_.store, metrics_),
          exchange_([this] { return clock_.now().time; }),
          signals_(context_, SIGTERM, SIGINT),
          probe_timer_(context_),
          slow_([this] { opened_.store->maintain(); }) {}

    int run();

private:
    [[nodiscard]] std::string start_market();
    [[nodiscard]] std::string start_trading();
    [[nodiscard]] std::string start_door();
    void open_first_accounts();
    void greet() const;
    void probe();
    void begin_stop();
    [[nodiscard]] std::string url() const;

    const shell::Config& config_;
    DaemonPaths paths_;
    Opened opened_;
    asio::io_context context_{1};
    shell::SystemClock clock_;
    shell::log::Log log_{"botcored"};
    shell::metrics::Metrics metrics_;
    shell::metrics::MeasuredStore store_;
    shell::PaperExchange exchange_;
    shell::http::ReplyDesk replies_;
    std::unique_ptr<shell::MarketSource> market_;
    std::unique_ptr<runtime::Runtime> runtime_;
    std::unique_ptr<shell::TradingLoop> loop_;
    std::unique_ptr<shell::http::UserAccess> access_;
    std::unique_ptr<Door> door_;
    std::unique_ptr<shell::http::HttpServer> server_;
    asio::signal_set signals_;
    asio::steady_timer probe_timer_;
    shell::SlowThread slow_;
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
    runtime_ = std::make_unique<runtime::Runtime>(
        options_of(config_),
        runtime::Runtime::Ports{store_, exchange_, market_->board(), replies_});
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
    options.market_age_max =
        model::Duration::milliseconds(config_.integer("trading.price_age_max_ms"));
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
                                                           .wake = [this] { loop_->wake(); }},
                                   access_->tokens());
    access_->attach(door_->context, door_->routes, door_->api);
    shell::http::HttpServerOptions http;
    http.address = config_.text("http.address");
    http.port = static_cast<std::uint16_t>(config_.integer("http.port"));
    server_ = std::make_unique<shell::http::HttpServer>(context_, http, access_->front());
    return server_->start();
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

void Daemon::probe() {
    door_->health.probe();
    access_->probe();
    if (const std::string trouble = market_->trouble(); !trouble.empty()) {
        log_.write(shell::log::Level::Error, "the market source failed", {{"cause", trouble}});
    }
    if (runtime_->status() == runtime::Status::Fenced) {
        log_.write(shell::log::Level::Fatal, "another writer has the journal; this one ends");
        exit_code_ = EX_TEMPFAIL;
        begin_stop();
        return;
    }
    probe_timer_.expires_after(kProbeEvery);
    probe_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) probe();
    });
}

void Daemon::begin_stop() {
    if (std::exchange(stopping_, true)) return;
    log_.write(shell::log::Level::Info, "stopping: no new requests, open ones get their answers");
    signals_.cancel();
    probe_timer_.cancel();
    server_->stop(kDrainWithin, [this] {
        loop_->stop();
        log_.write(shell::log::Level::Info, "stopped");
        context_.stop();
    });
}

int Daemon::run() {
    if (const auto trouble = start_market(); !trouble.empty()) return failed(EX_CONFIG, trouble);
    if (const auto trouble = start_trading(); !trouble.empty()) return failed(EX_IOERR, trouble);
    if (const auto trouble = start_door(); !trouble.empty()) {
        loop_->stop();
        return failed(EX_UNAVAILABLE, trouble);
    }
    signals_.async_wait([this](const boost::system::error_code& error, int) {
        if (!error) begin_stop();
    });
    greet();
    log_.write(shell::log::Level::Info,
               "started",
               {{"version", build_info::kVersion},
                {"sequence", static_cast<std::int64_t>(runtime_->head().sequence)},
                {"epoch", static_cast<std::int64_t>(runtime_->head().epoch)}});
    probe();
    loop_->run();
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
