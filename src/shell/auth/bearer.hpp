#pragma once

/// Bearer tokens: 256 random bits that are shown once. Only a hash of the token is stored, which
/// cannot be used to log in.

#include "shell/auth/secret.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::shell::auth {

/// The prefix of every user token, so that people and secret scanners recognize a token.
inline constexpr std::string_view kBearerPrefix = "bct_";

/// The longest token that is accepted in a header.
inline constexpr std::size_t kBearerMax = 256;

/// A text of 43 random letters, digits, '-' and '_' that cannot be guessed.
[[nodiscard]] std::string random_text();

/// A new token: the prefix and 43 letters, digits, '-' and '_'.
[[nodiscard]] Secret make_bearer();

/// The BLAKE2b-256 hash of the token, 32 bytes. It needs no salt: a token is as random as a hash.
[[nodiscard]] std::string bearer_hash(std::string_view token);

/// The last four characters, by which users distinguish their tokens.
[[nodiscard]] std::string bearer_ending(std::string_view token);

/// `bytes` random bytes as base32 in lower case, for ids that are not secret.
[[nodiscard]] std::string random_id(std::size_t bytes);

/// The token of a header `Authorization: Bearer <token>`; nothing for any other header. The scheme
/// is not case-sensitive (RFC 7235); the token is visible ASCII, at most 256 characters.
[[nodiscard]] std::optional<std::string_view> bearer_of(std::string_view header);

}  // namespace botcore::shell::auth
