#pragma once

/// Turns the runtime on an event loop. A turn comes when everything that is ready on the sockets
/// has been handled, so that all requests and facts that wait are committed together (group
/// commit); timers wake it when something is due.
///
/// Threads: the thread that runs the io_context; `wake_from_anywhere` from any.

#include "runtime/runtime.hpp"
#include "shell/daemon/market_source.hpp"
#include "shell/daemon/system_clock.hpp"
#include "shell/paper/paper_exchange.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace botcore::shell {

class TradingLoop {
public:
    /// Everything outlives the loop.
    struct Parts {
        runtime::Runtime& runtime;
        PaperExchange& exchange;
        MarketSource& market;
        SystemClock& clock;
    };

    TradingLoop(boost::asio::io_context& context, Parts parts);
    ~TradingLoop();
    TradingLoop(const TradingLoop&) = delete;
    TradingLoop& operator=(const TradingLoop&) = delete;

    /// Begins to poll the market.
    void start();

    /// Runs the event loop until the context is stopped. Handlers that are ready go before a turn
    /// that is due, up to a bound.
    void run();

    /// A turn is due.
    void wake();

    /// The same from another thread, for a market that has something to tell.
    void wake_from_anywhere();

    /// Runs `work` after the next turn, so that what takes long can be done in parts.
    void after_turn(std::function<void()> work);

    /// Runs `work` on the loop after so much time.
    void after(base::Duration wait, std::function<void()> work);

    /// No further turns.
    void stop();

    /// Turns so far; while it grows, the loop lives.
    [[nodiscard]] std::uint64_t turns() const { return turns_; }

    /// How long turns that are due have to wait, as a moving average; or the one that waits now, if
    /// it does so for more than a second.
    [[nodiscard]] base::Duration lag() const;

private:
    struct Timers;

    void turn();
    void arm(runtime::Now now);
    void poll_market();

    boost::asio::io_context& context_;
    Parts parts_;
    std::unique_ptr<Timers> timers_;
    std::uint64_t turns_ = 0;
    bool turn_due_ = false;
    std::chrono::steady_clock::time_point due_since_;
    base::Duration lag_;
    std::vector<std::function<void()>> after_turn_;  ///< At most one an open request.
    bool stopped_ = false;
};

}  // namespace botcore::shell
