#pragma once

/// Sums over the last while: a ring of buckets, each a slice of the time, whose sums leave the
/// total when their slice is too old.
///
/// W1  The total is the sum of the buckets.
/// W2  What is older than the window is not in the total; what is younger than the window less one
///     bucket is.

#include "base/check.hpp"
#include "base/time.hpp"

#include <array>
#include <cstddef>

namespace botcore::resilience {

/// `Sums` starts at zero and has `+=` and `-=`.
template <class Sums, std::size_t kBuckets>
class SlidingWindow {
public:
    explicit constexpr SlidingWindow(base::Duration window)
        : slice_(window.in_microseconds() / static_cast<std::int64_t>(kBuckets)) {
        CHECK(slice_ > 0);
    }

    /// Drops what is too old by `now`. A time before the newest bucket counts as the newest, unless
    /// the clock went back by more than a window: then the past is forgotten.
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
    std::int64_t begin_ = 0;  ///< Of the newest bucket, in microseconds.
    std::size_t newest_ = 0;
};

}  // namespace botcore::resilience
