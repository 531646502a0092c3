#pragma once

/// Text that a terminal and a web page show as it is. Control characters (C0, DEL, C1) can control
/// a terminal, and bidirectional formatting characters can make one text look like another. Input
/// that contains such characters is rejected where it would be stored, and every text is shown
/// without them, whatever its origin.
///
/// P1  For any input, the output of `escaped` and `plain_line` is UTF-8 without such characters,
///     except for the line feeds, carriage returns and tabs that `escaped` keeps.
///
/// Thread-safe.

#include <cstddef>
#include <string>
#include <string_view>

namespace botcore::base {

/// Whether the text is one line of UTF-8 without control characters, bidirectional formatting
/// characters and line separators.
[[nodiscard]] bool is_plain_line(std::string_view text);

/// Returns the text with a space in place of each character that `is_plain_line` does not allow,
/// and a question mark in place of each byte that is not valid UTF-8.
[[nodiscard]] std::string plain_line(std::string_view text);

/// Returns the text with a JSON escape such as \u202e in place of each character that
/// `is_plain_line` does not allow, except for line feeds, carriage returns and tabs, and with a
/// question mark in place of each byte that is not valid UTF-8. The meaning of a JSON document does
/// not change.
[[nodiscard]] std::string escaped(std::string_view text);

/// The number of bytes at the end of the text that are the beginning of a UTF-8 character whose
/// other bytes may still follow.
[[nodiscard]] std::size_t open_bytes(std::string_view text);

}  // namespace botcore::base
