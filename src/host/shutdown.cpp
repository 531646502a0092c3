#include "host/shutdown.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <utility>

namespace botcore::host {

namespace {

using SteadyClock = std::chrono::steady_clock;

void call(const std::function<void()>& hook) {
    if (hook) hook();
}

std::size_t count(const std::function<std::size_t()>& hook) {
    return hook ? hook() : 0;
}

}  // namespace

struct Shutdown::Timer {
    explicit Timer(boost::asio::io_context& context) : timer(context) {}

    boost::asio::steady_timer timer;
};

Shutdown::Shutdown(boost::asio::io_context& context,
                   observability::Log& log,
                   ShutdownOptions options,
                   Hooks hooks)
    : log_(log),
      options_(options),
      hooks_(std::move(hooks)),
      timer_(std::make_unique<Timer>(context)) {
}

Shutdown::~Shutdown() = default;

void Shutdown::after(std::chrono::milliseconds pause, void (Shutdown::*next)()) {
    timer_->timer.expires_after(pause);
    timer_->timer.async_wait([this, next](const boost::system::error_code& error) {
        if (!error) (this->*next)();
    });
}

void Shutdown::done(std::string_view what, std::size_t left) {
    ++step_;
    log_.write(left == 0 ? observability::Level::Info : observability::Level::Warn,
               what,
               {{"operation", "shutdown"},
                {"step", std::int64_t{step_}},
                {"left", static_cast<std::int64_t>(left)}});
}

std::size_t Shutdown::waits_for() const {
    return has_begun() ? count(hooks_.requests_open) : 0;
}

void Shutdown::begin(std::string_view cause) {
    if (has_begun()) return;  // T1
    log_.write(
        observability::Level::Info, "shutting down", {{"operation", "shutdown"}, {"cause", cause}});
    call(hooks_.turn_unready);
    done("no longer ready");
    if (options_.delay.count() == 0) return close_listener();
    after(options_.delay, &Shutdown::close_listener);
}

void Shutdown::close_listener() {
    call(hooks_.close_listener);
    done("listener closed");
    deadline_ = SteadyClock::now() + options_.drain_within;
    call(hooks_.cancel_entries);
    drain();
}

void Shutdown::drain() {
    const std::size_t left = count(hooks_.requests_open) + count(hooks_.entries_open);
    if (left > 0 && SteadyClock::now() < deadline_) {
        return after(options_.look_every, &Shutdown::drain);
    }
    done(left == 0 ? "open requests completed" : "open requests abandoned after the time limit",
         left);
    close_sockets();
}

void Shutdown::close_sockets() {
    call(hooks_.close_websockets);
    deadline_ = SteadyClock::now() + options_.websockets_within;
    await_sockets();
}

void Shutdown::await_sockets() {
    const std::size_t left = count(hooks_.websockets_open);
    if (left > 0 && SteadyClock::now() < deadline_) {
        return after(options_.look_every, &Shutdown::await_sockets);
    }
    done("WebSockets closed", left);
    call(hooks_.end_loop);
}

int Shutdown::finish(const Rest& rest, int exit_code) {
    call(rest.flush_logs);
    done("logs flushed");
    call(rest.close_store);
    done("store closed");
    ++step_;
    log_.event(observability::LogEvent::ServiceStopped,
               "exit",
               {{"operation", "shutdown"},
                {"step", std::int64_t{step_}},
                {"status", std::int64_t{exit_code}}});
    call(rest.flush_logs);
    return exit_code;
}

}  // namespace botcore::host
