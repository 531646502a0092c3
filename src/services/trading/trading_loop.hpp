#pragma once

/// Steps the runtime on an event loop. A turn runs when everything that is ready on the sockets has
/// been handled, so that all waiting requests and exchange facts are committed together (group
/// commit). Timers wake it when something is due.
///
/// Threads: the thread that runs the io_context; `wake_from_anywhere` from any.

#include "host/system_clock.hpp"
#include "ports/exchange.hpp"
#include "ports/market_source.hpp"
#include "runtime/runtime.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace botcore::trading {

class TradingLoop {
public:
    /// All references must outlive the loop.
    struct Parts {
        runtime::Runtime& runtime;
        ports::Exchange& exchange;
        ports::MarketSource& market;
        host::SystemClock& clock;
    };

    TradingLoop(boost::asio::io_context& context, Parts parts);
    ~TradingLoop();
    TradingLoop(const TradingLoop&) = delete;
    TradingLoop& operator=(const TradingLoop&) = delete;

    /// Starts polling the market.
    void start();

    /// Runs the event loop until the context is stopped. Ready handlers run before a turn that is
    /// due, up to a bound.
    void run();

    /// Schedules a turn.
    void wake();

    /// Like `wake`, but any thread may call it: for a market with new events.
    void wake_from_anywhere();

    /// Runs `work` at once, or after the commit that is in progress: work that reads the runtime's
    /// state.
    void when_durable(std::function<void()> work);

    /// Runs `work` after the next turn, so that long work can be done in parts. It may read the
    /// runtime's state.
    void after_turn(std::function<void()> work);

    /// Runs `work` on the loop thread after `wait`. It may read the runtime's state.
    void after(base::Duration wait, std::function<void()> work);

    /// No further turns run.
    void stop();

    /// The number of turns so far; while it grows, the loop is alive.
    [[nodiscard]] std::uint64_t turns() const { return turns_; }

    /// How long due turns wait before they begin, as a moving average; or the wait of the current
    /// turn if it exceeds a second.
    [[nodiscard]] base::Duration lag() const;

private:
    struct Timers;

    void turn();
    void arm(model::Now now);
    void poll_market();

    boost::asio::io_context& context_;
    Parts parts_;
    std::unique_ptr<Timers> timers_;
    std::uint64_t turns_ = 0;
    bool turn_due_ = false;
    std::chrono::steady_clock::time_point due_since_;
    base::Duration lag_;
    std::vector<std::function<void()>> after_turn_;    ///< At most one for each open request.
    std::vector<std::function<void()>> after_commit_;  ///< The same; see `when_durable`.
    bool stopped_ = false;
};

}  // namespace botcore::trading
