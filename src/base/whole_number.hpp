#pragma once

/// Reads a text that is one whole number and nothing else.

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>
#include <system_error>

namespace botcore::base {

/// The number that the whole of `text` is, in base 10: digits, for a signed type after an optional
/// '-'. Nothing for blanks, a '+', any other character, an empty text, or a number that the type
/// cannot hold.
template <std::integral Number>
[[nodiscard]] std::optional<Number> whole_number(std::string_view text) {
    Number number{};
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stopped != end) return std::nullopt;
    return number;
}

}  // namespace botcore::base
