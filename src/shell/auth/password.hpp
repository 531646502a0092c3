#pragma once

/// What a password must be, and how it is kept: Argon2id, never the text itself.
///
/// Threads: hashing takes tens of milliseconds and megabytes by design; never on the loop.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::shell::auth {

inline constexpr std::size_t kPasswordCharactersMin = 12;
/// From this length on the classes of characters do not matter.
inline constexpr std::size_t kPassphraseCharactersMin = 16;
inline constexpr std::size_t kPasswordBytesMax = 256;
/// As many earlier passwords may not be used again, the present one included.
inline constexpr std::size_t kPasswordsRemembered = 5;

/// Why a password is refused, for the one who chose it; nothing for a good one. The text never
/// holds the password. Refuses those that are short, too uniform, or a common one in disguise.
[[nodiscard]] std::optional<std::string> weakness_of(std::string_view password);

/// What one hash costs. The default is libsodium's "interactive": 2 passes over 64 MiB.
struct HashCost {
    std::uint64_t passes = 2;
    std::size_t memory_bytes = std::size_t{64} << 20U;
};

/// The cheapest there is, for tests only.
inline constexpr HashCost kHashCostLeast{.passes = 1, .memory_bytes = 8'192};

/// The password's hash with salt and costs in one text. Ends the process without memory (E7).
[[nodiscard]] std::string hash_password(std::string_view password, HashCost cost);

[[nodiscard]] bool is_password(std::string_view candidate, const std::string& hash);

/// Was the hash made at another cost than this one?
[[nodiscard]] bool is_outdated(const std::string& hash, HashCost cost);

}  // namespace botcore::shell::auth
