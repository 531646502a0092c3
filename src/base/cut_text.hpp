#pragma once

/// Cuts texts that must not be longer than a limit. A character is a code point of UTF-8; the texts
/// must be valid UTF-8, as `plain_line` returns them.
///
/// C1  A result is valid UTF-8: no character is cut in two.
///
/// Thread-safe.

#include <cstddef>
#include <string>
#include <string_view>

namespace botcore::base {

/// Stands for the rest of a text that was cut.
inline constexpr std::string_view kEllipsis = "\u2026";

/// The first character of a text that is not empty.
[[nodiscard]] std::string_view first_character(std::string_view text);

[[nodiscard]] std::size_t count_characters(std::string_view text);

/// The text itself if it has at most `max` characters, else its first `max - 1` characters and an
/// ellipsis. `max` is at least 1.
[[nodiscard]] std::string cut_to_characters(std::string_view text, std::size_t max);

}  // namespace botcore::base
