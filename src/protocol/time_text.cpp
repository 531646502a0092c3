#include "protocol/time_text.hpp"

#include "base/calendar.hpp"
#include "base/check.hpp"

#include <cstdint>

namespace botcore::protocol {

namespace {

void append_padded(std::string& out, std::int64_t value, int digits) {
    const std::string text = std::to_string(value);
    out.append(static_cast<std::size_t>(digits) - text.size(), '0');
    out += text;
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

}  // namespace botcore::protocol
