#pragma once

/// The time until which a request may use resources. It travels with the request: each part of the
/// work gets a child deadline that is never later, and starts nothing that cannot end in time.
///
/// D1  A child's deadline is never later than its parent's.
/// @spec:NFR-RELIABILITY-002

#include "base/time.hpp"

namespace botcore::resilience {

using base::Duration;
using base::Timestamp;

/// The default deadline of a request; it leaves time to respond before `kRequestLimit`.
inline constexpr Duration kDeadlineDefault = Duration::seconds(25);
/// None of our requests takes longer than this.
inline constexpr Duration kRequestLimit = Duration::seconds(30);

class Deadline {
public:
    /// A deadline that has already passed.
    constexpr Deadline() = default;

    /// The deadline of a request that begins now. A span longer than `kRequestLimit` is shortened
    /// to `kRequestLimit`; a negative span counts as zero.
    [[nodiscard]] static constexpr Deadline after(Timestamp now, Duration span = kDeadlineDefault) {
        if (span > kRequestLimit) span = kRequestLimit;
        if (span < Duration{}) span = Duration{};
        return Deadline(now + span);
    }

    /// The deadline of a part of the work that may take `span`.
    [[nodiscard]] constexpr Deadline child(Timestamp now, Duration span) const {
        const Deadline wanted = after(now, span);
        return wanted.at_ < at_ ? wanted : *this;
    }

    [[nodiscard]] constexpr Timestamp at() const { return at_; }

    /// The time that is left at `now`; zero once the deadline has passed.
    [[nodiscard]] constexpr Duration remaining(Timestamp now) const {
        return now < at_ ? at_ - now : Duration{};
    }

    [[nodiscard]] constexpr bool has_passed(Timestamp now) const { return now >= at_; }

    /// Whether there is time at `now` for work of at least `span`.
    [[nodiscard]] constexpr bool has_time_for(Timestamp now, Duration span) const {
        return now < at_ && at_ - now >= span;
    }

    friend constexpr bool operator==(Deadline, Deadline) = default;

private:
    explicit constexpr Deadline(Timestamp at) : at_(at) {}

    Timestamp at_;
};

}  // namespace botcore::resilience
