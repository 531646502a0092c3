#include "base/time_text.hpp"

#include "base/calendar.hpp"
#include "base/check.hpp"

#include <cstdint>

namespace botcore::base {

namespace {

void append_padded(std::string& out, std::int64_t value, int digits) {
    const std::string text = std::to_string(value);
    out.append(static_cast<std::size_t>(digits) - text.size(), '0');
    out += text;
}

/// Removes exactly `digits` digits from the front and returns them; empty if there are fewer.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) return std::nullopt;
    int number = 0;
    for (const char c : text.substr(0, digits)) {
        if (c < '0' || c > '9') return std::nullopt;
        number = number * 10 + (c - '0');
    }
    text.remove_prefix(digits);
    return number;
}

bool take_letter(std::string_view& text, char letter) {
    if (!text.starts_with(letter)) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<std::chrono::sys_days> take_day(std::string_view& text) {
    const auto year = take_number(text, 4);
    if (!year || !take_letter(text, '-')) return std::nullopt;
    const auto month = take_number(text, 2);
    if (!month || !take_letter(text, '-')) return std::nullopt;
    const auto day = take_number(text, 2);
    if (!day) return std::nullopt;
    const auto date = std::chrono::year(*year) / *month / *day;
    if (!date.ok()) return std::nullopt;
    return date;
}

/// Reads ":30.250000", or an empty text, in microseconds.
std::optional<std::int64_t> take_seconds(std::string_view& text) {
    if (!take_letter(text, ':')) return 0;
    const auto seconds = take_number(text, 2);
    if (!seconds || *seconds > 59) return std::nullopt;
    std::int64_t fraction = 0;
    if (take_letter(text, '.')) {
        std::int64_t unit = 1'000'000;
        while (unit > 1 && !text.empty() && text.front() >= '0' && text.front() <= '9') {
            unit /= 10;
            fraction += *take_number(text, 1) * unit;
        }
        if (unit == 1'000'000) return std::nullopt;
    }
    return *seconds * 1'000'000 + fraction;
}

}  // namespace

std::string to_iso8601(Timestamp time) {
    const std::chrono::sys_days day = day_of(time);
    CHECK(day >= std::chrono::year(0) / 1 / 1 && day <= std::chrono::year(9999) / 12 / 31);
    const std::chrono::year_month_day date(day);
    const std::int64_t rest = (time - midnight_of(day)).in_milliseconds();
    std::string text;
    append_padded(text, static_cast<int>(date.year()), 4);
    text += '-';
    append_padded(text, static_cast<unsigned>(date.month()), 2);
    text += '-';
    append_padded(text, static_cast<unsigned>(date.day()), 2);
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

std::string to_compact_iso8601(Timestamp time) {
    std::string text = to_iso8601(time);
    std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
    return text.substr(0, text.find('.')) + "Z";
}

std::optional<Timestamp> parse_iso8601(std::string_view text) {
    const auto day = take_day(text);
    if (!day || !take_letter(text, 'T')) return std::nullopt;
    const auto hour = take_number(text, 2);
    if (!hour || *hour > 23 || !take_letter(text, ':')) return std::nullopt;
    const auto minute = take_number(text, 2);
    if (!minute || *minute > 59) return std::nullopt;
    const auto microseconds = take_seconds(text);
    if (!microseconds || text != "Z") return std::nullopt;
    return midnight_of(*day) + Duration::seconds(*hour * 3'600 + *minute * 60) +
           Duration::microseconds(*microseconds);
}

}  // namespace botcore::base
