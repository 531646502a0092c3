#pragma once

/// The rules for passwords, and how they are stored: as Argon2id hashes, never as text.
///
/// Threads: hashing takes tens of milliseconds and megabytes by design, so it must not run on the
/// loop.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::users {

inline constexpr std::size_t kPasswordCharactersMin = 12;
/// From this length on, no character classes are required.
inline constexpr std::size_t kPassphraseCharactersMin = 16;
inline constexpr std::size_t kPasswordBytesMax = 256;
/// How many of a user's latest passwords, the current one included, may not be used again.
inline constexpr std::size_t kPasswordsRemembered = 5;

/// Why a password is rejected, as a text for the user; nothing for a good one. The text never
/// contains the password. Rejects passwords that are short, too uniform, or variations of a common
/// one.
[[nodiscard]] std::optional<std::string> weakness_of(std::string_view password);

/// The cost of one hash. The default is libsodium's "interactive": 2 passes over 64 MiB.
struct HashCost {
    std::uint64_t passes = 2;
    std::size_t memory_bytes = std::size_t{64} << 20U;
};

/// The lowest possible cost, for tests only.
inline constexpr HashCost kHashCostLeast{.passes = 1, .memory_bytes = 8'192};

/// The password's hash with salt and cost in one text. Ends the process if memory is exhausted
/// (E7).
[[nodiscard]] std::string hash_password(std::string_view password, HashCost cost);

[[nodiscard]] bool is_password(std::string_view candidate, const std::string& hash);

/// Whether the hash was made at another cost than `cost`.
[[nodiscard]] bool is_outdated(const std::string& hash, HashCost cost);

}  // namespace botcore::users
