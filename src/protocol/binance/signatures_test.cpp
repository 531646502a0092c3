#include "protocol/binance/signatures.hpp"

#include <gtest/gtest.h>

namespace botcore::protocol {
namespace {

// The first test vector of RFC 8032, section 7.1: an empty message.
constexpr std::string_view kPem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
    "-----END PUBLIC KEY-----\n";
constexpr std::string_view kSignature =
    "5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc"
    "+bRr0lv18FlbviRlUUFDjnoQCw==";

// RFC 4231, test case 2.
TEST(Signatures, HmacMatchesTheStandard) {
    const std::string hex = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    EXPECT_EQ(hmac_sha256_hex("Jefe", "what do ya want for nothing?"), hex);
    EXPECT_TRUE(is_hmac_sha256("Jefe", "what do ya want for nothing?", hex));
    std::string large = hex;
    for (char& c : large)
        c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
    EXPECT_TRUE(is_hmac_sha256("Jefe", "what do ya want for nothing?", large));
    EXPECT_FALSE(is_hmac_sha256("jefe", "what do ya want for nothing?", hex));
    EXPECT_FALSE(is_hmac_sha256("Jefe", "what do ya want for nothing?", hex.substr(1)));
    EXPECT_FALSE(is_hmac_sha256("Jefe", "what do ya want for nothing?", ""));
}

TEST(Signatures, Ed25519MatchesTheStandard) {
    const auto key = Ed25519PublicKey::parse(kPem);
    ASSERT_TRUE(key);
    EXPECT_TRUE(key->verifies("", kSignature));
    EXPECT_FALSE(key->verifies("x", kSignature));
    std::string other(kSignature);
    other.front() = 'A';
    EXPECT_FALSE(key->verifies("", other));
    for (const char* const wrong : {"", "AAAA", "====", "A", "not base64!!", "AA=A"})
        EXPECT_FALSE(key->verifies("", wrong)) << wrong;
}

TEST(Signatures, RejectsWhatIsNotAnEd25519Key) {
    std::string pem(kPem);
    EXPECT_FALSE(Ed25519PublicKey::parse(""));
    EXPECT_FALSE(Ed25519PublicKey::parse(pem.substr(0, pem.size() - 10)));
    EXPECT_FALSE(Ed25519PublicKey::parse(pem.substr(10)));
    EXPECT_FALSE(Ed25519PublicKey::parse(pem.replace(pem.find("MCow"), 4, "MCox")));
    EXPECT_FALSE(Ed25519PublicKey::parse(
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qY\n-----END PUBLIC KEY-----"));
}

}  // namespace
}  // namespace botcore::protocol
