#include "adapters/market_recorded/market_event_queue.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <utility>

namespace botcore::market_recorded {

MarketEventQueue::MarketEventQueue(std::size_t batches_max, std::function<void()> wake)
    : batches_max_(batches_max),
      wake_(std::move(wake)) {
    CHECK(batches_max > 0);
    CHECK(wake_ != nullptr);
}

bool MarketEventQueue::push(Batch& batch, const std::stop_token& stop) {
    bool was_empty = false;
    {
        std::unique_lock lock(mutex_);
        const auto has_room = [this] { return shared_.waiting.size() < batches_max_; };
        if (!has_room()) {
            ++shared_.waits_count;
            if (!room_.wait(lock, stop, has_room)) return false;
        }
        was_empty = shared_.waiting.empty();
        shared_.waiting.push_back(std::move(batch));
        batch = {};
        if (!shared_.spare.empty()) {
            batch = std::move(shared_.spare.back());
            shared_.spare.pop_back();
        }
    }
    if (was_empty) wake_();  // Q3; without our lock: `wake_` may take the loop's.
    return true;
}

std::size_t MarketEventQueue::drain(std::size_t batches_max, const Take& take) {
    std::vector<Batch> taken;
    bool more = false;
    {
        const std::lock_guard lock(mutex_);
        const std::size_t count = std::min(batches_max, shared_.waiting.size());
        for (std::size_t i = 0; i < count; ++i) {
            taken.push_back(std::move(shared_.waiting.front()));
            shared_.waiting.pop_front();
        }
        more = !shared_.waiting.empty();
    }
    room_.notify_all();
    for (Batch& batch : taken) {
        take(batch);
        batch.clear();
    }
    const std::size_t count = taken.size();
    {
        const std::lock_guard lock(mutex_);
        for (Batch& batch : taken) {
            if (shared_.spare.size() < batches_max_) shared_.spare.push_back(std::move(batch));
        }
    }
    if (more) wake_();
    return count;
}

std::size_t MarketEventQueue::size() const {
    const std::lock_guard lock(mutex_);
    return shared_.waiting.size();
}

std::uint64_t MarketEventQueue::waits_count() const {
    const std::lock_guard lock(mutex_);
    return shared_.waits_count;
}

}  // namespace botcore::market_recorded
