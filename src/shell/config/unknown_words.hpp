#pragma once

/// How a program refuses words of its command line that it does not know.

#include <string>
#include <string_view>
#include <vector>

namespace botcore::shell {

/// The status of every program after a command line that it does not understand.
inline constexpr int kExitCommandLine = 2;

struct KnownWords {
    std::string program;  ///< "botctl order", with the commands that were understood.
    std::vector<std::string> options;
    std::vector<std::string> commands;
};

/// "there is no option --prot; did you mean --port? `botcored --help` lists them".
[[nodiscard]] std::string refusal_of_word(std::string_view word, const KnownWords& known);

}  // namespace botcore::shell
