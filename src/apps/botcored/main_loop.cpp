#include "apps/botcored/main_loop.hpp"

#include "host/repeated_signal.hpp"
#include "services/trading/entry_orders.hpp"

#include <sysexits.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <utility>

namespace botcore::apps {

namespace {

constexpr std::chrono::milliseconds kWatchEvery(250);
/// Signals within this time count as one: supervisor, container and terminal may each send one.
constexpr std::chrono::seconds kSameRequest(1);

}  // namespace

MainLoop::MainLoop(Parts parts)
    : parts_(std::move(parts)),
      process_(parts_.process),
      reload_({parts_.hangup,
               process_.log,
               process_.config,
               parts_.read_config,
               [this] { return parts_.api.server().reload_tls(); },
               [this] {
                   parts_.api.apply_rate_limits();
                   shutdown_.set_options(shutdown_options(process_.config));
               }}),
      watch_timer_(process_.context),
      alive_timer_(process_.context),
      manager_(environment("NOTIFY_SOCKET"), environment("WATCHDOG_USEC")),
      shutdown_(
          process_.context, process_.log, shutdown_options(process_.config), shutdown_hooks()) {
}

int MainLoop::run(const std::function<void()>& greet) {
    await_signal();
    reload_.start();
    watch();
    greet();
    process_.log.release();
    manager_.ready();
    report_alive();
    const auto head = parts_.trading.runtime().head();
    process_.log.event(observability::LogEvent::ServiceStarted,
                       "started",
                       {{"sequence", static_cast<std::int64_t>(head.sequence)},
                        {"epoch", static_cast<std::int64_t>(head.epoch)}});
    parts_.trading.loop().run();
    return shutdown_.finish({.flush_logs = [this] { (void)process_.log.flush(); },
                             .close_store = [this] { close_services(); }},
                            exit_code_);
}

void MainLoop::watch() {
    process_.metrics.set("shutdown_inflight", static_cast<double>(shutdown_.waits_for()));
    parts_.services.tick(process_.clock.now());
    if (parts_.trading.runtime().status() == runtime::Status::Fenced) {
        process_.log.write(observability::Level::Fatal,
                           "another writer has the journal; this one ends");
        exit_code_ = EX_TEMPFAIL;
        begin_stop("another writer");
        return;
    }
    watch_timer_.expires_after(kWatchEvery);
    watch_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) watch();
    });
}

void MainLoop::await_signal() {
    parts_.stop_signals.async_wait([this](const boost::system::error_code& error, int number) {
        if (!error) begin_stop(number == SIGINT ? "SIGINT" : "SIGTERM");
    });
}

/// Reports to the watchdog if the loop turned since the last call or the standby runner is active.
void MainLoop::report_alive() {
    const auto every = manager_.alive_every();
    if (!every) return;
    const std::uint64_t turns = parts_.trading.loop().turns();
    const bool turned = std::exchange(turns_seen_, turns) != turns;
    // A restart would not repair a hanging disk, and the standby runner serves requests meanwhile.
    if (turned || process_.standby.is_active()) manager_.alive();
    alive_timer_.expires_after(*every);
    alive_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) report_alive();
    });
}

host::Shutdown::Hooks MainLoop::shutdown_hooks() {
    ApiService& api = parts_.api;
    TradingService& trading = parts_.trading;
    host::Shutdown::Hooks hooks;
    hooks.turn_unready = [this, &api] {
        api.turn_unready();
        manager_.stopping();
    };
    hooks.close_listener = [this, &api] {
        watch_timer_.cancel();
        reload_.stop();
        const std::chrono::seconds within(process_.config.integer("shutdown.drain_within_seconds"));
        api.server().stop(within, [] {});
    };
    hooks.requests_open = [&api] { return api.server().requests_open(); };
    // Evaluated during the shutdown, since the key may change while the daemon runs.
    const auto cancels = [this, &trading] {
        return process_.config.is_on("shutdown.cancel_entries") &&
               trading.runtime().status() == runtime::Status::Running;
    };
    hooks.cancel_entries = [this, &trading, cancels] {
        trading.loop().when_durable([this, &trading, cancels] {
            if (!cancels()) return;
            (void)trading::cancel_entries(trading.runtime(), process_.clock.now());
            trading.loop().wake();
        });
    };
    hooks.entries_open = [&trading, cancels] {
        if (!cancels()) return std::size_t{0};
        // While a commit is in progress, at least its outcome is awaited.
        if (trading.runtime().is_committing()) return std::size_t{1};
        return trading::count_entries(trading.runtime().state());
    };
    hooks.close_websockets = [&api] { api.websocket().stop([] {}); };
    hooks.websockets_open = [&api] { return api.websocket().connections(); };
    hooks.end_loop = [this, &trading] {
        trading.loop().stop();
        process_.context.stop();
    };
    return hooks;
}

void MainLoop::begin_stop(std::string_view cause) {
    host::end_at_second_signal(kSameRequest);
    shutdown_.begin(cause);
}

void MainLoop::close_services() {
    alive_timer_.cancel();
    if (!parts_.services.stop()) {
        // A probe of the store or the disk hangs, so the objects it uses must not be destroyed.
        process_.log.write(observability::Level::Error,
                           "a probe of the store or the disk still hangs");
        (void)process_.log.flush();
        std::_Exit(exit_code_);
    }
    parts_.services.clear();
}

}  // namespace botcore::apps
