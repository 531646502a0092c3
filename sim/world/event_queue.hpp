#pragma once

/// Virtual time: events ordered by (time, order of scheduling). No two events are equal in this
/// order, so the same seed gives the same run.

#include "base/check.hpp"
#include "model/order.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace botcore::sim {

class EventQueue {
public:
    explicit EventQueue(model::Timestamp start) : now_(start) {}

    [[nodiscard]] model::Timestamp now() const { return now_; }

    void after(model::Duration delay, std::function<void()> what) {
        CHECK(delay >= model::Duration());
        events_.emplace(std::pair(now_ + delay, ++counter_), std::move(what));
    }

    /// Runs the next event. The queue must not be empty.
    void run_next() {
        CHECK(!events_.empty());
        auto node = events_.extract(events_.begin());
        now_ = node.key().first;
        ++run_count_;
        node.mapped()();
    }

    [[nodiscard]] bool empty() const { return events_.empty(); }

    /// The time of the next event. The queue must not be empty.
    [[nodiscard]] model::Timestamp next_time() const { return events_.begin()->first.first; }

    [[nodiscard]] std::uint64_t run_count() const { return run_count_; }

private:
    model::Timestamp now_;
    std::uint64_t counter_ = 0;
    std::uint64_t run_count_ = 0;
    std::map<std::pair<model::Timestamp, std::uint64_t>, std::function<void()>> events_;
};

}  // namespace botcore::sim
