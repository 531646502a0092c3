#pragma once

/// The orderly shutdown in seven steps. Each step is logged with its number when it is done:
///
///   1 unready ──delay──> 2 listener closed ──> 3 requests answered, entries canceled
///     ──> 4 WebSockets closed ──> 5 logs flushed ──> 6 store closed ──> 7 exit
///
/// T1  The steps run in this order, each once; the first cause counts.
/// T2  Steps 1 to 4 have time limits, so the shutdown completes whatever callers do. Orders that
///     protect a position are never canceled.
/// T3  From the first step on, a second signal ends the process at once with the signal's exit
///     status, unless it follows the first one shortly (`end_at_second_signal`).
///
/// Threads: the thread that runs the io_context.

#include "observability/log.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace botcore::host {

struct ShutdownOptions {
    /// The time between steps 1 and 2: load balancers probe only every few seconds.
    std::chrono::milliseconds delay{0};
    /// The limit of step 3, for the open requests and the cancels of entries together.
    std::chrono::milliseconds drain_within = std::chrono::seconds(30);
    /// The limit of step 4, for the closing handshakes (CLOSE frames).
    std::chrono::milliseconds websockets_within = std::chrono::seconds(2);
    std::chrono::milliseconds look_every{20};
};

class Shutdown {
public:
    /// What the steps do. An empty hook is skipped.
    struct Hooks {
        /// Step 1: readiness and health respond 503 from now on, and responses close their
        /// connections.
        std::function<void()> turn_unready;
        /// Step 2: accepts no further connections and closes idle ones.
        std::function<void()> close_listener;
        /// Step 3: requests the cancels of resting entries.
        std::function<void()> cancel_entries;
        /// Step 3: the number of requests, and of cancels of entries, that are still open.
        std::function<std::size_t()> requests_open;
        std::function<std::size_t()> entries_open;
        /// Step 4: sends the CLOSE frames, then counts the WebSockets that are still open.
        std::function<void()> close_websockets;
        std::function<std::size_t()> websockets_open;
        /// After step 4: stops the event loop, so that `finish` can be called outside it.
        std::function<void()> end_loop;
    };

    /// The work left after the event loop has stopped: steps 5 and 6.
    struct Rest {
        std::function<void()> flush_logs;
        std::function<void()> close_store;
    };

    /// The context and the log must outlive this object.
    Shutdown(boost::asio::io_context& context,
             observability::Log& log,
             ShutdownOptions options,
             Hooks hooks);
    ~Shutdown();
    Shutdown(const Shutdown&) = delete;
    Shutdown& operator=(const Shutdown&) = delete;

    /// Starts with step 1; the last action is `end_loop`. Later calls do nothing.
    void begin(std::string_view cause);

    /// Replaces the options of a shutdown that has not begun.
    void set_options(ShutdownOptions options) { options_ = options; }

    /// Runs steps 5 to 7 and returns `exit_code`.
    int finish(const Rest& rest, int exit_code);

    [[nodiscard]] bool has_begun() const { return step_ > 0; }

    /// The number of requests that the shutdown still waits for; 0 before it begins.
    [[nodiscard]] std::size_t waits_for() const;

private:
    struct Timer;

    void close_listener();
    void drain();
    void close_sockets();
    void await_sockets();
    void after(std::chrono::milliseconds pause, void (Shutdown::*next)());
    void done(std::string_view what, std::size_t left = 0);

    observability::Log& log_;
    ShutdownOptions options_;
    Hooks hooks_;
    std::unique_ptr<Timer> timer_;
    std::chrono::steady_clock::time_point deadline_;
    int step_ = 0;
};

}  // namespace botcore::host
