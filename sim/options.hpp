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
    bool help = false;  ///< Print `kUsage` and run nothing.
};

inline constexpr std::string_view kUsage =
    "usage: botsim [--seeds N | --minutes M | --seed S] [--base B]\n"
    "              [--commit HASH] [--json FILE] [--trace]\n"
    "\n"
    "Runs simulated worlds, one a seed, in which the exchange, the store, the market, the clock\n"
    "and the callers fail at random, and checks every invariant. The same seed of the same commit\n"
    "gives the same run. Ends with status 0 if no invariant was broken, otherwise with 1.\n"
    "\n"
    "  --seeds N      run N seeds (200)\n"
    "  --minutes M    run as many seeds as fit into M minutes\n"
    "  --seed S       run one seed\n"
    "  --base B       the first seed of a series (1)\n"
    "  --commit HASH  refuse to run if the program was built from another commit\n"
    "  --json FILE    write the figures to this file\n"
    "  --trace        print every event\n"
    "  --help         print this text\n";

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
