#include "protocol/time_text.hpp"

#include "base/check.hpp"

#include <cstdint>

namespace botcore::protocol {

namespace {

struct Date {
    std::int64_t year;
    std::int64_t month;
    std::int64_t day;
};

/// Howard Hinnant, "chrono-compatible low-level date algorithms" (2014), civil_from_days.
Date date_of(std::int64_t days) {
    days += 719'468;
    const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
    const std::int64_t day_of_era = days - era * 146'097;
    const std::int64_t year_of_era =
        (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const std::int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
    const std::int64_t day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    const std::int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

void append_padded(std::string& out, std::int64_t value, int digits) {
    const std::string text = std::to_string(value);
    out.append(static_cast<std::size_t>(digits) - text.size(), '0');
    out += text;
}

}  // namespace

std::string to_iso8601(base::Timestamp time) {
    constexpr std::int64_t kDay = 86'400'000;
    std::int64_t days = time.in_milliseconds() / kDay;
    std::int64_t rest = time.in_milliseconds() % kDay;
    if (rest < 0) {
        rest += kDay;
        --days;
    }
    const Date date = date_of(days);
    CHECK(date.year >= 0 && date.year <= 9999);
    std::string text;
    append_padded(text, date.year, 4);
    text += '-';
    append_padded(text, date.month, 2);
    text += '-';
    append_padded(text, date.day, 2);
    text += 'T';
    append_padded(text, rest / 3'600'000, 2);
    text += ':';
    append_padded(text, rest / 60'000 % 60, 2);
    text += ':';
    append_padded(text, rest / 1'000 % 60, 2);
    text += '.';
    append_padded(text, rest % 1'000, 3);
    text += 'Z';
    return text;
}

}  // namespace botcore::protocol
