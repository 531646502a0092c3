#pragma once

/// Text that a terminal and a page show as it is. Control characters (C0, DEL, C1) command a
/// terminal, and the marks of writing direction make a text look like another one: what people
/// store is refused with them, and what is shown is shown without them, whoever stored it.
///
/// P1  Whatever goes in, `escaped` and `plain_line` give UTF-8 without such a character, except for
///     the line feeds, carriage returns and tabs that `escaped` leaves.
///
/// Threads: any.

#include <cstddef>
#include <string>
#include <string_view>

namespace botcore::base {

/// One line of UTF-8 without control characters, marks of direction and separators of lines.
[[nodiscard]] bool is_plain_line(std::string_view text);

/// The text with a space for each such character and a question mark for each byte that is no
/// UTF-8.
[[nodiscard]] std::string plain_line(std::string_view text);

/// The text with an escape of JSON such as \u202e for each such character, line feeds, carriage
/// returns and tabs excepted, and a question mark for each byte that is no UTF-8. A JSON text means
/// the same afterwards.
[[nodiscard]] std::string escaped(std::string_view text);

/// How many bytes at the end of the text are the beginning of a character whose rest may follow.
[[nodiscard]] std::size_t open_bytes(std::string_view text);

}  // namespace botcore::base
