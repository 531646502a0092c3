#include "host/on_call_file.hpp"

#include "base/calendar.hpp"
#include "base/spelling.hpp"
#include "base/time_text.hpp"
#include "host/toml_library.hpp"
#include "host/whole_file.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

namespace botcore::host {

namespace {

using base::Timestamp;
using operations::OnCallOverride;
using operations::OnCallRotation;

constexpr std::size_t kOnCallBytesMax = std::size_t{1} << 20U;
constexpr std::size_t kPersonSizeMax = 32;
constexpr std::int64_t kShiftDaysMax = 366;

bool is_person_name(std::string_view text) {
    return !text.empty() && text.size() <= kPersonSizeMax &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == std::string::npos;
}

/// Reads one file and collects what is wrong with it.
class OnCallReader {
public:
    explicit OnCallReader(const std::string& path) : path_(path) {}

    void read(const toml::table& document);

    [[nodiscard]] base::Result<OnCallFile, std::string> result() &&;

private:
    /// An override, and where it is defined.
    struct Placed {
        OnCallOverride content;
        std::string origin;
    };

    [[nodiscard]] std::string origin_of(const toml::node& node) const {
        return path_ + ", line " + std::to_string(node.source().begin.line);
    }

    void refuse(const toml::node& node, const std::string& text) {
        errors_ += (errors_.empty() ? "" : "\n") + origin_of(node) + ": " + text;
    }

    void check_keys(const toml::table& table,
                    const std::string& name,
                    std::initializer_list<std::string_view> known);
    [[nodiscard]] std::optional<std::string> text(const toml::table& table, std::string_view key);
    [[nodiscard]] std::string optional_text(const toml::table& table, std::string_view key);
    [[nodiscard]] std::optional<Timestamp> time(const toml::table& table, std::string_view key);
    void check_known(const toml::node& node, const std::string& person);
    void read_people(const toml::node& people);
    void read_rotation(const toml::table& rotation);
    void read_first_day(const toml::table& rotation);
    void read_order(const toml::table& rotation);
    void read_overrides(const toml::node& overrides);
    void read_override(const toml::table& table);
    void check_effect(const toml::node& node, const OnCallOverride& later);

