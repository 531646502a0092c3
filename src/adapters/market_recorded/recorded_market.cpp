#include "adapters/market_recorded/recorded_market.hpp"

#include "base/check.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace botcore::market_recorded {

namespace {

constexpr std::chrono::milliseconds kBatchAgeMax{1};

using Clock = std::chrono::steady_clock;

}  // namespace

RecordedMarket::RecordedMarket(RecordedMarketOptions options, std::function<void()> wake)
    : options_(std::move(options)),
      wake_(wake),
      replay_(options_.files, options_.at_end),
      instruments_(replay_.instruments()),
      first_time_(replay_.next_time().value_or(base::Timestamp{})),
      queue_(options_.batches_max, std::move(wake)) {
    CHECK(options_.batch_events > 0);
}

RecordedMarket::~RecordedMarket() {
    stop();
}

void RecordedMarket::start(Wall wall) {
    CHECK(!clock_.has_value());
    clock_.emplace(options_.speed, wall, first_time_);
    publish(RecordedMarketState::Running, {});
    thread_ = std::jthread([this, clock = *clock_](const std::stop_token& stop) {
        (void)pthread_setname_np(pthread_self(), "market");
        run(stop, clock);
    });
}

void RecordedMarket::stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
}

std::size_t RecordedMarket::drain(Wall wall,
                                  std::size_t batches,
                                  const MarketEventQueue::Take& take) {
    return queue_.drain(batches, [&](std::span<const protocol::MarketEvent> events) {
        if (clock_ && !events.empty()) clock_->delivered(events.back().time, wall);
        take(events);
    });
}

base::Timestamp RecordedMarket::source_now(Wall wall) {
    return clock_ ? clock_->now(wall) : first_time_;
}

RecordedMarketStatus RecordedMarket::status() const {
    const std::lock_guard lock(status_mutex_);
    return status_;
}

void RecordedMarket::run(const std::stop_token& stop, const PlaybackClock& clock) {
    try {
        play(stop, clock);
        publish(RecordedMarketState::Ended, {});
    } catch (const std::exception& error) {
        publish(RecordedMarketState::Failed, error.what());
    }
    wake_();
}

void RecordedMarket::play(const std::stop_token& stop, const PlaybackClock& clock) {
    MarketEventQueue::Batch batch;
    Wall batch_deadline;
    while (!stop.stop_requested()) {
        const auto time = replay_.next_time();
        if (!time) break;
        const Wall now = Clock::now();
        const Wall due = clock.due(*time);
        if (!batch.empty()) {
            const bool full = batch.size() >= options_.batch_events || now >= batch_deadline;
            if ((full || due > batch_deadline) && !hand_over(batch, stop)) return;
        }
        if (due > now) {
            wait_until(due, stop);
            continue;
        }
        if (batch.empty()) batch_deadline = now + kBatchAgeMax;
        replay_.step(batch);
    }
    if (!batch.empty()) (void)hand_over(batch, stop);
}

bool RecordedMarket::hand_over(MarketEventQueue::Batch& batch, const std::stop_token& stop) {
    if (!queue_.push(batch, stop)) return false;
    publish(RecordedMarketState::Running, {});
    return true;
}

void RecordedMarket::wait_until(Wall wall, const std::stop_token& stop) {
    std::unique_lock lock(idle_mutex_);
    (void)idle_.wait_until(lock, stop, wall, [] { return false; });
}

void RecordedMarket::publish(RecordedMarketState state, std::string failure) {
    const std::lock_guard lock(status_mutex_);
    status_.state = state;
    status_.counts = replay_.counts();
    status_.failure = std::move(failure);
}

}  // namespace botcore::market_recorded
