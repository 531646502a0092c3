#pragma once

/// Builds the configuration from the settings given at the start. The daemon and the commands that
/// check a start share this code.

#include "host/config.hpp"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace botcore::host {

/// A command-line option that sets a key.
struct KeyFlag {
    std::string_view flag;  ///< "--port"
    std::string_view key;   ///< "http.port"
};

[[nodiscard]] std::span<const KeyFlag> key_flags();

/// The settings given on the command line.
struct SettingsInput {
    std::string file;  ///< The configuration file; empty: `botcore.toml`, if it exists.
    std::vector<std::pair<std::string, std::string>> flags;  ///< "--port" and its value.
    std::vector<std::string> sets;                           ///< KEY=VALUE of `--set`.
};

/// The file to read: the named one, else the usual one if it exists, else none.
[[nodiscard]] base::Result<std::string, std::string> settings_file(const std::string& named);

struct GatheredSettings {
    Config config;
    std::vector<std::string> mistakes;  ///< Empty: a start would accept it.
};

/// Reads the file, the environment and the command line, in this order. The last value of a key
/// wins.
[[nodiscard]] GatheredSettings gather_settings(const SettingsInput& given,
                                               const char* const* environment);

}  // namespace botcore::host