    const std::string& path_;
    std::string errors_;
    OnCallRotation rotation_;
    std::vector<OnCallPerson> people_;
    std::vector<Placed> overrides_;
};

void OnCallReader::check_keys(const toml::table& table,
                              const std::string& name,
                              std::initializer_list<std::string_view> known) {
    for (const auto& [key, node] : table) {
        if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
        refuse(node,
               "there is no key '" + std::string(key.str()) + "' in " + name +
                   base::did_you_mean(key.str(), std::vector<std::string_view>(known)));
    }
}

std::optional<std::string> OnCallReader::text(const toml::table& table, std::string_view key) {
    const toml::node* node = table.get(key);
    if (node == nullptr) {
        refuse(table, "the key '" + std::string(key) + "' is missing");
        return std::nullopt;
    }
    auto value = node->value_exact<std::string>();
    if (!value) refuse(*node, std::string(key) + ": expected a text in quotation marks");
    return value;
}

/// Empty if there is no such key.
std::string OnCallReader::optional_text(const toml::table& table, std::string_view key) {
    if (!table.contains(key)) return {};
    return text(table, key).value_or(std::string());
}

std::optional<Timestamp> OnCallReader::time(const toml::table& table, std::string_view key) {
    const auto given = text(table, key);
    if (!given) return std::nullopt;
    auto parsed = base::parse_iso8601(*given);
    if (!parsed) {
        refuse(*table.get(key),
               std::string(key) + ": expected a time in UTC such as \"2026-12-24T00:00Z\"");
    }
    return parsed;
}

void OnCallReader::check_known(const toml::node& node, const std::string& person) {
    std::vector<std::string_view> names;
    for (const OnCallPerson& one : people_)
        names.push_back(one.name);
    if (std::find(names.begin(), names.end(), person) != names.end()) return;
    refuse(node,
           "there is no [people." + person + "] in this file" + base::did_you_mean(person, names));
}

void OnCallReader::read_people(const toml::node& people) {
    const toml::table* tables = people.as_table();
    if (tables == nullptr) return refuse(people, "people: expected tables such as [people.ann]");
    for (const auto& [key, node] : *tables) {
        const std::string name(key.str());
        const toml::table* table = node.as_table();
        if (table == nullptr) {
            refuse(node, "people." + name + ": expected a table such as [people.ann]");
            continue;
        }
        if (!is_person_name(name)) {
            refuse(node,
                   "the name of a person consists of 1 to 32 small letters, digits, '-' and '_'");
        }
        check_keys(*table, "[people." + name + "]", {"email", "pagerduty_key"});
        OnCallPerson person{.name = name,
                            .email = optional_text(*table, "email"),
                            .pagerduty_key = Secret(optional_text(*table, "pagerduty_key")),
                            .origin = origin_of(node)};
        if (person.email.empty() && person.pagerduty_key.reveal().empty()) {
            refuse(node, "people." + name + " has no address: give an email or a pagerduty_key");
        }
        people_.push_back(std::move(person));
    }
}

void OnCallReader::read_rotation(const toml::table& rotation) {
    check_keys(rotation, "[rotation]", {"first_day", "handover", "shift_days", "order"});
    read_first_day(rotation);
    if (const auto handover = text(rotation, "handover")) {
        const auto parsed = operations::parse_time_of_day(*handover);
        if (!parsed) {
            refuse(*rotation.get("handover"), "handover: expected a time in UTC such as \"09:00\"");
        }
        rotation_.handover = parsed.value_or(operations::TimeOfDay());
    }
    const toml::node* days = rotation.get("shift_days");
    const auto count = days == nullptr ? std::nullopt : days->value_exact<std::int64_t>();
    if (!count || *count < 1 || *count > kShiftDaysMax) {
        refuse(days == nullptr ? rotation : *days,
               "shift_days: expected a whole number from 1 to " + std::to_string(kShiftDaysMax));
    }
    rotation_.shift_days = count.value_or(1);
    read_order(rotation);
}

void OnCallReader::read_first_day(const toml::table& rotation) {
    const auto given = text(rotation, "first_day");
    if (!given) return;
    const auto midnight = base::parse_iso8601(*given + "T00:00Z");
    if (!midnight) {
        return refuse(*rotation.get("first_day"),
                      "first_day: expected a date in quotation marks such as \"2026-11-02\"");
    }
    rotation_.first_day = base::day_of(*midnight);
}

void OnCallReader::read_order(const toml::table& rotation) {
    const toml::node* node = rotation.get("order");
    const toml::array* list = node == nullptr ? nullptr : node->as_array();
    if (list == nullptr || list->empty()) {
        return refuse(node == nullptr ? rotation : *node,
                      "order: expected at least one person, such as [\"ann\", \"bob\"]");
    }
    for (const toml::node& item : *list) {
        const auto person = item.value_exact<std::string>();
        if (!person) {
            refuse(item, "order: expected the names of people in quotation marks");
            continue;
        }
        check_known(item, *person);
        auto& order = rotation_.order;
        if (std::find(order.begin(), order.end(), *person) != order.end())
            refuse(item, "order: " + *person + " is named twice");
        order.push_back(*person);
    }
}

void OnCallReader::read_overrides(const toml::node& overrides) {
    const toml::array* list = overrides.as_array();
    if (list == nullptr) return refuse(overrides, "override: expected [[override]]");
    for (const toml::node& item : *list) {
        if (const toml::table* table = item.as_table()) {
            read_override(*table);
        } else {
            refuse(item, "override: expected [[override]]");
        }
    }
}

void OnCallReader::read_override(const toml::table& table) {
    check_keys(table, "[[override]]", {"from", "to", "person"});
    const auto from = time(table, "from");
    const auto to = time(table, "to");
    const auto person = text(table, "person");
    if (person) check_known(*table.get("person"), *person);
    if (!from || !to || !person) return;
    if (*to <= *from) return refuse(table, "the override ends before it begins");
    OnCallOverride content{.from = *from, .to = *to, .person = *person};
    check_effect(table, content);
    overrides_.push_back({std::move(content), origin_of(table)});
}

/// An override that a later one covers completely never applies, so one of them is a mistake.
void OnCallReader::check_effect(const toml::node& node, const OnCallOverride& later) {
    for (const Placed& earlier : overrides_) {
        if (later.from <= earlier.content.from && earlier.content.to <= later.to)
            refuse(node, "this override covers all of the earlier one at " + earlier.origin);
    }
}

void OnCallReader::read(const toml::table& document) {
    check_keys(document, "this file", {"rotation", "people", "override"});
    if (const toml::node* people = document.get("people")) read_people(*people);
    const toml::node* rotation = document.get("rotation");
    const toml::table* table = rotation == nullptr ? nullptr : rotation->as_table();
    if (table != nullptr) {
        read_rotation(*table);
    } else {
        refuse(rotation == nullptr ? document : *rotation, "the table [rotation] is missing");
    }
    if (const toml::node* overrides = document.get("override")) read_overrides(*overrides);
}

base::Result<OnCallFile, std::string> OnCallReader::result() && {
    if (!errors_.empty()) return base::Failure{std::move(errors_)};
    std::vector<OnCallOverride> overrides;
    for (Placed& one : overrides_)
        overrides.push_back(std::move(one.content));
    return OnCallFile{.plan = {std::move(rotation_), std::move(overrides)},
                      .people = std::move(people_)};
}

}  // namespace

base::Result<OnCallFile, std::string> read_on_call_file(const std::string& path) {
    const std::string content = TRY(host::read_file(path, kOnCallBytesMax));
    OnCallReader reader(path);
    try {
        reader.read(toml::parse(content, path));
    } catch (const toml::parse_error& error) {
        return base::Failure{path + ", line " + std::to_string(error.source().begin.line) + ": " +
                             std::string(error.description())};
    }
    return std::move(reader).result();
}

}  // namespace botcore::host
