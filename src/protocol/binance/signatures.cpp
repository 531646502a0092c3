#include "protocol/binance/signatures.hpp"

#include "base/check.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace botcore::protocol {

namespace {

constexpr std::size_t kHashBytes = 32;
constexpr std::size_t kSignatureBytes = 64;
constexpr std::size_t kBase64Max = 1'024;

/// The SubjectPublicKeyInfo of an Ed25519 key up to the key itself (RFC 8410, section 10.1).
constexpr std::array<std::uint8_t, 12> kKeyPrefix{
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

bool is_base64(std::string_view text) {
    const auto padding = text.find('=');
    const std::string_view digits = text.substr(0, padding);
    const std::string_view end =
        padding == std::string_view::npos ? std::string_view() : text.substr(padding);
    return !text.empty() && text.size() % 4 == 0 && text.size() <= kBase64Max &&
           (end.empty() || end == "=" || end == "==") &&
           std::all_of(digits.begin(), digits.end(), [](char c) {
               return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                      c == '+' || c == '/';
           });
}

/// Empty if the text is not base64.
std::vector<std::uint8_t> decoded(std::string_view text) {
    if (!is_base64(text)) return {};
    std::vector<std::uint8_t> bytes(text.size() / 4 * 3);
    const int size = EVP_DecodeBlock(bytes.data(), bytes_of(text), static_cast<int>(text.size()));
    CHECK(size == static_cast<int>(bytes.size()));
    const auto padding = std::count(text.end() - 2, text.end(), '=');
    bytes.resize(bytes.size() - static_cast<std::size_t>(padding));
    return bytes;
}

}  // namespace

std::string hmac_sha256_hex(std::string_view secret, std::string_view text) {
    std::array<unsigned char, kHashBytes> hash{};
    unsigned int size = 0;
    const auto* const done = HMAC(EVP_sha256(),
                                  secret.data(),
                                  static_cast<int>(secret.size()),
                                  bytes_of(text),
                                  text.size(),
                                  hash.data(),
                                  &size);
    CHECK(done != nullptr);
    CHECK(size == hash.size());
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string hex;
    for (const unsigned char byte : hash) {
        hex += kDigits[byte >> 4U];
        hex += kDigits[byte & 15U];
    }
    return hex;
}

bool is_hmac_sha256(std::string_view secret, std::string_view text, std::string_view hex) {
    const std::string expected = hmac_sha256_hex(secret, text);
    if (hex.size() != expected.size()) return false;
    std::string small(hex);
    for (char& c : small) {
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    }
    return CRYPTO_memcmp(small.data(), expected.data(), expected.size()) == 0;
}

std::optional<Ed25519PublicKey> Ed25519PublicKey::parse(std::string_view pem) {
    constexpr std::string_view kBegin = "-----BEGIN PUBLIC KEY-----";
    constexpr std::string_view kEnd = "-----END PUBLIC KEY-----";
    const auto begin = pem.find(kBegin);
    if (begin == std::string_view::npos) return std::nullopt;
    const auto end = pem.find(kEnd, begin);
    if (end == std::string_view::npos) return std::nullopt;
    std::string body(pem.substr(begin + kBegin.size(), end - begin - kBegin.size()));
    std::erase_if(body, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
    const auto bytes = decoded(body);
    Ed25519PublicKey key;
    if (bytes.size() != kKeyPrefix.size() + key.bytes_.size()) return std::nullopt;
    if (!std::equal(kKeyPrefix.begin(), kKeyPrefix.end(), bytes.begin())) return std::nullopt;
    std::copy(bytes.begin() + kKeyPrefix.size(), bytes.end(), key.bytes_.begin());
    return key;
}

bool Ed25519PublicKey::verifies(std::string_view text, std::string_view base64) const {
    const auto signature = decoded(base64);
    if (signature.size() != kSignatureBytes) return false;
    const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_.data(), bytes_.size()),
        EVP_PKEY_free);
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                     EVP_MD_CTX_free);
    CHECK(key != nullptr);
    CHECK(context != nullptr);
    // Whether the 32 bytes are a valid key is only checked here: an invalid key verifies nothing.
    return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
           EVP_DigestVerify(
               context.get(), signature.data(), signature.size(), bytes_of(text), text.size()) == 1;
}

}  // namespace botcore::protocol
