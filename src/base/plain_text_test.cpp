#include "base/plain_text.hpp"

#include <gtest/gtest.h>

#include <array>

namespace botcore::base {
namespace {

/// Characters that control a terminal or change the direction of a text, with their escapes.
constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kObeyed = {{
    {"\x1b", "\\u001b"},
    {"\x07", "\\u0007"},
    {"\x7f", "\\u007f"},
    {"\xc2\x80", "\\u0080"},
    {"\xc2\x9b", "\\u009b"},
    {"\xc2\x9f", "\\u009f"},
    {"\xd8\x9c", "\\u061c"},
    {"\xe2\x80\x8e", "\\u200e"},
    {"\xe2\x80\x8f", "\\u200f"},
    {"\xe2\x80\xa8", "\\u2028"},
    {"\xe2\x80\xa9", "\\u2029"},
    {"\xe2\x80\xaa", "\\u202a"},
    {"\xe2\x80\xae", "\\u202e"},
    {"\xe2\x81\xa6", "\\u2066"},
    {"\xe2\x81\xa9", "\\u2069"},
    {std::string_view("\0", 1), "\\u0000"},
}};

TEST(PlainText, ReplacesControlAndBidirectionalCharacters) {
    for (const auto& [bytes, escape] : kObeyed) {
        const std::string text = "a" + std::string(bytes) + "b";
        EXPECT_FALSE(is_plain_line(text)) << escape;
        EXPECT_EQ(plain_line(text), "a b") << escape;
        EXPECT_EQ(escaped(text), "a" + std::string(escape) + "b");
        EXPECT_TRUE(is_plain_line(plain_line(text)));
        EXPECT_TRUE(is_plain_line(escaped(text)));
    }
    for (const char* text : {"a\nb", "a\rb", "a\tb"}) {
        EXPECT_FALSE(is_plain_line(text));
        EXPECT_EQ(plain_line(text), "a b");
        EXPECT_EQ(escaped(text), text) << "Line ends and tabs of our own output remain.";
    }
}

TEST(PlainText, KeepsTextInAllScripts) {
    for (const char* text : {"",
                             "Ann O'Neill",
                             "Jos\u00e9",
                             "\u05d0\u05d1\u05d2",
                             "\u0639\u0644\u064a",
                             "\u4e0a\u6d77",
                             "\U0001f680 \u00a0",
                             "\u00a0",
                             "\u200d\uffff\U0010ffff"}) {
        EXPECT_TRUE(is_plain_line(text)) << text;
        EXPECT_EQ(plain_line(text), text);
        EXPECT_EQ(escaped(text), text);
    }
}

TEST(PlainText, RejectsInvalidUtf8) {
    // A terminal with one byte per character interprets 0x9b alone; the others are overlong forms,
    // a surrogate, code points above U+10FFFF, and incomplete characters.
    for (const char* bytes : {"\x9b",
                              "\xc0\x9b",
                              "\xe0\x80\x9b",
                              "\xed\xa0\x80",
                              "\xf4\x90\x80\x80",
                              "\xf5\x80\x80\x80",
                              "\xff",
                              "\xe2\x80",
                              "\xc3"}) {
        const std::string text = std::string("a") + bytes;
        EXPECT_FALSE(is_plain_line(text));
        const std::string question(std::string_view(bytes).size(), '?');
        EXPECT_EQ(plain_line(text), "a" + question);
        EXPECT_EQ(escaped(text), "a" + question);
    }
}

TEST(PlainText, CountsTheBytesOfAnIncompleteCharacter) {
    EXPECT_EQ(open_bytes(""), 0U);
    EXPECT_EQ(open_bytes("abc"), 0U);
    EXPECT_EQ(open_bytes("a\xe2\x80\xae"), 0U);
    EXPECT_EQ(open_bytes("a\xe2\x80"), 2U);
    EXPECT_EQ(open_bytes("a\xe2"), 1U);
    EXPECT_EQ(open_bytes("\xf0\x9f\x9a"), 3U);
    EXPECT_EQ(open_bytes("\x80\x80\x80\x80\x80"), 0U);
    EXPECT_EQ(open_bytes("\xff"), 0U);
}

}  // namespace
}  // namespace botcore::base
