#include "operations/escalation.hpp"

#include "base/random.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::operations {
namespace {

using base::Duration;
using base::Timestamp;
using testing::ElementsAre;

constexpr Duration kPeriod = Duration::seconds(300);

Timestamp at(std::int64_t seconds) {
    return Timestamp::from_milliseconds(1'790'000'000'000 + seconds * 1'000);
}

/// The fact of the step that is taken; empty if none is due.
std::string step(EscalationState& escalation, std::int64_t second) {
    const auto taken = take_step(escalation, at(second), kPeriod);
    return taken ? taken->fact : "";
}

TEST(Escalation, TellsOneAfterTheOtherAndThenEverybody) {
    EscalationState escalation{.incident = 1, .order = {"ann", "bob"}};
    EXPECT_EQ(step(escalation, 0), "Told ann");
    EXPECT_EQ(step(escalation, 299), "");
    EXPECT_EQ(step(escalation, 300), "Not acknowledged within 300 s: told bob");
    EXPECT_EQ(step(escalation, 599), "");
    const auto all = take_step(escalation, at(600), kPeriod);
    ASSERT_TRUE(all.has_value());
    EXPECT_EQ(all->fact, "Not acknowledged within 300 s: told ann, bob again");
    EXPECT_THAT(all->people, ElementsAre("ann", "bob"));
    EXPECT_EQ(step(escalation, 899), "");
    EXPECT_EQ(step(escalation, 900), "Not acknowledged within 300 s: told ann, bob again");
}

TEST(Escalation, TakesASingleStepAfterALongPause) {
    EscalationState escalation{.incident = 1, .order = {"ann", "bob", "cat"}};
    EXPECT_EQ(step(escalation, 0), "Told ann");
    EXPECT_EQ(step(escalation, 86'400), "Not acknowledged within 300 s: told bob");
    EXPECT_EQ(step(escalation, 86'401), "");
}

TEST(Escalation, AClockThatIsSetBackDelaysTheNextStepByOnePeriodAtMost) {
    EscalationState escalation{.incident = 1, .order = {"ann", "bob"}};
    EXPECT_EQ(step(escalation, 10'000), "Told ann");
    EXPECT_EQ(step(escalation, 0), "");
    EXPECT_EQ(step(escalation, 299), "");
    EXPECT_EQ(step(escalation, 300), "Not acknowledged within 300 s: told bob");
}

TEST(Escalation, PeopleWhoLeaveOrJoinChangeTheOrder) {
    EscalationState escalation{
        .incident = 1, .order = {"ann", "bob", "cat"}, .told = 2, .last = at(0)};
    EXPECT_FALSE(adopt_people(escalation, std::vector<std::string>{"cat", "bob", "ann"}));
    EXPECT_TRUE(adopt_people(escalation, std::vector<std::string>{"bob", "cat", "dan"}));
    EXPECT_THAT(escalation.order, ElementsAre("bob", "cat", "dan"));
    EXPECT_EQ(step(escalation, 300), "Not acknowledged within 300 s: told cat");
    EXPECT_EQ(step(escalation, 600), "Not acknowledged within 300 s: told dan");
    EXPECT_TRUE(adopt_people(escalation, std::vector<std::string>{"eve"}));
    EXPECT_EQ(step(escalation, 601), "Told eve");
}

/// At random times, with a clock that steps: the people are told in order, each once before anyone
/// is told again.
TEST(Escalation, NeverSkipsAPersonAndNeverTellsOneTwiceBeforeTheLast) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        base::Random random(seed);
        EscalationState escalation{.incident = 1, .order = {"ann", "bob", "cat"}};
        std::vector<std::string> told;
        std::int64_t second = 0;
        for (int i = 0; i < 100 && told.size() < 3; ++i) {
            second += random.between(-200, 700);
            const auto taken = take_step(escalation, at(second), kPeriod);
            if (taken) told.insert(told.end(), taken->people.begin(), taken->people.end());
        }
        EXPECT_THAT(told, ElementsAre("ann", "bob", "cat")) << "seed " << seed;
    }
}

}  // namespace
}  // namespace botcore::operations
