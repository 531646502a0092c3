#pragma once

/// Points in time and durations as integers; only meaningful combinations compile. Nothing here
/// reads a clock: the time is always an argument (style rule D4).

#include <compare>
#include <cstdint>

namespace botcore::base {

/// A span of time. Resolution one microsecond, range +-292,000 years; may be negative.
class Duration {
public:
    constexpr Duration() = default;

    static constexpr Duration microseconds(std::int64_t count) { return Duration(count); }

    static constexpr Duration milliseconds(std::int64_t count) { return Duration(count * 1'000); }

    static constexpr Duration seconds(std::int64_t count) { return Duration(count * 1'000'000); }

    [[nodiscard]] constexpr std::int64_t in_microseconds() const { return microseconds_; }

    /// Whole milliseconds, rounded toward zero.
    [[nodiscard]] constexpr std::int64_t in_milliseconds() const { return microseconds_ / 1'000; }

    friend constexpr auto operator<=>(Duration, Duration) = default;

    friend constexpr Duration operator+(Duration a, Duration b) {
        return Duration(a.microseconds_ + b.microseconds_);
    }

    friend constexpr Duration operator-(Duration a, Duration b) {
        return Duration(a.microseconds_ - b.microseconds_);
    }

private:
    explicit constexpr Duration(std::int64_t microseconds) : microseconds_(microseconds) {}

    std::int64_t microseconds_ = 0;
};

/// A point in time: microseconds since 1970-01-01T00:00:00Z, without leap seconds.
class Timestamp {
public:
    constexpr Timestamp() = default;

    static constexpr Timestamp from_microseconds(std::int64_t count) { return Timestamp(count); }

    static constexpr Timestamp from_milliseconds(std::int64_t count) {
        return Timestamp(count * 1'000);
    }

    [[nodiscard]] constexpr std::int64_t in_microseconds() const { return microseconds_; }

    /// Whole milliseconds, rounded toward zero: the unit of the exchange's messages.
    [[nodiscard]] constexpr std::int64_t in_milliseconds() const { return microseconds_ / 1'000; }

    friend constexpr auto operator<=>(Timestamp, Timestamp) = default;

    friend constexpr Timestamp operator+(Timestamp t, Duration d) {
        return Timestamp(t.microseconds_ + d.in_microseconds());
    }

    friend constexpr Timestamp operator-(Timestamp t, Duration d) {
        return Timestamp(t.microseconds_ - d.in_microseconds());
    }

    friend constexpr Duration operator-(Timestamp a, Timestamp b) {
        return Duration::microseconds(a.microseconds_ - b.microseconds_);
    }

private:
    explicit constexpr Timestamp(std::int64_t microseconds) : microseconds_(microseconds) {}

    std::int64_t microseconds_ = 0;
};

}  // namespace botcore::base
