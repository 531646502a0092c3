#include "host/config.hpp"

#include "base/check.hpp"
#include "base/spelling.hpp"
#include "base/whole_number.hpp"
#include "host/redis_url.hpp"
#include "host/toml_library.hpp"
#include "host/whole_file.hpp"
#include "model/amount.hpp"
#include "operations/daily_job.hpp"
#include "operations/quiet_hours.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace botcore::host {

namespace {

using Kind = ConfigKind;

/// The unit of keys that hold a time of day in UTC.
constexpr std::string_view kTimeUnit = "HH:MM";
constexpr std::string_view kHoursUnit = "HH:MM-HH:MM";

const ConfigKey* find_key(std::string_view name) {
    const auto keys = config_keys();
    const auto place = std::find_if(
        keys.begin(), keys.end(), [&](const ConfigKey& key) { return key.name == name; });
    return place == keys.end() ? nullptr : &*place;
}

std::string range_of(const ConfigKey& key) {
    return " from " + std::to_string(key.min) + " to " + std::to_string(key.max) +
           (key.unit.empty() ? std::string() : " " + std::string(key.unit));
}

/// The values that a unit such as "generated | recorded" lists; none for a plain unit.
std::vector<std::string_view> choices_of(std::string_view unit) {
    constexpr std::string_view kOr = " | ";
    std::vector<std::string_view> choices;
    if (unit.find(kOr) == std::string_view::npos) return choices;
    while (true) {
        const std::size_t end = unit.find(kOr);
        choices.push_back(unit.substr(0, end));
        if (end == std::string_view::npos) return choices;
        unit.remove_prefix(end + kOr.size());
    }
}

/// What is wrong with the value; empty if nothing is.
std::string error_of(const ConfigKey& key, std::string_view value) {
    // Settings are used in headers, paths and log lines. The error does not repeat the value: it
    // may be secret, and the control characters would break the message.
    const bool one_line = std::none_of(value.begin(), value.end(), [](char c) {
        return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
    });
    if (!one_line) return "expected one line of text without control characters";
    const std::string received = ", but received '" + std::string(value) + "'";
    if (key.kind == Kind::Integer) {
        const auto number = base::whole_number<std::int64_t>(value);
        if (!number || *number < key.min || *number > key.max) {
            return "expected a whole number" + range_of(key) + received;
        }
    } else if (key.kind == Kind::Decimal) {
        const auto amount = model::parse_amount<model::Money>(value);
        if (!amount || amount.value() < model::Money::whole(key.min) ||
            amount.value() > model::Money::whole(key.max)) {
            return "expected a decimal number" + range_of(key) + received;
        }
    } else if (key.name == "cache.url" && !value.empty()) {
        const auto address = parse_redis_url(value);
        if (!address) return address.error();
    } else if (key.unit == kTimeUnit) {
        if (!operations::parse_time_of_day(value))
            return "expected a time such as 02:00" + received;
    } else if (key.unit == kHoursUnit) {
        if (!value.empty() && !operations::parse_quiet_hours(value))
            return "expected two different times such as 22:00-07:00" + received;
    } else if (const auto choices = choices_of(key.unit); !choices.empty()) {
        if (std::find(choices.begin(), choices.end(), value) != choices.end()) return {};
        std::string expected = "expected ";
        for (const std::string_view choice : choices)
            expected.append(choice == choices.front() ? "" : " or ").append(choice);
        return expected + received;
    }
    return {};
}

std::vector<std::string_view> key_names() {
    std::vector<std::string_view> names;
    for (const auto& key : config_keys())
        names.push_back(key.name);
    return names;
}

constexpr std::string_view kVariablePrefix = "BOTCORE_";

std::string variable_of(const ConfigKey& key) {
    std::string name(kVariablePrefix);
    for (const char c : key.name)
        name += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return name;
}

/// The error for a variable that has the prefix of settings but is not a setting.
std::string refusal_of_variable(std::string_view variable) {
    // Compares without the common prefix, which would make any two names similar.
    std::vector<std::string> names;
    for (const auto& key : config_keys())
        names.push_back(variable_of(key).substr(kVariablePrefix.size()));
    const std::vector<std::string_view> words(names.begin(), names.end());
    const auto nearest = base::nearest_word(variable.substr(kVariablePrefix.size()), words);
    std::string text = "there is no setting " + std::string(variable);
    if (!nearest.empty()) {
        text += "; did you mean " + std::string(kVariablePrefix) + std::string(nearest) + "? ";
    } else {
        text += "; ";
    }
    return text +
           "`botctl config check` lists all keys. If Kubernetes set this variable, as it does for "
           "a Service called botcore, set `enableServiceLinks: false` in the pod's spec";
}

/// A settings file is written by people and therefore small.
constexpr std::size_t kFileBytesMax = std::size_t{1} << 20U;

void add_line(std::string& lines, const std::string& line) {
    lines += (lines.empty() ? "" : "\n") + line;
}

base::Outcome<std::string> outcome_of(std::string mistakes) {
    if (mistakes.empty()) return base::Done{};
    return base::Failure{std::move(mistakes)};
}

std::string line_of(const std::string& path, const toml::node& node) {
    return path + ", line " + std::to_string(node.source().begin.line);
}

/// A TOML value as the text that `set` expects; nothing for a table or a list.
std::optional<std::string> text_of(const toml::node& node) {
    if (auto text = node.value_exact<std::string>()) return text;
    if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
    if (const auto truth = node.value_exact<bool>()) return *truth ? "true" : "false";
    return std::nullopt;
}

}  // namespace

