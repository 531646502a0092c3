#include "base/plain_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace botcore::base {

namespace {

/// The character at the beginning of a text; its length is 0 where the first byte begins no valid
/// character.
struct Character {
    char32_t code = 0;
    std::size_t length = 0;
};

constexpr std::size_t length_of(unsigned char first) {
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return 2;
    if (first >= 0xE0 && first <= 0xEF) return 3;
    if (first >= 0xF0 && first <= 0xF4) return 4;
    return 0;
}

constexpr bool is_continuation(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// RFC 3629: rejects overlong forms, surrogates and code points above U+10FFFF.
Character first_of(std::string_view text) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t length = length_of(first);
    if (length == 0 || length > text.size()) return {};
    if (length == 1) return {first, 1};
    char32_t code = first & (0xFFU >> (length + 1));
    for (const char byte : text.substr(1, length - 1)) {
        if (!is_continuation(byte)) return {};
        code = (code << 6U) | (static_cast<unsigned char>(byte) & 0x3FU);
    }
    constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x1'0000};
    const bool valid =
        code >= kLeast.at(length) && code <= 0x10'FFFF && (code < 0xD800 || code > 0xDFFF);
    return valid ? Character{code, length} : Character{};
}

/// Control characters, bidirectional formatting characters, line and paragraph separators.
constexpr bool is_control(char32_t code) {
    const auto in = [code](char32_t low, char32_t high) { return code >= low && code <= high; };
    return code < 0x20 || in(0x7F, 0x9F) || code == 0x061C || in(0x200E, 0x200F) ||
           in(0x2028, 0x202E) || in(0x2066, 0x2069);
}

/// A fast path: nearly all texts consist of visible ASCII only.
bool is_visible_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7F; });
}

std::string escape_of(char32_t code) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out = "\\u";
    for (const unsigned shift : {12U, 8U, 4U, 0U})
        out.push_back(kDigits[(code >> shift) & 0xFU]);
    return out;
}

template <class Replace>
std::string replaced(std::string_view text, Replace replace) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const Character character = first_of(text);
        const std::size_t length = std::max<std::size_t>(character.length, 1);
        if (character.length == 0) {
            out.push_back('?');
        } else if (is_control(character.code)) {
            out += replace(character.code);
        } else {
            out.append(text.substr(0, length));
        }
        text.remove_prefix(length);
    }
    return out;
}

}  // namespace

bool is_plain_line(std::string_view text) {
    if (is_visible_ascii(text)) return true;
    while (!text.empty()) {
        const Character character = first_of(text);
        if (character.length == 0 || is_control(character.code)) return false;
        text.remove_prefix(character.length);
    }
    return true;
}

std::string plain_line(std::string_view text) {
    if (is_visible_ascii(text)) return std::string(text);
    return replaced(text, [](char32_t) { return std::string(1, ' '); });
}

std::string escaped(std::string_view text) {
    if (is_visible_ascii(text)) return std::string(text);
    return replaced(text, [](char32_t code) {
        const bool layout = code == '\n' || code == '\r' || code == '\t';
        return layout ? std::string(1, static_cast<char>(code)) : escape_of(code);
    });
}

std::size_t open_bytes(std::string_view text) {
    constexpr std::size_t kLongest = 4;
    for (std::size_t back = 1; back <= std::min(text.size(), kLongest); ++back) {
        const char byte = text[text.size() - back];
        if (is_continuation(byte)) continue;
        return length_of(static_cast<unsigned char>(byte)) > back ? back : 0;
    }
    return 0;
}

}  // namespace botcore::base
