#pragma once

/// The signatures by which a client of the exchange authenticates: HMAC-SHA256 with a shared
/// secret, or Ed25519. Source: the spot documentation, "Signed endpoint security" (2026-07-21).

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::protocol {

/// The HMAC-SHA256 of the text, as 64 lower-case hexadecimal digits.
[[nodiscard]] std::string hmac_sha256_hex(std::string_view secret, std::string_view text);

/// Whether `hex`, in upper or lower case, is the HMAC-SHA256 of the text. The comparison takes
/// constant time.
[[nodiscard]] bool is_hmac_sha256(std::string_view secret,
                                  std::string_view text,
                                  std::string_view hex);

class Ed25519PublicKey {
public:
    /// Reads the output of `openssl pkey -pubout`, which is a PEM block "PUBLIC KEY". Empty for any
    /// other text, including keys of other types.
    [[nodiscard]] static std::optional<Ed25519PublicKey> parse(std::string_view pem);

    /// Whether `base64` is a signature of the text by the owner of the key.
    [[nodiscard]] bool verifies(std::string_view text, std::string_view base64) const;

private:
    std::array<std::uint8_t, 32> bytes_{};
};

}  // namespace botcore::protocol
