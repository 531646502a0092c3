#pragma once

/// Compresses, encrypts and authenticates what goes into a repository (zstd, then libsodium's
/// XChaCha20-Poly1305), and opens it again. Nothing can be read without the key, nothing can be
/// changed, and no object can stand in for another: its name is authenticated with it.
///
/// Sealed form: "BCA1", 8 bytes key id, 24 bytes random nonce, ciphertext with its tag. The four
/// letters, the key id and the name are the associated data.
///
/// Threads: any; `seal` and `open` keep no state.

#include "base/result.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace botcore::shell::archive {

enum class SealError : std::uint8_t {
    NotSealed,  ///< Not an object of ours: too short, or of an unknown version.
    OtherKey,   ///< Sealed with a key that is not this one.
    Tampered,   ///< Changed, cut, or stored under another name.
    TooLarge,   ///< More than `kPlainBytesMax` when unpacked.
};

[[nodiscard]] std::string_view to_text(SealError error);

inline constexpr std::size_t kPlainBytesMax = std::size_t{64} << 20U;

/// 256 random bits that cannot be printed. The key file is one line, 64 hexadecimal digits, mode
/// 0600.
class ArchiveKey {
public:
    static constexpr std::size_t kBytes = 32;

    /// From its file. The text says what was expected and what to do.
    [[nodiscard]] static base::Result<ArchiveKey, std::string> load(
        const std::filesystem::path& file);
    /// Makes a new random key and its file, which must not exist; synced before it returns.
    [[nodiscard]] static base::Result<ArchiveKey, std::string> create(
        const std::filesystem::path& file);

    ArchiveKey(const ArchiveKey&) = delete;
    ArchiveKey& operator=(const ArchiveKey&) = delete;
    ArchiveKey(ArchiveKey&& other) noexcept;
    ArchiveKey& operator=(ArchiveKey&& other) noexcept;
    /// Overwrites the memory.
    ~ArchiveKey();

    /// Writes another copy (the escrow), mode 0600, synced; Done where the same key is there
    /// already, an error where another one is.
    [[nodiscard]] base::Outcome<std::string> copy_to(const std::filesystem::path& file) const;

    /// 16 hexadecimal digits that tell keys apart and tell nothing of the key.
    [[nodiscard]] std::string id() const;

    [[nodiscard]] std::string seal(std::string_view name, std::string_view plain) const;
    [[nodiscard]] base::Result<std::string, SealError> open(std::string_view name,
                                                            std::string_view sealed) const;

private:
    ArchiveKey() = default;

    std::array<unsigned char, kBytes> key_{};
};

}  // namespace botcore::shell::archive
