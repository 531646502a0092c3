#pragma once

/// Bearer tokens: 256 random bits that are shown once. Only a hash of the token is stored, which
/// cannot be used to log in.

#include "host/secret.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace botcore::users {

/// The prefix of every user token, so that people and secret scanners recognize a token.
inline constexpr std::string_view kBearerPrefix = "bct_";

/// A text of 43 random letters, digits, '-' and '_' that cannot be guessed.
[[nodiscard]] std::string random_text();

/// A new token: the prefix and 43 letters, digits, '-' and '_'.
[[nodiscard]] host::Secret make_bearer();

/// The BLAKE2b-256 hash of the token, 32 bytes. It needs no salt: a token is as random as a hash.
[[nodiscard]] std::string bearer_hash(std::string_view token);

/// The last four characters, by which users distinguish their tokens.
[[nodiscard]] std::string bearer_ending(std::string_view token);

/// `bytes` random bytes as base32 in lower case, for ids that are not secret.
[[nodiscard]] std::string random_id(std::size_t bytes);

}  // namespace botcore::users
