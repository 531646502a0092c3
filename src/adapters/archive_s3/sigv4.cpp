#include "adapters/archive_s3/sigv4.hpp"

#include "base/check.hpp"
#include "base/time_text.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <sodium.h>

#include <algorithm>
#include <array>

namespace botcore::archive_s3 {

namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

using Hash = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

std::string hex(const Hash& hash) {
    std::array<char, 2 * SHA256_DIGEST_LENGTH + 1> text{};
    (void)sodium_bin2hex(text.data(), text.size(), hash.data(), hash.size());
    return text.data();
}

Hash hmac(std::string_view key, std::string_view text) {
    Hash hash{};
    unsigned int size = 0;
    const auto* const done = HMAC(EVP_sha256(),
                                  key.data(),
                                  static_cast<int>(key.size()),
                                  reinterpret_cast<const unsigned char*>(text.data()),
                                  text.size(),
                                  hash.data(),
                                  &size);
    CHECK(done != nullptr);
    CHECK(size == hash.size());
    return hash;
}

/// The intermediate hashes of a signing key are secrets too: each is overwritten after its use.
void step(Hash& key, std::string_view text) {
    const Hash next = hmac({reinterpret_cast<const char*>(key.data()), key.size()}, text);
    sodium_memzero(key.data(), key.size());
    key = next;
}

bool needs_no_escape(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

std::string escaped(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto value = static_cast<unsigned char>(c);
        if (needs_no_escape(c)) {
            out += c;
        } else {
            out.append({'%', kDigits[value >> 4U], kDigits[value & 15U]});
        }
    }
    return out;
}

std::string signed_names(const NamesAndValues& sorted) {
    std::string names;
    for (const auto& header : sorted)
        names.append(names.empty() ? "" : ";").append(header.first);
    return names;
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
    Hash hash{};
    unsigned int size = 0;
    const int done =
        EVP_Digest(bytes.data(), bytes.size(), hash.data(), &size, EVP_sha256(), nullptr);
    CHECK(done == 1);
    CHECK(size == hash.size());
    return hex(hash);
}

std::string canonical_query(const NamesAndValues& query) {
    NamesAndValues sorted;
    for (const auto& [name, value] : query)
        sorted.emplace_back(escaped(name), escaped(value));
    std::ranges::sort(sorted);
    std::string text;
    for (const auto& [name, value] : sorted)
        text.append(text.empty() ? "" : "&").append(name).append("=").append(value);
    return text;
}

std::string authorization(const S3Credentials& credentials,
                          const SigningScope& scope,
                          const RequestToSign& request) {
    CHECK(std::ranges::all_of(request.path, [](char c) { return needs_no_escape(c) || c == '/'; }));
    NamesAndValues headers = request.headers;
    std::ranges::sort(headers);
    const std::string names = signed_names(headers);
    std::string canonical;
    canonical.append(request.method).append("\n").append(request.path).append("\n");
    canonical.append(canonical_query(request.query)).append("\n");
    for (const auto& [name, value] : headers)
        canonical.append(name).append(":").append(value).append("\n");
    canonical.append("\n").append(names).append("\n").append(request.payload_hash);

    const std::string time = base::to_compact_iso8601(scope.time);
    const std::string day = time.substr(0, 8);
    const std::string within =
        day + "/" + std::string(scope.region) + "/" + std::string(scope.service) + "/aws4_request";
    std::string to_sign(kAlgorithm);
    to_sign.append("\n").append(time).append("\n").append(within).append("\n");
    to_sign.append(sha256_hex(canonical));

    std::string first = "AWS4" + std::string(credentials.secret_key.reveal());
    Hash key = hmac(first, day);
    sodium_memzero(first.data(), first.size());
    step(key, scope.region);
    step(key, scope.service);
    step(key, "aws4_request");
    step(key, to_sign);
    return std::string(kAlgorithm) + " Credential=" + std::string(credentials.access_key.reveal()) +
           "/" + within + ", SignedHeaders=" + names + ", Signature=" + hex(key);
}

}  // namespace botcore::archive_s3
