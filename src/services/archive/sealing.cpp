#include "services/archive/sealing.hpp"

#include "base/check.hpp"
#include "host/durable_file.hpp"

#include <sodium.h>
#include <zstd.h>

#include <algorithm>
#include <utility>

namespace botcore::archive {

namespace {

constexpr std::string_view kVersion = "BCA1";
constexpr std::size_t kIdBytes = 8;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kHeadBytes = kVersion.size() + kIdBytes + kNonceBytes;
constexpr int kLevel = 3;
constexpr std::size_t kHexDigits = 2 * ArchiveKey::kBytes;
constexpr std::size_t kFileBytesMax = 128;
constexpr std::string_view kIdContext = "botcore archive key id";
static_assert(kNonceBytes == 24 && kHeadBytes == 36, "The sealed form is stored.");
static_assert(ArchiveKey::kBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(kIdBytes <= crypto_generichash_BYTES_MAX && kHexDigits < kFileBytesMax);

using Id = std::array<unsigned char, kIdBytes>;

unsigned char* bytes_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

/// A hash with the key as BLAKE2b's key, so that the id reveals nothing about the key.
Id id_of(const std::array<unsigned char, ArchiveKey::kBytes>& key) {
    CHECK(sodium_init() >= 0);
    std::array<unsigned char, crypto_generichash_BYTES> hash{};
    const int done = crypto_generichash(
        hash.data(), hash.size(), bytes_of(kIdContext), kIdContext.size(), key.data(), key.size());
    CHECK(done == 0);
    Id id{};
    std::copy_n(hash.begin(), id.size(), id.begin());
    return id;
}

std::string associated_data(std::string_view name, const Id& id) {
    std::string data(kVersion);
    data.append(id.begin(), id.end());
    data.append(name);
    return data;
}

std::string compressed(std::string_view plain) {
    std::string packed(ZSTD_compressBound(plain.size()), '\0');
    const std::size_t size =
        ZSTD_compress(packed.data(), packed.size(), plain.data(), plain.size(), kLevel);
    CHECK(ZSTD_isError(size) == 0);
    packed.resize(size);
    return packed;
}

/// The frame always states its size, since `seal` wrote it; the authentication was checked before.
base::Result<std::string, SealError> unpacked(std::string_view packed) {
    const auto size = ZSTD_getFrameContentSize(packed.data(), packed.size());
    if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR) {
        return base::Failure{SealError::NotSealed};
    }
    if (size > kPlainBytesMax) return base::Failure{SealError::TooLarge};
    std::string plain(size, '\0');
    const std::size_t got =
        ZSTD_decompress(plain.data(), plain.size(), packed.data(), packed.size());
    if (ZSTD_isError(got) != 0 || got != size) return base::Failure{SealError::NotSealed};
    return plain;
}

}  // namespace

std::string_view to_text(SealError error) {
    switch (error) {
        case SealError::NotSealed:
            return "it is not an object of this archive";
        case SealError::OtherKey:
            return "it was sealed with another key";
        case SealError::Tampered:
            return "the object was changed, truncated or stored under another name";
        case SealError::TooLarge:
            return "it is larger than an object may be when decompressed";
    }
    CHECK(false);
}

ArchiveKey::ArchiveKey(ArchiveKey&& other) noexcept : key_(other.key_) {
    sodium_memzero(other.key_.data(), other.key_.size());
}

ArchiveKey& ArchiveKey::operator=(ArchiveKey&& other) noexcept {
    if (this == &other) return *this;
    key_ = other.key_;
    sodium_memzero(other.key_.data(), other.key_.size());
    return *this;
}

ArchiveKey::~ArchiveKey() {
    sodium_memzero(key_.data(), key_.size());
}

base::Result<ArchiveKey, std::string> ArchiveKey::load(const std::filesystem::path& file) {
    CHECK(sodium_init() >= 0);
    std::string text = TRY(host::read_private_file(file, kFileBytesMax));
    std::string_view line(text);
    if (line.ends_with('\n')) line.remove_suffix(1);
    ArchiveKey key;
    std::size_t size = 0;
    const bool whole =
        line.size() == kHexDigits &&
        sodium_hex2bin(
            key.key_.data(), key.key_.size(), line.data(), line.size(), nullptr, &size, nullptr) ==
            0;
    sodium_memzero(text.data(), text.size());
    if (!whole || size != kBytes) {
        return base::Failure{"expected one line of 64 hexadecimal digits in the key file " +
                             file.string() + ": replace the file by the copy of the key"};
    }
    return key;
}

base::Result<ArchiveKey, std::string> ArchiveKey::create(const std::filesystem::path& file) {
    CHECK(sodium_init() >= 0);
    ArchiveKey key;
    randombytes_buf(key.key_.data(), key.key_.size());
    std::array<char, kHexDigits + 1> line{};
    (void)sodium_bin2hex(line.data(), line.size(), key.key_.data(), key.key_.size());
    line.back() = '\n';
    const auto made = host::create_file(file, {line.data(), line.size()});
    sodium_memzero(line.data(), line.size());
    if (!made) return base::Failure{made.error()};
    return key;
}

base::Outcome<std::string> ArchiveKey::copy_to(const std::filesystem::path& file) const {
    std::error_code error;
    const auto status = std::filesystem::symlink_status(file, error);
    if (std::filesystem::exists(status)) {
        const ArchiveKey there = TRY(load(file));
        if (sodium_memcmp(there.key_.data(), key_.data(), kBytes) == 0) return base::Done{};
        return base::Failure{file.string() + " contains another key, " + there.id() +
                             " instead of " + id() + "; it was not changed: choose another name"};
    }
    std::array<char, kHexDigits + 1> line{};
    (void)sodium_bin2hex(line.data(), line.size(), key_.data(), key_.size());
    line.back() = '\n';
    auto made = host::create_file(file, {line.data(), line.size()});
    sodium_memzero(line.data(), line.size());
    return made;
}

std::string ArchiveKey::id() const {
    const Id bytes = id_of(key_);
    std::array<char, 2 * kIdBytes + 1> text{};
    (void)sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
    return text.data();
}

std::string ArchiveKey::seal(std::string_view name, std::string_view plain) const {
    CHECK(plain.size() <= kPlainBytesMax);
    const Id id = id_of(key_);
    const std::string data = associated_data(name, id);
    const std::string packed = compressed(plain);
    std::string sealed(kHeadBytes + packed.size() + kTagBytes, '\0');
    std::copy(kVersion.begin(), kVersion.end(), sealed.begin());
    std::copy(id.begin(), id.end(), sealed.begin() + kVersion.size());
    unsigned char* const nonce = bytes_of(sealed) + kVersion.size() + kIdBytes;
    randombytes_buf(nonce, kNonceBytes);
    const int done = crypto_aead_xchacha20poly1305_ietf_encrypt(bytes_of(sealed) + kHeadBytes,
                                                                nullptr,
                                                                bytes_of(packed),
                                                                packed.size(),
                                                                bytes_of(data),
                                                                data.size(),
                                                                nullptr,
                                                                nonce,
                                                                key_.data());
    CHECK(done == 0);
    return sealed;
}

base::Result<std::string, SealError> ArchiveKey::open(std::string_view name,
                                                      std::string_view sealed) const {
    if (sealed.size() < kHeadBytes + kTagBytes || !sealed.starts_with(kVersion)) {
        return base::Failure{SealError::NotSealed};
    }
    const Id id = id_of(key_);
    const std::string_view named = sealed.substr(kVersion.size(), kIdBytes);
    if (!std::equal(id.begin(), id.end(), bytes_of(named))) {
        return base::Failure{SealError::OtherKey};
    }
    const std::string data = associated_data(name, id);
    std::string packed(sealed.size() - kHeadBytes - kTagBytes, '\0');
    const int done =
        crypto_aead_xchacha20poly1305_ietf_decrypt(bytes_of(packed),
                                                   nullptr,
                                                   nullptr,
                                                   bytes_of(sealed) + kHeadBytes,
                                                   sealed.size() - kHeadBytes,
                                                   bytes_of(data),
                                                   data.size(),
                                                   bytes_of(sealed) + kVersion.size() + kIdBytes,
                                                   key_.data());
    if (done != 0) return base::Failure{SealError::Tampered};
    return unpacked(packed);
}

}  // namespace botcore::archive
