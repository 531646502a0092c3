// The command line of botsim.

#include "sim/options.hpp"

#include <gtest/gtest.h>

namespace botcore::sim {

namespace {

constexpr std::string_view kCommit = "0123456789ab";

std::string refusal_of(const std::vector<std::string_view>& arguments) {
    return read_options(arguments, kCommit).refusal;
}

}  // namespace

TEST(Options, ParsesMinutesAndABase) {
    const auto read = read_options({"--minutes", "2", "--base", "70", "--trace"}, kCommit);
    EXPECT_EQ(read.refusal, "");
    EXPECT_EQ(read.options.minutes, 2U);
    EXPECT_EQ(read.options.base, 70U);
    EXPECT_TRUE(read.options.trace);
    EXPECT_EQ(read_options({"--seeds", "5000"}, kCommit).options.seeds, 5'000U);
}

TEST(Options, DescribesEveryOption) {
    EXPECT_TRUE(read_options({"--help"}, kCommit).options.help);
    for (const std::string_view option :
         {"--seeds", "--minutes", "--seed", "--base", "--commit", "--json", "--trace", "--help"}) {
        EXPECT_NE(kUsage.find("\n  " + std::string(option)), std::string_view::npos) << option;
    }
}

TEST(Options, RefusesAnEmptyRun) {
    EXPECT_EQ(refusal_of({"--seeds", "0"}), "--seeds requires a whole number above zero, not '0'");
    EXPECT_EQ(refusal_of({"--minutes", "1.0"}),
              "--minutes requires a whole number above zero, not '1.0'");
    EXPECT_EQ(refusal_of({"--seed"}), "--seed requires a value");
    EXPECT_EQ(refusal_of({"--sed", "5"}), "there is no option --sed; did you mean --seed?");
}

TEST(Options, PrintsAReplayLineThatIsAcceptedAsACommandLine) {
    EXPECT_EQ(replay_line(269, kCommit), "replay: ./dev sim --seed 269 --commit 0123456789ab\n");
    const auto read = read_options({"--seed", "269", "--commit", kCommit}, kCommit);
    EXPECT_EQ(read.refusal, "");
    EXPECT_EQ(read.options.seed, 269U);
}

TEST(Options, RefusesASeedOfAnotherCommit) {
    EXPECT_EQ(refusal_of({"--seed", "269", "--commit", "ffffffffffff"}),
              "this program was built from commit 0123456789ab, not from ffffffffffff; check out "
              "that commit first");
}

TEST(Options, RefusesAVariantOption) {
    const std::string expected =
        "--variant does not exist yet: there is no deliberately broken core to run";
    EXPECT_EQ(refusal_of({"--variant", "list"}), expected);
    EXPECT_EQ(refusal_of({"--variant"}), expected);
}

}  // namespace botcore::sim
