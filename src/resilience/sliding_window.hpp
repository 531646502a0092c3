#pragma once

/// Sums over a sliding window of time: a ring of buckets, one for each slice of time. A bucket is
/// subtracted from the total when its slice is too old.
///
/// W1  The total is the sum of the buckets.
/// W2  The total contains nothing older than the window, and everything younger than the window
///     minus one bucket.

#include "base/check.hpp"
#include "base/time.hpp"

#include <array>
#include <cstddef>

namespace botcore::resilience {

/// `Sums` starts at zero and supports `+=` and `-=`.
template <class Sums, std::size_t kBuckets>
class SlidingWindow {
public:
    explicit constexpr SlidingWindow(base::Duration window)
        : slice_(window.in_microseconds() / static_cast<std::int64_t>(kBuckets)) {
        CHECK(slice_ > 0);
    }

    /// Drops buckets that are too old at `now`. A time before the newest bucket counts as the
    /// newest, unless the clock went back by more than a window: then all buckets are dropped.
    constexpr void advance(base::Timestamp now) {
        const std::int64_t time = now.in_microseconds();
        if (time >= begin_ && time < begin_ + slice_) [[likely]]
            return;
        turn(time);
    }

    constexpr void add(const Sums& sums) {
        buckets_[newest_] += sums;
        total_ += sums;
    }

    [[nodiscard]] constexpr const Sums& total() const { return total_; }

    constexpr void clear() {
        buckets_.fill(Sums{});
        total_ = Sums{};
    }

private:
    constexpr void turn(std::int64_t time) {
        constexpr auto kCount = static_cast<std::int64_t>(kBuckets);
        if (time < begin_ && begin_ - time <= slice_ * kCount) return;
        const std::int64_t slices = time < begin_ ? kCount : (time - begin_) / slice_;
        if (slices >= kCount) {
            clear();
            begin_ = time - (time % slice_);
            return;
        }
        for (std::int64_t i = 0; i < slices; ++i) {
            newest_ = newest_ + 1 == kBuckets ? 0 : newest_ + 1;
            total_ -= buckets_[newest_];
            buckets_[newest_] = Sums{};
        }
        begin_ += slices * slice_;
    }

    std::array<Sums, kBuckets> buckets_{};
    Sums total_{};
    std::int64_t slice_;
    std::int64_t begin_ = 0;  ///< The beginning of the newest bucket, in microseconds.
    std::size_t newest_ = 0;
};

}  // namespace botcore::resilience
