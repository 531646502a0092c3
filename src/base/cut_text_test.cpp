#include "base/cut_text.hpp"

#include "base/plain_text.hpp"

#include <gtest/gtest.h>

namespace botcore::base {
namespace {

TEST(CutText, KeepsATextWithinTheLimit) {
    EXPECT_EQ(cut_to_characters("", 1), "");
    EXPECT_EQ(cut_to_characters("abc", 3), "abc");
    EXPECT_EQ(cut_to_characters("grün", 4), "grün");
}

TEST(CutText, EndsALongTextWithAnEllipsisWithinTheLimit) {
    EXPECT_EQ(cut_to_characters("abcd", 3), "ab…");
    EXPECT_EQ(cut_to_characters("abcd", 1), "…");
    EXPECT_EQ(cut_to_characters("€€€€", 3), "€€…");
}

TEST(CutText, CutsNoCharacterInTwo) {
    const std::string text = "aé€😀aé€😀aé€😀";
    for (std::size_t max = 1; max <= 13; ++max) {
        const std::string cut = cut_to_characters(text, max);
        EXPECT_TRUE(is_plain_line(cut)) << max;
        EXPECT_EQ(count_characters(cut), std::min<std::size_t>(max, 12)) << max;
    }
}

TEST(CutText, ReturnsTheFirstCharacter) {
    EXPECT_EQ(first_character("abc"), "a");
    EXPECT_EQ(first_character("é"), "é");
    EXPECT_EQ(first_character("😀a"), "😀");
}

}  // namespace
}  // namespace botcore::base
