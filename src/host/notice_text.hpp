#pragma once

/// The texts of messages to people that a service outside receives as JSON.
///
/// T1  Every text is valid UTF-8 without control characters, within its limit.
///
/// Threads: any.

#include "base/time.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace botcore::host {

/// A name and its value.
using NoticeFact = std::pair<std::string, std::variant<std::string, std::int64_t>>;

/// At most this many facts are sent; a name or a value is cut at so many characters.
inline constexpr std::size_t kFactsMax = 100;
inline constexpr std::size_t kFactNameMax = 200;
inline constexpr std::size_t kFactValueMax = 1'000;

/// A name, such as an id or a subject: one line, cut at `characters_max` characters.
[[nodiscard]] std::string notice_name(std::string_view text, std::size_t characters_max);

/// A sentence for people: one line without what looks like a secret, cut at `characters_max`
/// characters.
[[nodiscard]] std::string notice_line(std::string_view text, std::size_t characters_max);

/// ISO 8601 in UTC. A time outside the years 0 to 9999 becomes the nearest time in them.
[[nodiscard]] std::string notice_time(base::Timestamp time);

/// Adds the facts to `object`, numbers as numbers. A name that `object` already has keeps its first
/// value.
void add_facts(boost::json::object& object, std::span<const NoticeFact> facts);

/// Whether the text is an http or https URL that a message can contain as a link, without quotes,
/// angle brackets and bars.
[[nodiscard]] bool is_web_link(std::string_view text);

}  // namespace botcore::host
