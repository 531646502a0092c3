#include "runtime/duplicate_waiters.hpp"

#include <algorithm>

namespace botcore::runtime {

void DuplicateWaiters::add(const core::KeyId& key, Waiter waiter) {
    deadlines_.emplace(waiter.deadline, key);
    waiters_[key].push_back(std::move(waiter));
}

std::vector<Waiter> DuplicateWaiters::take(const core::KeyId& key) {
    auto node = waiters_.extract(key);
    if (node.empty()) return {};
    // The deadlines of these callers are removed as well; otherwise the list of deadlines would
    // grow without bound.
    for (const auto& waiter : node.mapped()) {
        auto [place, end] = deadlines_.equal_range(waiter.deadline);
        place = std::find_if(place, end, [&](const auto& item) { return item.second == key; });
        if (place != end) deadlines_.erase(place);
    }
    return std::move(node.mapped());
}

std::vector<Waiter> DuplicateWaiters::take_all() {
    std::vector<Waiter> all;
    for (auto& [key, waiters] : waiters_) {
        for (auto& waiter : waiters)
            all.push_back(std::move(waiter));
    }
    waiters_.clear();
    deadlines_.clear();
    return all;
}

std::vector<std::pair<core::KeyId, Waiter>> DuplicateWaiters::take_expired(model::Timestamp now) {
    std::vector<std::pair<core::KeyId, Waiter>> expired;
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        const core::KeyId key = deadlines_.begin()->second;
        deadlines_.erase(deadlines_.begin());
        auto& waiters = waiters_[key];
        const auto late = std::find_if(waiters.begin(), waiters.end(), [&](const Waiter& waiter) {
            return waiter.deadline <= now;
        });
        if (late != waiters.end()) {
            expired.emplace_back(key, std::move(*late));
            waiters.erase(late);
        }
        if (waiters.empty()) waiters_.erase(key);
    }
    return expired;
}

std::string DuplicateWaiters::request_id_of(const core::KeyId& key) const {
    const auto place = waiters_.find(key);
    if (place == waiters_.end() || place->second.empty()) return {};
    return place->second.front().request_id;
}

std::optional<model::Timestamp> DuplicateWaiters::next_deadline() const {
    if (deadlines_.empty()) return std::nullopt;
    return deadlines_.begin()->first;
}

}  // namespace botcore::runtime
