#pragma once

/// The daemon's configuration: a table of keys, each with its default, range and unit. Values come
/// from the defaults, then `botcore.toml`, then `BOTCORE_…` variables, then flags; the last value
/// wins. An unknown key, a `BOTCORE_…` variable that is not a setting, a value out of range and a
/// file that cannot be read are errors that name what was expected.

#include "base/result.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::host {

enum class ConfigKind : std::uint8_t {
    Integer,
    Text,
    Decimal,
    Secret,  ///< A text that may contain a password: never shown.
};

/// One key of the table.
struct ConfigKey {
    std::string_view name;  ///< "market.speed"; the variable is BOTCORE_MARKET_SPEED.
    ConfigKind kind = ConfigKind::Text;
    std::string_view fallback;
    std::int64_t min = 0;  ///< Integers and decimals only.
    std::int64_t max = 0;
    std::string_view unit;  ///< "a | b": only these two words are allowed.
    std::string_view meaning;
};

/// All keys, in the order of the documentation.
[[nodiscard]] std::span<const ConfigKey> config_keys();

/// A value and its origin: "default", the file with the line, the variable or the option.
struct ConfigValue {
    std::string text;
    std::string origin = "default";
};

/// The value for display; hides secrets.
[[nodiscard]] std::string shown(const ConfigKey& key, const ConfigValue& value);

class Config {
public:
    /// All keys have their defaults.
    Config();

    /// Sets one key; an error names the key, what was expected and what was given.
    [[nodiscard]] base::Outcome<std::string> set(std::string_view key,
                                                 std::string_view value,
                                                 std::string_view origin);

    /// Reads a TOML file of tables and keys. The error lists everything that is wrong, one a line.
    [[nodiscard]] base::Outcome<std::string> read_file(const std::string& path);

    /// Reads the process's BOTCORE_… variables. The error lists everything that is wrong, one a
    /// line.
    [[nodiscard]] base::Outcome<std::string> read_environment(const char* const* environment);

    [[nodiscard]] const std::string& text(std::string_view key) const;
    [[nodiscard]] std::int64_t integer(std::string_view key) const;
    /// The value of a key with the unit "true | false".
    [[nodiscard]] bool is_on(std::string_view key) const;
    [[nodiscard]] const ConfigValue& value(std::string_view key) const;

private:
    std::map<std::string, ConfigValue, std::less<>> values_;
};

}  // namespace botcore::host
