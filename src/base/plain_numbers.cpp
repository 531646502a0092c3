#include "base/plain_numbers.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string_view>

namespace botcore::base {

namespace {

/// A number whose exponent is above this or below its negative stays as it is: a long row of zeros
/// would not be readable either.
constexpr int kExponentMax = 40;

bool is_number_part(char c) {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/// Moves the decimal point: "2.870" and exponent -1 give "0.287".
std::string moved(std::string_view number, int exponent) {
    const bool negative = number.starts_with('-');
    if (negative) number.remove_prefix(1);
    const std::size_t dot = std::min(number.find('.'), number.size());
    std::string digits(number.substr(0, dot));
    int point = static_cast<int>(digits.size()) + exponent;
    if (dot < number.size()) digits += number.substr(dot + 1);
    if (point < 1) {
        digits.insert(0, static_cast<std::size_t>(1 - point), '0');
        point = 1;
    }
    const auto whole = static_cast<std::size_t>(point);
    if (digits.size() < whole) digits.append(whole - digits.size(), '0');
    std::string fraction = digits.substr(whole);
    digits.resize(whole);
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
    fraction.erase(fraction.find_last_not_of('0') + 1);
    return (negative ? "-" : "") + digits + (fraction.empty() ? "" : "." + fraction);
}

std::string plain_number(std::string_view number) {
    const std::size_t mark = number.find_first_of("eE");
    if (mark == std::string_view::npos) return std::string(number);
    std::string_view text = number.substr(mark + 1);
    if (text.starts_with('+')) text.remove_prefix(1);
    int exponent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    if (!whole || exponent > kExponentMax || exponent < -kExponentMax) return std::string(number);
    return moved(number.substr(0, mark), exponent);
}

/// Whether there is a digit directly before an "e". Most documents contain no such place, not even
/// within a string, and need no conversion.
bool may_have_exponents(std::string_view json) {
    for (std::size_t i = 1; i < json.size(); ++i) {
        const bool mark = json[i] == 'e' || json[i] == 'E';
        if (mark && json[i - 1] >= '0' && json[i - 1] <= '9') return true;
    }
    return false;
}

/// The end of the string that begins at `begin`, quotes included.
std::size_t end_of_string(std::string_view json, std::size_t begin) {
    std::size_t at = begin + 1;
    while (at < json.size() && json[at] != '"')
        at += json[at] == '\\' ? 2 : 1;
    return std::min(at + 1, json.size());
}

}  // namespace

std::string plain_numbers(std::string json) {
    if (!may_have_exponents(json)) return json;
    std::string out;
    out.reserve(json.size());
    std::size_t at = 0;
    while (at < json.size()) {
        const char c = json[at];
        std::size_t end = at + 1;
        if (c == '"') {
            end = end_of_string(json, at);
            out.append(json, at, end - at);
        } else if (c == '-' || (c >= '0' && c <= '9')) {
            while (end < json.size() && is_number_part(json[end]))
                ++end;
            out += plain_number(std::string_view(json).substr(at, end - at));
        } else {
            out += c;
        }
        at = end;
    }
    return out;
}

}  // namespace botcore::base
