#include "sim/options.hpp"

#include "base/spelling.hpp"

#include <array>
#include <charconv>

namespace botcore::sim {

namespace {

constexpr std::array<std::string_view, 8> kOptions{
    "--seeds", "--minutes", "--seed", "--base", "--commit", "--json", "--trace", "--help"};

/// Reads a whole number above zero: a run of zero seeds or minutes must not look like a run without
/// findings.
std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (number == 0) return std::nullopt;
    return number;
}

std::string check_commit(std::string_view asked, std::string_view built) {
    if (asked == built) return {};
    return "this program was built from commit " + std::string(built) + ", not from " +
           std::string(asked) + "; check out that commit first";
}

/// Stores the value of a numeric option; returns false if there is no such option.
bool keep_number(Options& options, std::string_view name, std::uint64_t number) {
    if (name == "--seeds") {
        options.seeds = number;
    } else if (name == "--minutes") {
        options.minutes = number;
    } else if (name == "--seed") {
        options.seed = number;
    } else if (name == "--base") {
        options.base = number;
    } else {
        return false;
    }
    return true;
}

bool takes_number(std::string_view name) {
    Options options;
    return keep_number(options, name, 1);
}

std::string read_value(Options& options,
                       std::string_view name,
                       std::string_view value,
                       std::string_view commit) {
    if (name == "--commit") return check_commit(value, commit);
    if (name == "--json") {
        options.json = value;
        return {};
    }
    const auto number = number_of(value);
    if (number && keep_number(options, name, *number)) return {};
    return std::string(name) + " requires a whole number above zero, not '" + std::string(value) +
           "'";
}

}  // namespace

OptionsRead read_options(const std::vector<std::string_view>& arguments, std::string_view commit) {
    OptionsRead read;
    for (std::size_t i = 0; i < arguments.size() && read.refusal.empty(); ++i) {
        const std::string_view name = arguments[i];
        const bool takes_value = takes_number(name) || name == "--commit" || name == "--json";
        if (name == "--trace") {
            read.options.trace = true;
        } else if (name == "--help") {
            read.options.help = true;
        } else if (name == "--variant") {
            read.refusal =
                "--variant does not exist yet: there is no deliberately broken core to run";
        } else if (!takes_value) {
            read.refusal =
                "there is no option " + std::string(name) + base::did_you_mean(name, kOptions);
        } else if (i + 1 == arguments.size()) {
            read.refusal = std::string(name) + " requires a value";
        } else {
            read.refusal = read_value(read.options, name, arguments[++i], commit);
        }
    }
    return read;
}

std::string replay_line(std::uint64_t seed, std::string_view commit) {
    return "replay: ./dev sim --seed " + std::to_string(seed) + " --commit " + std::string(commit) +
           "\n";
}

}  // namespace botcore::sim
