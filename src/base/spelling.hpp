#pragma once

/// Suggests the nearest known word for an unknown one, for example for a misspelled option, command
/// or setting.
///
/// Thread-safe.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace botcore::base {

/// The number of characters that must be inserted, removed, replaced, or swapped with their
/// neighbor to turn one word into the other. ASCII letters compare without regard to case.
[[nodiscard]] std::size_t edit_distance(std::string_view one, std::string_view other);

/// The word of `known` that is nearest to `word`; the first one if several are equally near. Empty
/// if even the nearest one differs in more than a third of the characters of `word` (for a short
/// `word`: in more than one).
[[nodiscard]] std::string_view nearest_word(std::string_view word,
                                            std::span<const std::string_view> known);

/// Returns "; did you mean X?" for the end of an error message, or an empty text.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       std::span<const std::string_view> known);

}  // namespace botcore::base
