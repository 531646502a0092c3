#pragma once

/// The command line of `botsim`.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::sim {

struct Options {
    std::uint64_t base = 1;  ///< The first seed of a series.
    std::uint64_t seeds = 200;
    std::optional<std::uint64_t> minutes;
    std::optional<std::uint64_t> seed;
    std::string json;
    bool trace = false;
};

/// The parsed options, or the reason why the command line is refused, as a sentence.
struct OptionsRead {
    Options options;
    std::string refusal;  ///< Empty when the options are valid.
};

/// Parses the arguments after the program's name. `commit` is the commit that was built: a
/// `--commit` that names another one is refused, because the seed would run in different code.
[[nodiscard]] OptionsRead read_options(const std::vector<std::string_view>& arguments,
                                       std::string_view commit);

/// The command that repeats a seed, with a line end.
[[nodiscard]] std::string replay_line(std::uint64_t seed, std::string_view commit);

}  // namespace botcore::sim
