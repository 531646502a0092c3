#pragma once

/// Turns the runtime on an event loop: requests and facts that arrive while the loop is busy are
/// applied and committed together (group commit), and timers wake it when something is due.
///
/// Threads: the thread that runs the io_context; `wake_from_anywhere` from any.

#include "runtime/runtime.hpp"
#include "shell/daemon/market_source.hpp"
#include "shell/daemon/system_clock.hpp"
#include "shell/paper/paper_exchange.hpp"

#include <functional>
#include <memory>

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

    /// A turn is due: it comes after everything that the loop has to do already.
    void wake();

    /// The same from another thread, for a market that has something to tell.
    void wake_from_anywhere();

    /// No further turns.
    void stop();

private:
    struct Timers;

    void turn();
    void arm(base::Timestamp now);
    void poll_market();

    boost::asio::io_context& context_;
    Parts parts_;
    std::unique_ptr<Timers> timers_;
    bool turn_posted_ = false;
    bool stopped_ = false;
};

}  // namespace botcore::shell
