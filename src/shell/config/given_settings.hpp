#pragma once

/// What somebody who starts the daemon has given it: one way from that to the configuration, for
/// the daemon itself and for whoever asks what it would do.

#include "shell/config/config.hpp"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace botcore::shell {

/// An option of the command line that stands for a key.
struct KeyFlag {
    std::string_view flag;  ///< "--port"
    std::string_view key;   ///< "http.port"
};

[[nodiscard]] std::span<const KeyFlag> key_flags();

/// The command line's part of it.
struct GivenSettings {
    std::string file;  ///< Of the configuration; empty: `botcore.toml`, if it is there.
    std::vector<std::pair<std::string, std::string>> flags;  ///< "--port" and its value.
    std::vector<std::string> sets;                           ///< KEY=VALUE of `--set`.
};

/// The file that holds: the one that is named, or the usual one, or none.
[[nodiscard]] base::Result<std::string, std::string> settings_file(const std::string& named);

struct GatheredSettings {
    Config config;
    std::vector<std::string> mistakes;  ///< Empty: a start would take it.
};

/// Reads the file, the environment and the command line, in this order; the last wins.
[[nodiscard]] GatheredSettings gather_settings(const GivenSettings& given,
                                               const char* const* environment);

}  // namespace botcore::shell
