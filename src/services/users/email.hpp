#pragma once

/// E-mail addresses as names of users. Each has one normalized form, so that two spellings of one
/// address never become two users.

#include <optional>
#include <string>
#include <string_view>

namespace botcore::users {

/// The address in lower case, or nothing if it is not valid: one '@', before it 1 to 64 letters,
/// digits and the characters of RFC 5321's "atext" with single dots inside, after it at least two
/// labels of letters, digits and dashes, at most 254 characters in all. ASCII only.
[[nodiscard]] std::optional<std::string> normalized_email(std::string_view text);

}  // namespace botcore::users
