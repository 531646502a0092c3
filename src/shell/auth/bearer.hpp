#pragma once

/// Bearer tokens: 256 random bits that are shown once; what is kept is their hash, which is of no
/// use to a thief.

#include "shell/auth/secret.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::shell::auth {

/// What every token of a user begins with, so that people and scanners know one when they see it.
inline constexpr std::string_view kBearerPrefix = "bct_";

/// The longest token that a header may show.
inline constexpr std::size_t kBearerMax = 256;

/// 43 letters, digits, '-' and '_' that nobody can guess.
[[nodiscard]] std::string random_text();

/// A fresh token: the prefix and 43 letters, digits, '-' and '_'.
[[nodiscard]] Secret make_bearer();

/// BLAKE2b-256, 32 bytes. No salt: the tokens are as random as the hash.
[[nodiscard]] std::string bearer_hash(std::string_view token);

/// The last four characters, for telling one's own tokens apart.
[[nodiscard]] std::string bearer_ending(std::string_view token);

/// `bytes` random bytes as base32 in lower case: for ids that are no secrets.
[[nodiscard]] std::string random_id(std::size_t bytes);

/// The token of a header `Authorization: Bearer <token>`; nothing for any other header. The
/// scheme's case does not matter (RFC 7235); the token is of visible ASCII, at most 256 characters.
[[nodiscard]] std::optional<std::string_view> bearer_of(std::string_view header);

}  // namespace botcore::shell::auth
