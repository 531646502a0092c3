#pragma once

/// Error messages for unknown words on a command line.

#include <string>
#include <string_view>
#include <vector>

namespace botcore::host {

/// The exit status of every program for an invalid command line.
inline constexpr int kExitCommandLine = 2;

struct KnownWords {
    std::string program;  ///< "botctl order": the program with the commands that were recognized.
    std::vector<std::string> options;
    std::vector<std::string> commands;
};

/// "there is no option --prot; did you mean --port? `botcored --help` lists them".
[[nodiscard]] std::string refusal_of_word(std::string_view word, const KnownWords& known);

}  // namespace botcore::host
