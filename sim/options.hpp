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

/// The options, or why the command line is refused, in a sentence.
struct OptionsRead {
    Options options;
    std::string refusal;  ///< Empty where the options hold.
};

/// Reads the arguments behind the program's name. `commit` is the one that was built: where
/// `--commit` names another one, the seed would run in other code than the one that is asked for.
[[nodiscard]] OptionsRead read_options(const std::vector<std::string_view>& arguments,
                                       std::string_view commit);

/// The command that repeats a seed, with its line end.
[[nodiscard]] std::string replay_line(std::uint64_t seed, std::string_view commit);

}  // namespace botcore::sim
