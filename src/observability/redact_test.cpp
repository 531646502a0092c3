#include "observability/redact.hpp"

#include "observability/log.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace botcore::observability {
namespace {

const std::string kLong(40, 'k');

TEST(Redact, RemovesSecretsAnywhereInAText) {
    const std::string secret = "hunter2-Hunter2!";
    for (const std::string& text : {"Authorization: Bearer " + secret,
                                    "bearer " + secret,
                                    R"({"password":")" + secret + R"("})",
                                    R"({"current_password" : ")" + secret + R"(", "a":1})",
                                    R"({\"new_password\":\")" + secret + R"(\"})",
                                    "GET /x?signature=" + secret + "&a=1",
                                    "X-MBX-APIKEY: " + secret,
                                    "api_key='" + secret + "'",
                                    "passphrase=" + secret + ", and more",
                                    "listenKey=" + secret}) {
        const std::string shown = redact(text);
        EXPECT_EQ(shown.find("unter2"), std::string::npos) << shown;
        EXPECT_NE(shown.find("[redacted]"), std::string::npos) << shown;
    }
}

TEST(Redact, DetectsASecretByItsLength) {
    EXPECT_EQ(redact("path /api/orders/" + kLong + "/explain"),
              "path /api/orders/[redacted]/explain");
    EXPECT_EQ(redact("bct_abc"), "[redacted]");
    EXPECT_EQ(redact(std::string(39, 'k')), std::string(39, 'k'));
}

TEST(Redact, LeavesOrdinaryTextsUnchanged) {
    for (const char* text : {"",
                             "the order BC1-000001-42 was filled at 50000.10",
                             "123e4567-e89b-12d3-a456-426614174000",
                             "a valid token is required: send 'Authorization: Bearer <token>'",
                             "known are: email, password, name",
                             "listening on 127.0.0.1:8080",
                             "version 1.2.3 of 2026-11-23T14:00:00.123Z",
                             "/var/lib/botcore/users.sqlite",
                             "5 @ 3"}) {
        EXPECT_EQ(redact(text), text);
    }
}

TEST(Redact, ShowsNamesOfOurVariablesButNotTheirSecrets) {
    const std::string name = "BOTCORE_RISK_MARGIN_LEVEL_ENTRY_MINIMUM_PERCENT";
    ASSERT_GE(name.size(), kLong.size());
    EXPECT_EQ(redact(name + ": expected a number"), name + ": expected a number");
    EXPECT_EQ(redact(name + "_TOKEN=abc"), name + "_TOKEN=[redacted]");
    EXPECT_EQ(redact("BOTCORE_" + kLong), "[redacted]")
        << "Only upper-case letters make a variable's name.";
    EXPECT_EQ(redact("BOTCORE_" + std::string(72, 'A')), "[redacted]")
        << "No variable's name is this long.";
}

// An operator must be able to find an object of the archive and to compare states.
TEST(Redact, LeavesObjectNamesAndStateHashesUnchanged) {
    const std::string hash = "0f" + std::string(62, 'a');
    for (const std::string& text :
         {std::string(
              "damaged: timeline/00000003/segment/00000000000000000001-00000000000000000042"),
          std::string("timeline/00000003/snapshot/00000000000000000042-20261123t140000z/rows-1"),
          "complete, state " + hash,
          R"({"state_hash":")" + hash + R"("})",
          std::string("cannot create the data folder /etc/passwd: not a directory")}) {
        EXPECT_EQ(redact(text), text);
    }
    for (const std::string& text : {"signature " + hash,
                                    "state " + hash + "0",
                                    "state " + kLong,
                                    std::string("00000000000000000001-abcdefghijklmnopqrst"),
                                    std::string(41, '7')}) {
        EXPECT_NE(redact(text).find("[redacted]"), std::string::npos) << redact(text);
    }
}

TEST(Redact, HashesMailAddresses) {
    const std::string shown = redact("login of Ann.Lee+x@Example.org failed");
    EXPECT_EQ(shown.find("xample"), std::string::npos) << shown;
    EXPECT_EQ(shown.find("nn.Lee"), std::string::npos) << shown;
    EXPECT_EQ(shown, redact("login of ann.lee+x@example.org failed"));
    EXPECT_NE(shown, redact("login of ann.lee+y@example.org failed"));
    EXPECT_TRUE(redact("?email=ann@example.org&x=1").starts_with("?email=[email "));
}

// The characters before an e-mail address in the same word may be a secret, too.
TEST(Redact, RemovesSecretsBeforeAMailAddress) {
    for (const std::string& text : {std::string("https://h/p?token=hunter2&email=ann@example.org"),
                                    std::string("api_key=hunter2&email=ann@example.org"),
                                    "/" + kLong + "/ann@example.org"}) {
        const std::string shown = redact(text);
        EXPECT_EQ(shown.find("hunter2"), std::string::npos) << shown;
        EXPECT_EQ(shown.find(kLong), std::string::npos) << shown;
        EXPECT_NE(shown.find("[email "), std::string::npos) << shown;
    }
}

TEST(Redact, MasksAddresses) {
    EXPECT_EQ(redact("from 203.0.113.77:5000"), "from 203.0.113.*:5000");
    EXPECT_EQ(mask_address("203.0.113.77"), "203.0.113.*");
    EXPECT_EQ(mask_address("2001:db8:1:2::5"), "2001:db8:*");
    EXPECT_EQ(mask_address("::1"), "::1");
    EXPECT_EQ(mask_address("127.0.0.1"), "127.0.0.1");
    EXPECT_EQ(mask_address("fe80"), "fe80");
}

TEST(Redact, HandlesATextCutAtAnyPosition) {
    const std::string text =
        R"(x password":"a\"b" token= 'q' Bearer  x@y.z 1.2.3.4 secret:\)" + kLong;
    for (std::size_t begin = 0; begin < text.size(); ++begin) {
        for (std::size_t size = 0; begin + size <= text.size(); ++size)
            (void)redact(std::string_view(text).substr(begin, size));
    }
}

// A search for an address at each character would take hours.
TEST(Redact, HandlesALongTextWithoutSpaces) {
    std::string text;
    while (text.size() < 1'000'000)
        text += "\u00e9.";
    EXPECT_EQ(redact(text), text);
    const std::string shown = redact(text + "@ " + text + "@example.org");
    EXPECT_TRUE(shown.starts_with(text + "@ [email ")) << shown.substr(text.size());
}

TEST(Redact, IsAppliedToEveryLogLine) {
    const std::array<Field, 2> fields = {Field{"operation", "GET /x?token=hunter2"},
                                         Field{"remote", "2001:db8:1:2::5"}};
    const std::string line =
        format_line({"test", "", "", "here"}, Level::Info, "t", "shown: Bearer hunter2", fields);
    EXPECT_EQ(line.find("hunter2"), std::string::npos) << line;
    EXPECT_EQ(line.find("1:2::5"), std::string::npos) << line;
}

}  // namespace
}  // namespace botcore::observability
