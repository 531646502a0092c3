#pragma once

/// Converts points in time to the days of `std::chrono`'s calendar (proleptic Gregorian, UTC) and
/// back. That calendar has the years -32767 to 32767; the date of any other day is wrong.

#include "base/time.hpp"

#include <chrono>

namespace botcore::base {

inline constexpr Duration kDay = Duration::seconds(86'400);

/// The day that contains `time`.
[[nodiscard]] constexpr std::chrono::sys_days day_of(Timestamp time) {
    const std::chrono::microseconds since_1970(time.in_microseconds());
    return std::chrono::floor<std::chrono::days>(
        std::chrono::sys_time<std::chrono::microseconds>(since_1970));
}

/// The first moment of a day. Dates such as `year / month / 1` convert to a day; they must exist.
[[nodiscard]] constexpr Timestamp midnight_of(std::chrono::sys_days day) {
    const std::chrono::microseconds since_1970 = day.time_since_epoch();
    return Timestamp::from_microseconds(since_1970.count());
}

}  // namespace botcore::base
