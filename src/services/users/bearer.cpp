#include "services/users/bearer.hpp"

#include "base/check.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <vector>

namespace botcore::users {

namespace {

constexpr std::size_t kRandomBytes = 32;
constexpr std::size_t kHashBytes = 32;
constexpr std::size_t kEnding = 4;

}  // namespace

std::string random_text() {
    CHECK(sodium_init() >= 0);
    std::array<unsigned char, kRandomBytes> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::array<char, sodium_base64_ENCODED_LEN(kRandomBytes, kVariant)> text{};
    (void)sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), kVariant);
    std::string random(text.data());
    sodium_memzero(bytes.data(), bytes.size());
    sodium_memzero(text.data(), text.size());
    return random;
}

host::Secret make_bearer() {
    return host::Secret(std::string(kBearerPrefix) + random_text());
}

std::string bearer_hash(std::string_view token) {
    std::array<unsigned char, kHashBytes> out{};
    const int made = crypto_generichash(out.data(),
                                        out.size(),
                                        reinterpret_cast<const unsigned char*>(token.data()),
                                        token.size(),
                                        nullptr,
                                        0);
    CHECK(made == 0);
    return {out.begin(), out.end()};
}

std::string bearer_ending(std::string_view token) {
    return std::string(token.substr(token.size() - std::min(token.size(), kEnding)));
}

std::string random_id(std::size_t bytes) {
    CHECK(sodium_init() >= 0);
    static constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    std::vector<unsigned char> random(bytes);
    randombytes_buf(random.data(), random.size());
    std::string id;
    unsigned buffer = 0;
    unsigned bits = 0;
    for (const unsigned char byte : random) {
        buffer = (buffer << 8U) | byte;
        bits += 8;
        while (bits >= 5) {
            bits -= 5;
            id.push_back(kAlphabet[(buffer >> bits) & 31U]);
        }
    }
    return id;
}

}  // namespace botcore::users
