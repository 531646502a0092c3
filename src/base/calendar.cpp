#include "base/calendar.hpp"

#include "base/check.hpp"

namespace botcore::base {

namespace {

constexpr std::int64_t kDaysPerEra = 146'097;  // An era is 400 years.
constexpr std::int64_t kEpochShift = 719'468;  // Days from 0000-03-01 to 1970-01-01.

constexpr std::int64_t floor_divided(std::int64_t value, std::int64_t by) {
    return value / by - (value % by < 0 ? 1 : 0);
}

}  // namespace

// Howard Hinnant, "chrono-compatible low-level date algorithms" (2014): the year begins in March,
// so that the leap day is the last day of the year.
std::int64_t days_of(const Date& date) {
    CHECK(date.month >= 1 && date.month <= 12);
    CHECK(date.day >= 1 && date.day <= 31);
    const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
    const std::int64_t era = floor_divided(year, 400);
    const std::int64_t year_of_era = year - era * 400;
    const std::int64_t shifted_month = date.month > 2 ? date.month - 3 : date.month + 9;
    const std::int64_t day_of_year = (153 * shifted_month + 2) / 5 + date.day - 1;
    const std::int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * kDaysPerEra + day_of_era - kEpochShift;
}

Date date_of(std::int64_t days) {
    const std::int64_t shifted = days + kEpochShift;
    const std::int64_t era = floor_divided(shifted, kDaysPerEra);
    const std::int64_t day_of_era = shifted - era * kDaysPerEra;
    const std::int64_t year_of_era =
        (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const std::int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
    const std::int64_t day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    const std::int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

std::int64_t day_of(Timestamp time) {
    return floor_divided(time.in_microseconds(), kDay.in_microseconds());
}

Timestamp midnight_of(std::int64_t days) {
    return Timestamp::from_microseconds(days * kDay.in_microseconds());
}

Weekday weekday_of(std::int64_t days) {
    constexpr std::int64_t kThursday = 4;  // 1970-01-01 was a Thursday.
    const std::int64_t weekday = days + kThursday - floor_divided(days + kThursday, 7) * 7;
    return static_cast<Weekday>(weekday);
}

std::int64_t first_in_month(Weekday weekday, std::int64_t year, std::int64_t month) {
    const std::int64_t first = days_of({year, month, 1});
    const auto wanted = static_cast<std::int64_t>(weekday);
    const auto begins_on = static_cast<std::int64_t>(weekday_of(first));
    return first + (wanted - begins_on + 7) % 7;
}

}  // namespace botcore::base
