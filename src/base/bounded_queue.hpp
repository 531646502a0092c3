#pragma once

/// A first-in, first-out queue with a fixed maximum size. `push` only reports that the queue is
/// full; the caller decides what happens then and documents the decision (style rule D6).

#include "base/check.hpp"

#include <cstddef>
#include <deque>
#include <utility>

namespace botcore::base {

template <class T>
class BoundedQueue {
public:
    explicit BoundedQueue(std::size_t size_max) : size_max_(size_max) { CHECK(size_max > 0); }

    /// Returns false and leaves `item` unchanged when the queue is full.
    [[nodiscard]] bool push(T&& item) {
        if (items_.size() >= size_max_) return false;
        items_.push_back(std::move(item));
        return true;
    }

    /// Removes and returns the oldest item. The queue must not be empty.
    [[nodiscard]] T pop() {
        CHECK(!items_.empty());
        T item = std::move(items_.front());
        items_.pop_front();
        return item;
    }

    [[nodiscard]] bool empty() const { return items_.empty(); }

    [[nodiscard]] bool full() const { return items_.size() >= size_max_; }

    [[nodiscard]] std::size_t size() const { return items_.size(); }

    [[nodiscard]] std::size_t size_max() const { return size_max_; }

private:
    std::deque<T> items_;
    std::size_t size_max_;
};

}  // namespace botcore::base
