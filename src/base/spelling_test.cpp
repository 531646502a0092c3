#include "base/spelling.hpp"

#include <gtest/gtest.h>

#include <array>

namespace botcore::base {
namespace {

TEST(Spelling, CountsEdits) {
    EXPECT_EQ(edit_distance("", ""), 0U);
    EXPECT_EQ(edit_distance("port", "port"), 0U);
    EXPECT_EQ(edit_distance("PORT", "port"), 0U);
    EXPECT_EQ(edit_distance("", "port"), 4U);
    EXPECT_EQ(edit_distance("port", ""), 4U);
    EXPECT_EQ(edit_distance("pot", "port"), 1U) << "One letter is inserted.";
    EXPECT_EQ(edit_distance("poort", "port"), 1U) << "One letter is missing.";
    EXPECT_EQ(edit_distance("pert", "port"), 1U) << "One letter is replaced.";
    EXPECT_EQ(edit_distance("prot", "port"), 1U) << "Two neighbours are swapped.";
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(Spelling, FindsTheNearestWord) {
    constexpr std::array<std::string_view, 3> kKnown{"status", "orders", "order"};
    EXPECT_EQ(nearest_word("statsu", kKnown), "status");
    EXPECT_EQ(nearest_word("ordrs", kKnown), "orders");
    EXPECT_EQ(nearest_word("oder", kKnown), "order");
    EXPECT_EQ(nearest_word("balance", kKnown), "") << "No known word is similar.";
    EXPECT_EQ(nearest_word("", kKnown), "");
    EXPECT_EQ(nearest_word(std::string(10'000, 's'), kKnown), "");
    EXPECT_EQ(did_you_mean("statsu", kKnown), "; did you mean status?");
    EXPECT_EQ(did_you_mean("balance", kKnown), "");
    EXPECT_EQ(did_you_mean("status", {}), "");
}

}  // namespace
}  // namespace botcore::base
