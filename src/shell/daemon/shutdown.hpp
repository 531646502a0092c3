#pragma once

/// The orderly end in seven steps. Each is logged with its number when it is done:
///
///   1 unready ──delay──> 2 listener closed ──> 3 requests answered, entries canceled
///     ──> 4 WebSockets closed ──> 5 logs flushed ──> 6 store closed ──> 7 exit
///
/// T1  The steps come in this order, each once; the first cause wins.
/// T2  Steps 1 to 4 have bounds, so the end comes whatever callers do. Orders that protect a
///     position are never canceled.
/// T3  From the first step on a second signal ends the process at once, with the signal's status,
///     unless it comes right after the first (`end_at_second_signal`).
///
/// Threads: the thread that runs the io_context.

#include "shell/log/log.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace botcore::shell {

struct ShutdownOptions {
    /// Between "unready" and the closed listener: balancers look every few seconds only.
    std::chrono::milliseconds delay{0};
    /// For open requests and the cancels of entries together.
    std::chrono::milliseconds drain_within = std::chrono::seconds(30);
    /// For the CLOSE frames.
    std::chrono::milliseconds websockets_within = std::chrono::seconds(2);
    std::chrono::milliseconds look_every{20};
};

class Shutdown {
public:
    /// What the steps do. A hook that is empty has nothing to do.
    struct Hooks {
        /// Step 1: readiness and health say 503 from now on; answers end their connections.
        std::function<void()> turn_unready;
        /// Step 2: no further connections; idle ones are closed.
        std::function<void()> close_listener;
        /// Step 3: asks for the cancels of resting entries.
        std::function<void()> cancel_entries;
        /// Step 3: how many requests, and cancels of entries, have no answer yet.
        std::function<std::size_t()> requests_open;
        std::function<std::size_t()> entries_open;
        /// Step 4: sends the CLOSE frames; then how many WebSockets are still open.
        std::function<void()> close_websockets;
        std::function<std::size_t()> websockets_open;
        /// After step 4: ends the event loop, so that `finish` can be called outside of it.
        std::function<void()> end_loop;
    };

    /// What remains when the loop has ended: steps 5 and 6.
    struct Rest {
        std::function<void()> flush_logs;
        std::function<void()> close_store;
    };

    /// The context and the log outlive it.
    Shutdown(boost::asio::io_context& context, log::Log& log, ShutdownOptions options, Hooks hooks);
    ~Shutdown();
    Shutdown(const Shutdown&) = delete;
    Shutdown& operator=(const Shutdown&) = delete;

    /// Begins with step 1 and leads to `end_loop`. Later calls do nothing.
    void begin(std::string_view cause);

    /// For an end that has not begun.
    void set_options(ShutdownOptions options) { options_ = options; }

    /// Steps 5 to 7; answers `exit_code`.
    int finish(const Rest& rest, int exit_code);

    [[nodiscard]] bool has_begun() const { return step_ > 0; }

    /// Requests that the end still waits for; 0 while nothing ends.
    [[nodiscard]] std::size_t waits_for() const;

private:
    struct Timer;

    void close_door();
    void drain();
    void close_sockets();
    void await_sockets();
    void after(std::chrono::milliseconds pause, void (Shutdown::*next)());
    void done(std::string_view what, std::size_t left = 0);

    log::Log& log_;
    ShutdownOptions options_;
    Hooks hooks_;
    std::unique_ptr<Timer> timer_;
    std::chrono::steady_clock::time_point deadline_;
    int step_ = 0;
};

}  // namespace botcore::shell
