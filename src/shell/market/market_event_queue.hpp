#pragma once

/// Hands batches of market events from the market thread to the loop.
///
/// Q1  At most `batches_max` batches wait. When full, the producer waits: a replay may be late, and
///     must not lose an event, which would break its books.
/// Q2  Batches arrive in the order in which they were pushed, whole.
/// Q3  The consumer is woken once for each time the queue stops being empty, and again by its own
///     `drain` while something is left.

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

namespace botcore::shell {

class MarketEventQueue {
public:
    using Batch = std::vector<protocol::MarketEvent>;
    using Take = std::function<void(std::span<const protocol::MarketEvent>)>;

    /// `wake` is called on the producer's thread (and by `drain`); it must only pass the word on,
    /// for example by posting to the loop.
    MarketEventQueue(std::size_t batches_max, std::function<void()> wake);

    /// Producer: waits for room, then takes `batch` and leaves it empty, with memory to fill again.
    /// False, and `batch` untouched, when `stop` was requested first.
    [[nodiscard]] bool push(Batch& batch, const std::stop_token& stop);

    /// Consumer: calls `take` for at most `batches_max` waiting batches; never waits. Returns how
    /// many there were.
    std::size_t drain(std::size_t batches_max, const Take& take);

    [[nodiscard]] std::size_t size() const;

    /// How often a producer had to wait for room.
    [[nodiscard]] std::uint64_t waits_count() const;

private:
    struct Shared {
        std::deque<Batch> waiting;
        std::vector<Batch> spare;  // Empty, with memory: no allocation per batch.
        std::uint64_t waits_count = 0;
    };

    const std::size_t batches_max_;
    const std::function<void()> wake_;
    mutable std::mutex mutex_;  // Guards `shared_` and nothing else.
    std::condition_variable_any room_;
    Shared shared_;
};

}  // namespace botcore::shell
