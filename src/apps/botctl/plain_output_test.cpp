#include "apps/botctl/plain_output.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace botcore::botctl {
namespace {

class Printed : public testing::Test {
protected:
    /// The output for texts that are written one after the other.
    static std::string of(std::initializer_list<std::string_view> texts) {
        std::stringbuf below;
        std::ostream stream(&below);
        {
            const PlainOutput output(stream);
            for (const std::string_view text : texts)
                stream << text;
        }
        return below.str();
    }
};

TEST_F(Printed, EscapesTerminalControlCharacters) {
    EXPECT_EQ(of({"a\x1b[2Jb\x07\x7f\n"}), "a\\u001b[2Jb\\u0007\\u007f\n");
    EXPECT_EQ(of({"{\"name\":\"\xc2\x9b\x32Jx\xe2\x80\xae\"}\n"}),
              "{\"name\":\"\\u009b2Jx\\u202e\"}\n");
    EXPECT_EQ(of({"\x9b\x32J"}), "?2J");
}

TEST_F(Printed, PassesTextAndLayoutUnchanged) {
    EXPECT_EQ(of({"Jos\u00e9\t\u4e0a\u6d77\n", "\r", "50 %", "\n"}),
              "Jos\u00e9\t\u4e0a\u6d77\n\r50 %\n");
    EXPECT_EQ(of({"a line\rOK      \n"}), "a line OK      \n")
        << "A carriage return inside a text.";
}

TEST_F(Printed, AcceptsACharacterInPieces) {
    EXPECT_EQ(of({"\xe4", "\xb8", "\x8a"}), "\u4e0a");
    EXPECT_EQ(of({"a\xe2\x80", "\xaez"}), "a\\u202ez");
    EXPECT_EQ(of({"a\xc2", "\x9bz"}), "a\\u009bz");
    EXPECT_EQ(of({"a\xe2\x80"}), "a??") << "The character is incomplete.";
    EXPECT_EQ(of({"a\xe2", "\r", "b"}), "a? b");
    std::stringbuf below;
    std::ostream stream(&below);
    const PlainOutput output(stream);
    for (const char c : std::string_view("\xc2\x9b!"))
        stream.put(c);
    stream.flush();
    EXPECT_EQ(below.str(), "\\u009b!");
}

TEST_F(Printed, FailsIfTheStreamBelowFails) {
    struct Full final : std::streambuf {
    } full;

    std::ostream broken(&full);
    const PlainOutput output(broken);
    broken << "lost";
    EXPECT_FALSE(broken.good());
}

}  // namespace
}  // namespace botcore::botctl
