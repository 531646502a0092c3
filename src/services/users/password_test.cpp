#include "services/users/password.hpp"

#include "model/names.hpp"
#include "net/bearer_header.hpp"
#include "services/users/bearer.hpp"
#include "services/users/email.hpp"

#include <gtest/gtest.h>

#include <set>

namespace botcore::users {
namespace {

TEST(Password, OfTwelveCharactersNeedsFourClasses) {
    EXPECT_EQ(weakness_of("Tr4il-bl4zer"), std::nullopt);
    EXPECT_NE(weakness_of("tr4il-bl4zer"), std::nullopt);
    EXPECT_NE(weakness_of("TR4IL-BL4ZER"), std::nullopt);
    EXPECT_NE(weakness_of("Trail-blazer"), std::nullopt);
    EXPECT_NE(weakness_of("Tr4ilxbl4zer"), std::nullopt);
    EXPECT_NE(weakness_of("Tr4il-bl4ze"), std::nullopt);
}

TEST(Password, OfSixteenCharactersMayBeOfAnyClass) {
    EXPECT_EQ(weakness_of("correct horse battery"), std::nullopt);
    EXPECT_NE(weakness_of("correct horse b"), std::nullopt);
    EXPECT_EQ(weakness_of("üäöüßäöü-ßäöüäqx"), std::nullopt);
}

TEST(Password, HasAtMost256Bytes) {
    std::string text;
    while (text.size() < kPasswordBytesMax)
        text += "aK9-x2Qz";
    EXPECT_EQ(weakness_of(text), std::nullopt);
    EXPECT_NE(weakness_of(text + "a"), std::nullopt);
}

TEST(Password, IsRejectedIfItIsAVariationOfACommonOne) {
    for (const char* text : {"Password1234!",
                             "P@ssw0rd2024!",
                             "Qwertyuiop12!",
                             "!!Welcome2025",
                             "changemechangeme",
                             "LetMeInLetMeIn!1",
                             "Bitcoin-202600000"}) {
        EXPECT_NE(weakness_of(text), std::nullopt) << text;
    }
}

TEST(Password, IsRejectedIfItRepeatsCharactersOrSequences) {
    for (const char* text : {"aaaaaaaaaaaaaaaaaa",
                             "abababababababab",
                             "abcdefghijklmnopqrst",
                             "0123456789876543210"}) {
        EXPECT_NE(weakness_of(text), std::nullopt) << text;
    }
}

TEST(Password, WeaknessNeverShowsThePassword) {
    for (const char* text : {"Short-1", "Password1234!", "aaaaaaaaaaaaaaaaaa"}) {
        EXPECT_EQ(weakness_of(text)->find(text), std::string::npos);
    }
}

TEST(Password, IsVerifiedByItsHashOnly) {
    const std::string hash = hash_password("Tr4il-bl4zer", kHashCostLeast);
    EXPECT_TRUE(hash.starts_with("$argon2id$"));
    EXPECT_TRUE(is_password("Tr4il-bl4zer", hash));
    EXPECT_FALSE(is_password("Tr4il-bl4zes", hash));
    EXPECT_FALSE(is_password("", hash));
    EXPECT_FALSE(is_password("Tr4il-bl4zer", ""));
    EXPECT_NE(hash, hash_password("Tr4il-bl4zer", kHashCostLeast));
}

TEST(Password, HashOfAnotherCostIsOutdated) {
    const std::string hash = hash_password("Tr4il-bl4zer", kHashCostLeast);
    EXPECT_FALSE(is_outdated(hash, kHashCostLeast));
    EXPECT_TRUE(is_outdated(hash, {.passes = 2, .memory_bytes = 16'384}));
}

TEST(Email, IsNormalizedToOneForm) {
    EXPECT_EQ(normalized_email("Ann.Lee+bot@Example.ORG"), "ann.lee+bot@example.org");
    EXPECT_EQ(normalized_email("a@b.co"), "a@b.co");
}

TEST(Email, IsRejectedIfInvalid) {
    for (const char* text : {"",
                             "a",
                             "a@b",
                             "@b.co",
                             "a@",
                             ".a@b.co",
                             "a.@b.co",
                             "a..b@c.de",
                             "a b@c.de",
                             "a@b@c.de",
                             "a@-b.co",
                             "a@b-.co",
                             "a@b..co",
                             "a@b.co.",
                             "a@b_c.de",
                             "\"a\"@b.co",
                             "a@[1.2.3]",
                             "\xC3\xA4@b.co"}) {
        EXPECT_EQ(normalized_email(text), std::nullopt) << text;
    }
    EXPECT_EQ(normalized_email(std::string(65, 'a') + "@b.co"), std::nullopt);
    EXPECT_EQ(normalized_email("a@" + std::string(64, 'b') + ".co"), std::nullopt);
    EXPECT_EQ(normalized_email("a@" + std::string(300, 'b') + ".co"), std::nullopt);
}

TEST(Bearer, TokensAreLongAndUniqueAndStoredAsHashes) {
    const host::Secret one = make_bearer();
    const host::Secret two = make_bearer();
    EXPECT_EQ(one.reveal().size(), kBearerPrefix.size() + 43);
    EXPECT_TRUE(one.reveal().starts_with(kBearerPrefix));
    EXPECT_NE(one.reveal(), two.reveal());
    EXPECT_EQ(bearer_hash(one.reveal()).size(), 32U);
    EXPECT_EQ(bearer_hash(one.reveal()), bearer_hash(one.reveal()));
    EXPECT_NE(bearer_hash(one.reveal()), bearer_hash(two.reveal()));
    EXPECT_EQ(bearer_ending("bct_abcdefgh"), "efgh");
    EXPECT_EQ(bearer_ending("gh"), "gh");
}

TEST(Bearer, IsFoundOnlyInItsHeader) {
    EXPECT_EQ(net::bearer_of("Bearer abc"), "abc");
    EXPECT_EQ(net::bearer_of("bearer   abc"), "abc");
    for (const char* header :
         {"", "Bearer", "Bearer ", "Basic abc", "Bearer a b", "Bearer a\tb", "Bearer \x7F"}) {
        EXPECT_EQ(net::bearer_of(header), std::nullopt) << header;
    }
    EXPECT_EQ(net::bearer_of("Bearer " + std::string(257, 'a')), std::nullopt);
}

TEST(RandomId, HasLettersAndDigitsAndIsAValidAccountName) {
    std::set<std::string> seen;
    for (int i = 0; i < 1'000; ++i)
        seen.insert(random_id(8));
    EXPECT_EQ(seen.size(), 1'000U);
    for (const std::string& id : seen) {
        EXPECT_EQ(id.size(), 12U);
        EXPECT_TRUE(model::is_valid_account("u-" + id + "-futures")) << id;
    }
}

}  // namespace
}  // namespace botcore::users
