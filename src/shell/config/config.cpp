#include "shell/config/config.hpp"

#include "base/check.hpp"
#include "model/amount.hpp"
#include "shell/cache/redis_url.hpp"

#include <toml++/impl/preprocessor.h>
// Version 3.3 assumes of every table header what "[" and a line's end breaks: undefined behaviour
// with NDEBUG, the end of the process without. The errors behind its assumptions are right.
#undef TOML_ASSERT_ASSUME
#define TOML_ASSERT_ASSUME(condition) static_assert(true)
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace botcore::shell {

namespace {

using Kind = ConfigKind;

const ConfigKey* find_key(std::string_view name) {
    const auto keys = config_keys();
    const auto place = std::find_if(
        keys.begin(), keys.end(), [&](const ConfigKey& key) { return key.name == name; });
    return place == keys.end() ? nullptr : &*place;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::string range_of(const ConfigKey& key) {
    return " from " + std::to_string(key.min) + " to " + std::to_string(key.max) +
           (key.unit.empty() ? std::string() : " " + std::string(key.unit));
}

/// The values that a unit such as "generated | recorded" lists; none where it is a plain unit.
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

/// What is wrong with the value; empty when nothing is.
std::string mistake_in(const ConfigKey& key, std::string_view value) {
    const std::string came = ", but '" + std::string(value) + "' came";
    if (key.kind == Kind::Integer) {
        const auto number = parse_integer(value);
        if (!number || *number < key.min || *number > key.max) {
            return "expected a whole number" + range_of(key) + came;
        }
    } else if (key.kind == Kind::Decimal) {
        const auto amount = model::parse_amount<model::Money>(value);
        if (!amount || amount.value() < model::Money::whole(key.min) ||
            amount.value() > model::Money::whole(key.max)) {
            return "expected a decimal number" + range_of(key) + came;
        }
    } else if (key.name == "cache.url" && !value.empty()) {
        const auto address = cache::parse_redis_url(value);
        if (!address) return address.error();
    } else if (const auto choices = choices_of(key.unit); !choices.empty()) {
        if (std::find(choices.begin(), choices.end(), value) != choices.end()) return {};
        std::string expected = "expected ";
        for (const std::string_view choice : choices)
            expected.append(choice == choices.front() ? "" : " or ").append(choice);
        return expected + came;
    }
    return {};
}

/// A TOML value as the text that `set` takes; nothing for a table or a list.
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
        return base::Failure{std::string(origin) + ": there is no key '" + std::string(key) +
                             "'; `botctl config check` lists all keys"};
    }
    const std::string mistake = mistake_in(*known, value);
    if (!mistake.empty()) {
        return base::Failure{std::string(origin) + ": " + std::string(key) + ": " + mistake};
    }
    values_[std::string(key)] = {std::string(value), std::string(origin)};
    return base::Done{};
}

base::Outcome<std::string> Config::read_file(const std::string& path) {
    try {
        const toml::table document = toml::parse_file(path);
        for (const auto& [section, content] : document) {
            const auto* table = content.as_table();
            if (table == nullptr) {
                return base::Failure{path + ": '" + std::string(section.str()) +
                                     "' stands outside of a table such as [http]"};
            }
            for (const auto& [name, node] : *table) {
                std::string key(section.str());
                key += '.';
                key += name.str();
                const auto text = text_of(node);
                if (!text) {
                    return base::Failure{path + ": " + key + ": expected a text or whole number"};
                }
                (void)TRY(set(key, *text, path));
            }
        }
    } catch (const toml::parse_error& error) {
        return base::Failure{path + ", line " + std::to_string(error.source().begin.line) + ": " +
                             std::string(error.description())};
    }
    return base::Done{};
}

base::Outcome<std::string> Config::read_environment(const char* const* environment) {
    constexpr std::string_view kPrefix = "BOTCORE_";
    for (; environment != nullptr && *environment != nullptr; ++environment) {
        const std::string_view entry = *environment;
        if (!entry.starts_with(kPrefix)) continue;
        const std::size_t equals = entry.find('=');
        const std::string_view variable = entry.substr(0, equals);
        if (equals == std::string_view::npos || variable == "BOTCORE_DATA") continue;
        for (const auto& key : config_keys()) {
            std::string name(kPrefix);
            for (const char c : key.name) {
                name +=
                    c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
            }
            if (name == variable) (void)TRY(set(key.name, entry.substr(equals + 1), variable));
        }
    }
    return base::Done{};
}

const std::string& Config::text(std::string_view key) const {
    return value(key).text;
}

std::int64_t Config::integer(std::string_view key) const {
    const auto number = parse_integer(text(key));
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

}  // namespace botcore::shell
