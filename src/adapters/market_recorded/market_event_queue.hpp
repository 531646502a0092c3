#pragma once

/// Passes batches of market events from the market thread to the loop.
///
/// Q1  At most `batches_max` batches wait. When the queue is full, the producer waits: a playback
///     may be late, but it must not lose an event, because a lost event corrupts its books.
/// Q2  Batches arrive whole, in the order in which they were pushed.
/// Q3  `wake` is called each time the queue stops being empty, and by `drain` while batches remain.

#include "protocol/market_event.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <stop_token>
#include <vector>

namespace botcore::market_recorded {

class MarketEventQueue {
public:
    using Batch = std::vector<protocol::MarketEvent>;
    using Take = std::function<void(std::span<const protocol::MarketEvent>)>;

    /// `wake` is called on the producer's thread (and by `drain`); it must only notify the
    /// consumer, for example by posting to the loop.
    MarketEventQueue(std::size_t batches_max, std::function<void()> wake);

    /// Called by the producer: waits for space, then takes `batch` and leaves it empty, with
    /// allocated memory for reuse. Returns false, with `batch` unchanged, when `stop` was requested
    /// before there was space.
    [[nodiscard]] bool push(Batch& batch, const std::stop_token& stop);

    /// Called by the consumer: calls `take` for at most `batches_max` waiting batches, and returns
    /// their number. Never waits.
    std::size_t drain(std::size_t batches_max, const Take& take);

    [[nodiscard]] std::size_t size() const;

    /// How often a producer had to wait for space.
    [[nodiscard]] std::uint64_t waits_count() const;

private:
    struct Shared {
        std::deque<Batch> waiting;
        std::vector<Batch> spare;  // Empty batches whose memory is reused.
        std::uint64_t waits_count = 0;
    };

    const std::size_t batches_max_;
    const std::function<void()> wake_;
    mutable std::mutex mutex_;  // Guards `shared_` and nothing else.
    std::condition_variable_any room_;
    Shared shared_;
};

}  // namespace botcore::market_recorded
