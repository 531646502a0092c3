#pragma once

/// Which word was meant where one is not known: options, commands, settings.
///
/// Threads: any.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace botcore::base {

/// How many characters must be put in, left out, exchanged, or swapped with their neighbour, to
/// make one word of the other. Capital and small letters of ASCII are the same.
[[nodiscard]] std::size_t edit_distance(std::string_view one, std::string_view other);

/// The word of `known` that is nearest to `word`, the first of several; empty where not even one
/// is so near that it may have been meant: more than a third of the characters are wrong.
[[nodiscard]] std::string_view nearest_word(std::string_view word,
                                            std::span<const std::string_view> known);

/// "; did you mean X?" for the end of a message, or nothing.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       std::span<const std::string_view> known);

}  // namespace botcore::base
