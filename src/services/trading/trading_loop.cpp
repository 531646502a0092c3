#include "services/trading/trading_loop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace botcore::trading {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds kMarketEvery(100);

/// How many ready handlers run before a turn that is due.
constexpr std::size_t kHandlersPerTurnMax = 4'096;

/// From this time on, a waiting turn is included in the lag before it has begun.
const base::Duration kStuckAfter = base::Duration::seconds(1);

base::Duration since(std::chrono::steady_clock::time_point moment) {
    return base::Duration::microseconds(std::chrono::duration_cast<std::chrono::microseconds>(
                                            std::chrono::steady_clock::now() - moment)
                                            .count());
}

}  // namespace

struct TradingLoop::Timers {
    explicit Timers(asio::io_context& context) : due(context), market(context) {}

    asio::steady_timer due;
    asio::steady_timer market;
};

TradingLoop::TradingLoop(asio::io_context& context, Parts parts)
    : context_(context),
      parts_(parts),
      timers_(std::make_unique<Timers>(context)) {
}

TradingLoop::~TradingLoop() = default;

void TradingLoop::start() {
    parts_.market.start(parts_.clock.now().monotonic);
    poll_market();
}

void TradingLoop::stop() {
    stopped_ = true;
    timers_->due.cancel();
    timers_->market.cancel();
    parts_.market.stop();
}

void TradingLoop::wake() {
    if (!turn_due_) due_since_ = std::chrono::steady_clock::now();
    turn_due_ = true;
}

void TradingLoop::run() {
    // Ready handlers run before a turn. A connection needs several steps from a response to its
    // next request, and a commit between two of these steps would make each batch hold the requests
    // of only a few connections. The bound keeps a constant flood of requests from delaying the
    // orders without limit.
    due_since_ = std::chrono::steady_clock::now();  // The time before the start is not lag.
    while (!context_.stopped()) {
        if (!turn_due_) {
            (void)context_.run_one();
            continue;
        }
        std::size_t handled = 0;
        while (handled < kHandlersPerTurnMax && context_.poll_one() == 1)
            ++handled;
        turn();
    }
}

void TradingLoop::wake_from_anywhere() {
    asio::post(context_, [this] { wake(); });
}

void TradingLoop::when_durable(std::function<void()> work) {
    if (!parts_.runtime.is_committing()) return work();
    after_commit_.push_back(std::move(work));
}

void TradingLoop::after_turn(std::function<void()> work) {
    after_turn_.push_back(std::move(work));
    wake();
}

void TradingLoop::after(base::Duration wait, std::function<void()> work) {
    auto timer = std::make_shared<asio::steady_timer>(
        context_, std::chrono::microseconds(wait.in_microseconds()));
    timer->async_wait([this, timer, work = std::move(work)](const auto& error) {
        if (!error) when_durable(work);
    });
}

base::Duration TradingLoop::lag() const {
    const base::Duration waiting = turn_due_ ? since(due_since_) : base::Duration();
    return waiting >= kStuckAfter ? waiting : lag_;
}

void TradingLoop::turn() {
    // Smoothed with weight 1/8, so that one long wait does not look like overload.
    const std::int64_t waited = since(due_since_).in_microseconds();
    lag_ = base::Duration::microseconds((lag_.in_microseconds() * 7 + waited) / 8);
    turn_due_ = false;
    for (auto& work : std::exchange(after_turn_, {}))
        asio::post(context_, [this, work = std::move(work)] { when_durable(work); });
    if (stopped_) return;
    ++turns_;
    const model::Now now = parts_.clock.now();
    // A market in this process uses a clock that never steps, so that its prices do not stop when
    // the machine's clock is set back.
    bool more = parts_.market.poll(now.monotonic);
    parts_.exchange.deliver(parts_.runtime);
    more |= parts_.runtime.step(now);
    if (!parts_.runtime.is_committing()) {
        for (const auto& work : std::exchange(after_commit_, {}))
            work();
    }
    // The paper venue replies at once to what the step sent; the next turn commits its reports.
    more |= parts_.exchange.has_reports();
    if (more) {
        wake();
    } else {
        arm(now);
    }
}

void TradingLoop::arm(model::Now now) {
    const auto wait = parts_.runtime.wake_after(now);
    if (!wait) {
        timers_->due.cancel();
        return;
    }
    timers_->due.expires_after(std::chrono::microseconds(wait->in_microseconds()) +
                               std::chrono::milliseconds(1));
    timers_->due.async_wait([this](const boost::system::error_code& error) {
        if (!error) wake();
    });
}

void TradingLoop::poll_market() {
    timers_->market.expires_after(kMarketEvery);
    timers_->market.async_wait([this](const boost::system::error_code& error) {
        if (error || stopped_) return;
        wake();
        poll_market();
    });
}

}  // namespace botcore::trading
