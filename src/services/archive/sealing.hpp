#pragma once

/// Compresses, encrypts and authenticates objects for a repository (zstd, then libsodium's
/// XChaCha20-Poly1305), and opens them again. Without the key nothing can be read or changed, and
/// no object can be passed off as another: its name is authenticated with it.
///
/// Sealed form: "BCA1", 8 bytes key id, 24 bytes random nonce, ciphertext with its tag. The four
/// letters, the key id and the name are the associated data.
///
/// Threads: any; `seal` and `open` are stateless.

#include "base/result.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace botcore::archive {

enum class SealError : std::uint8_t {
    NotSealed,  ///< Not a sealed object: too short, or of an unknown version.
    OtherKey,   ///< Sealed with another key.
    Tampered,   ///< Changed, truncated, or stored under another name.
    TooLarge,   ///< More than `kPlainBytesMax` after decompression.
};

[[nodiscard]] std::string_view to_text(SealError error);

inline constexpr std::size_t kPlainBytesMax = std::size_t{64} << 20U;

/// A key of 256 random bits that cannot be printed. The key file is one line, 64 hexadecimal
/// digits, mode 0600.
class ArchiveKey {
public:
    static constexpr std::size_t kBytes = 32;

    /// Reads the key from its file. The error says what was expected and what to do.
    [[nodiscard]] static base::Result<ArchiveKey, std::string> load(
        const std::filesystem::path& file);
    /// Generates a random key and writes its file, which must not exist; synced before it returns.
    [[nodiscard]] static base::Result<ArchiveKey, std::string> create(
        const std::filesystem::path& file);

    ArchiveKey(const ArchiveKey&) = delete;
    ArchiveKey& operator=(const ArchiveKey&) = delete;
    ArchiveKey(ArchiveKey&& other) noexcept;
    ArchiveKey& operator=(ArchiveKey&& other) noexcept;
    /// Overwrites the memory.
    ~ArchiveKey();

    /// Writes another copy (the escrow), mode 0600, synced. Succeeds if the same key already
    /// exists; an error if another key is.
    [[nodiscard]] base::Outcome<std::string> copy_to(const std::filesystem::path& file) const;

    /// 16 hexadecimal digits that identify the key and reveal nothing about it.
    [[nodiscard]] std::string id() const;

    [[nodiscard]] std::string seal(std::string_view name, std::string_view plain) const;
    [[nodiscard]] base::Result<std::string, SealError> open(std::string_view name,
                                                            std::string_view sealed) const;

private:
    ArchiveKey() = default;

    std::array<unsigned char, kBytes> key_{};
};

}  // namespace botcore::archive
