#pragma once

/// Whether something may go for good. The operator sees exactly what would go, and then says yes.
///
/// Q1  Without a terminal nobody can be asked, so the words must have been said before: --yes.
/// Q2  Everything but "y" and "yes" is a no.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::botctl {

enum class Agreed : std::uint8_t {
    Ask,
    Before,  ///< By --yes.
};

/// How many things of a kind are named one by one.
inline constexpr std::size_t kNamedMax = 20;

/// The first ones as they are, then how many more there are.
[[nodiscard]] std::vector<std::string> shortened(std::vector<std::string> lines);

/// Shows the lines, then asks. `kExitOk`: go on. Any other status: end with it, nothing is to be
/// changed, and that has been said.
[[nodiscard]] int ask(const std::vector<std::string>& lines,
                      std::string_view question,
                      Agreed agreed);

}  // namespace botcore::botctl
