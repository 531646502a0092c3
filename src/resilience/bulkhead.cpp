#include "resilience/bulkhead.hpp"

#include "base/check.hpp"

namespace botcore::resilience {

Bulkhead::Bulkhead(const BulkheadRules& rules) {
    std::uint32_t limit = rules.slots;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        CHECK(limit > 0);
        limits_[lane] = limit;
        queues_[lane].tickets.resize(rules.lanes[lane].queue_max);
        CHECK(rules.lanes[lane].reserve <= limit);
        limit -= rules.lanes[lane].reserve;
    }
}

Bulkhead::Entry Bulkhead::enter(Lane lane, Ticket ticket) {
    const auto index = static_cast<std::size_t>(lane);
    CHECK(index < kLanes);
    Queue& queue = queues_[index];
    if (queue.count == 0 && under_way_ < limits_[index]) {
        ++under_way_;
        return Entry::Started;
    }
    if (queue.count == queue.tickets.size()) return Entry::Refused;
    ++queue.count;
    queue.at(queue.count - 1) = ticket;
    return Entry::Waiting;
}

void Bulkhead::leave() {
    CHECK(under_way_ > 0);
    --under_way_;
}

std::optional<Bulkhead::Ticket> Bulkhead::next() {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        Queue& queue = queues_[lane];
        if (queue.count == 0 || under_way_ >= limits_[lane]) continue;
        const Ticket ticket = queue.at(0);
        queue.first = (queue.first + 1) % queue.tickets.size();
        --queue.count;
        ++under_way_;
        return ticket;
    }
    return std::nullopt;
}

bool Bulkhead::withdraw(Lane lane, Ticket ticket) {
    Queue& queue = queues_[static_cast<std::size_t>(lane)];
    for (std::size_t i = 0; i < queue.count; ++i) {
        if (queue.at(i) != ticket) continue;
        for (std::size_t j = i + 1; j < queue.count; ++j)
            queue.at(j - 1) = queue.at(j);
        --queue.count;
        return true;
    }
    return false;
}

}  // namespace botcore::resilience
