// Random seeds from a fixed base, and a test that a seed repeats itself.

#include "sim/run.hpp"

#include <gtest/gtest.h>

namespace botcore::sim {

namespace {

constexpr std::uint64_t kBase = 20'260'101;
/// The number of seeds in one part. It is small enough that a part finishes within its time limit
/// on a slow machine; parts run in parallel.
constexpr std::uint64_t kSeedsInPart = 20;

class SeedsInParts : public testing::TestWithParam<std::uint64_t> {};

}  // namespace

// @spec:I1
// @spec:I2
// @spec:I3
// @spec:I4
// @spec:I5
// @spec:I6
// @spec:I7
// @spec:I8
// @spec:I9
// @spec:I10
// @spec:I11
// @spec:I12
// @spec:I13
// @spec:I14
// @spec:TC-REL-010
// @spec:TC-REL-011 R3-TX-02
TEST_P(SeedsInParts, BreakNoInvariant) {
    std::uint64_t restores = 0;
    const std::uint64_t first = kBase + GetParam() * kSeedsInPart;
    for (std::uint64_t seed = first; seed < first + kSeedsInPart; ++seed) {
        const RunResult result = run_seed(seed);
        EXPECT_EQ(result.violations, 0U)
            << "replay: ./dev sim --seed " << seed << "\n"
            << (result.texts.empty() ? std::string() : result.texts.front());
        EXPECT_GT(result.records, 0U);
        restores += result.restores;
    }
    EXPECT_GE(restores, 20U) << "The states were rebuilt from the journal and compared.";
}

INSTANTIATE_TEST_SUITE_P(Hundred, SeedsInParts, testing::Range<std::uint64_t>(0, 5));

/// The process dies while its commit is under way. The commit stores a trade after the next process
/// has started, before the term of that process begins: the trade is not lost with the venue.
TEST(Seeds, ALateCommitOfADeadProcessKeepsItsTrades) {
    const RunResult result = run_seed(200'836);
    EXPECT_EQ(result.violations, 0U)
        << (result.texts.empty() ? std::string() : result.texts.front());
}

TEST(Seeds, SameSeedGivesTheSameRun) {
    for (std::uint64_t seed = kBase; seed < kBase + 3; ++seed) {
        const RunResult first = run_seed(seed);
        const RunResult again = run_seed(seed);
        EXPECT_EQ(first.trace_hash, again.trace_hash);
        EXPECT_EQ(first.events, again.events);
        EXPECT_EQ(first.records, again.records);
    }
    EXPECT_NE(run_seed(kBase).trace_hash, run_seed(kBase + 1).trace_hash);
}

}  // namespace botcore::sim
