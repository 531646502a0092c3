#pragma once

/// Confirmation of a permanent deletion: the operator sees exactly what would be deleted and then
/// confirms.
///
/// Q1  Without a terminal no question is possible, so the confirmation must be given in advance
///     with --yes.
/// Q2  Only "y" and "yes" confirm.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::botctl {

enum class Agreed : std::uint8_t {
    Ask,
    Before,  ///< Confirmed by --yes.
};

/// How many items of a kind are listed individually.
inline constexpr std::size_t kNamedMax = 20;

/// Returns the first `kNamedMax` lines, followed by a line with the number of the others.
[[nodiscard]] std::vector<std::string> shortened(std::vector<std::string> lines);

/// Shows the lines, then asks. Returns `kExitOk` if the operator confirms. With any other status
/// the command must end and change nothing; the reason has been printed.
[[nodiscard]] int ask(const std::vector<std::string>& lines,
                      std::string_view question,
                      Agreed agreed);

}  // namespace botcore::botctl
