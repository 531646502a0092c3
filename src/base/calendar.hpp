#pragma once

/// Converts points in time to dates of the civil calendar (proleptic Gregorian, UTC) and back, with
/// integer arithmetic only.
///
/// K1  `days_of` and `date_of` are the inverse of each other for every date of the years 0 to 9999.

#include "base/time.hpp"

#include <cstdint>

namespace botcore::base {

inline constexpr Duration kDay = Duration::seconds(86'400);

struct Date {
    std::int64_t year = 1970;
    std::int64_t month = 1;  ///< 1 to 12.
    std::int64_t day = 1;    ///< 1 to 31.

    friend auto operator<=>(const Date&, const Date&) = default;
};

enum class Weekday : std::uint8_t {
    Sunday,
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday
};

/// Days since 1970-01-01. The date must exist.
[[nodiscard]] std::int64_t days_of(const Date& date);

/// The date that is `days` days after 1970-01-01, or before it if `days` is negative.
[[nodiscard]] Date date_of(std::int64_t days);

/// The day that contains `time`, as the number of days since 1970-01-01, rounded down.
[[nodiscard]] std::int64_t day_of(Timestamp time);

[[nodiscard]] Timestamp midnight_of(std::int64_t days);

[[nodiscard]] Weekday weekday_of(std::int64_t days);

/// The first day of the month that is this weekday, as the number of days since 1970-01-01.
[[nodiscard]] std::int64_t first_in_month(Weekday weekday, std::int64_t year, std::int64_t month);

}  // namespace botcore::base