std::string shown(const ConfigKey& key, const ConfigValue& value) {
    if (key.kind != ConfigKind::Secret || value.text.empty()) return value.text;
    return "(set)";
}

Config::Config() {
    for (const auto& key : config_keys())
        values_[std::string(key.name)].text = key.fallback;
}

base::Outcome<std::string> Config::set(std::string_view key,
                                       std::string_view value,
                                       std::string_view origin) {
    const ConfigKey* known = find_key(key);
    if (known == nullptr) {
        return base::Failure{std::string(origin) + ": there is no key '" + std::string(key) + "'" +
                             base::did_you_mean(key, key_names()) +
                             "; `botctl config check` lists all keys"};
    }
    const std::string mistake = error_of(*known, value);
    if (!mistake.empty()) {
        return base::Failure{std::string(origin) + ": " + std::string(key) + ": " + mistake};
    }
    values_[std::string(key)] = {std::string(value), std::string(origin)};
    return base::Done{};
}

base::Outcome<std::string> Config::read_file(const std::string& path) {
    const std::string text = TRY(host::read_file(path, kFileBytesMax));
    std::string mistakes;
    try {
        const toml::table document = toml::parse(text, path);
        for (const auto& [section, content] : document) {
            const auto* table = content.as_table();
            if (table == nullptr) {
                add_line(mistakes,
                         line_of(path, content) + ": '" + std::string(section.str()) +
                             "' is outside of a table such as [http]");
                continue;
            }
            for (const auto& [name, node] : *table) {
                const std::string key = std::string(section.str()) + "." + std::string(name.str());
                const auto value = text_of(node);
                if (!value) {
                    add_line(
                        mistakes,
                        line_of(path, node) + ": " + key + ": expected a text or whole number");
                    continue;
                }
                const auto done = set(key, *value, line_of(path, node));
                if (!done) add_line(mistakes, done.error());
            }
        }
    } catch (const toml::parse_error& error) {
        return base::Failure{path + ", line " + std::to_string(error.source().begin.line) + ": " +
                             std::string(error.description())};
    }
    return outcome_of(std::move(mistakes));
}

base::Outcome<std::string> Config::read_environment(const char* const* environment) {
    std::string mistakes;
    for (; environment != nullptr && *environment != nullptr; ++environment) {
        const std::string_view entry = *environment;
        const std::size_t equals = entry.find('=');
        const std::string_view variable = entry.substr(0, equals);
        if (!variable.starts_with(kVariablePrefix) || equals == std::string_view::npos) continue;
        const auto keys = config_keys();
        const auto key = std::find_if(keys.begin(), keys.end(), [&](const ConfigKey& known) {
            return variable_of(known) == variable;
        });
        if (key == keys.end()) {
            add_line(mistakes, refusal_of_variable(variable));
            continue;
        }
        const auto done = set(
            key->name, entry.substr(equals + 1), "environment variable " + std::string(variable));
        if (!done) add_line(mistakes, done.error());
    }
    return outcome_of(std::move(mistakes));
}

const std::string& Config::text(std::string_view key) const {
    return value(key).text;
}

std::int64_t Config::integer(std::string_view key) const {
    const auto number = base::whole_number<std::int64_t>(text(key));
    CHECK(number.has_value());
    return *number;
}

bool Config::is_on(std::string_view key) const {
    return text(key) == "true";
}

const ConfigValue& Config::value(std::string_view key) const {
    const auto place = values_.find(key);
    CHECK(place != values_.end());
    return place->second;
}

}  // namespace botcore::host
