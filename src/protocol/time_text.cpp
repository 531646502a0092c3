#include "protocol/time_text.hpp"

#include "base/calendar.hpp"
#include "base/check.hpp"

#include <cstddef>
#include <cstdint>

namespace botcore::protocol {

namespace {

void append_padded(std::string& out, std::int64_t value, int digits) {
    const std::string text = std::to_string(value);
    out.append(static_cast<std::size_t>(digits) - text.size(), '0');
    out += text;
}

/// Takes a number of exactly `digits` digits off the front, and the character that must follow.
std::optional<std::int64_t> take_number(std::string_view& text, std::size_t digits, char follower) {
    if (text.size() <= digits || text[digits] != follower) return std::nullopt;
    std::int64_t value = 0;
    for (const char digit : text.substr(0, digits)) {
        if (digit < '0' || digit > '9') return std::nullopt;
        value = value * 10 + (digit - '0');
    }
    text.remove_prefix(digits + 1);
    return value;
}

/// The microseconds that a fraction's one to six digits say, up to the closing Z.
std::optional<std::int64_t> read_fraction(std::string_view text) {
    const std::size_t digits = text.size() - (text.empty() ? 0 : 1);
    if (digits == 0 || digits > 6) return std::nullopt;
    auto value = take_number(text, digits, 'Z');
    for (std::size_t i = digits; value && i < 6; ++i)
        *value *= 10;
    return value;
}

}  // namespace

std::string to_iso8601(base::Timestamp time) {
    const std::int64_t days = base::day_of(time);
    const base::Date date = base::date_of(days);
    const std::int64_t rest = (time - base::midnight_of(days)).in_milliseconds();
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

std::optional<base::Timestamp> parse_iso8601(std::string_view text) {
    const auto year = take_number(text, 4, '-');
    const auto month = take_number(text, 2, '-');
    const auto day = take_number(text, 2, 'T');
    const auto hour = take_number(text, 2, ':');
    const auto minute = take_number(text, 2, ':');
    const bool whole = text.size() == 3;
    const auto second = take_number(text, 2, whole ? 'Z' : '.');
    const auto fraction = whole ? std::optional<std::int64_t>(0) : read_fraction(text);
    if (!year || !month || !day || !hour || !minute || !second || !fraction) return std::nullopt;
    if (*month < 1 || *month > 12 || *day < 1 || *hour > 23 || *minute > 59 || *second > 59) {
        return std::nullopt;
    }
    const base::Date date{*year, *month, *day};
    const base::Date next =
        *month == 12 ? base::Date{*year + 1, 1, 1} : base::Date{*year, *month + 1, 1};
    const std::int64_t month_days = base::days_of(next) - base::days_of({*year, *month, 1});
    if (*day > month_days) return std::nullopt;
    return base::midnight_of(base::days_of(date)) +
           base::Duration::seconds(*hour * 3'600 + *minute * 60 + *second) +
           base::Duration::microseconds(*fraction);
}

}  // namespace botcore::protocol
