#include "operations/on_call.hpp"

#include "base/calendar.hpp"
#include "base/random.hpp"
#include "base/time_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

namespace botcore::operations {
namespace {

using base::Duration;
using base::Timestamp;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Duration kMoment = Duration::microseconds(1);

Timestamp at(std::string_view text) {
    const auto time = base::parse_iso8601(text);
    EXPECT_TRUE(time.has_value()) << text;
    return time.value_or(Timestamp());
}

OnCallRotation rotation_of(std::vector<std::string> order, std::int64_t shift_days = 7) {
    return {.first_day = base::day_of(at("2026-11-02T00:00Z")),
            .handover = {9 * 60},
            .shift_days = shift_days,
            .order = std::move(order)};
}

TEST(OnCallPlan, PeopleTakeTurnsAtTheHandover) {
    const OnCallPlan plan(rotation_of({"ann", "bob"}), {});
    EXPECT_EQ(plan.person_at(at("2026-11-02T09:00Z")), "ann");
    EXPECT_EQ(plan.person_at(at("2026-11-09T09:00Z") - kMoment), "ann");
    EXPECT_EQ(plan.person_at(at("2026-11-09T09:00Z")), "bob");
    EXPECT_EQ(plan.person_at(at("2026-11-16T09:00Z")), "ann");
}

TEST(OnCallPlan, TheRotationContinuesBeforeItsFirstDay) {
    const OnCallPlan plan(rotation_of({"ann", "bob", "cat"}), {});
    EXPECT_EQ(plan.person_at(at("2026-11-02T09:00Z") - kMoment), "cat");
    EXPECT_EQ(plan.person_at(at("2026-10-26T09:00Z") - kMoment), "bob");
    EXPECT_EQ(plan.person_at(at("1969-12-31T23:59Z")), plan.person_at(at("1969-12-31T00:00Z")));
}

TEST(OnCallPlan, AShiftIsNotLongerOrShorterWhenClocksChange) {
    // Europe set its clocks back on 2026-10-25 and forward on 2027-03-28.
    const OnCallPlan plan(rotation_of({"ann", "bob"}, 1), {});
    for (const std::string_view day : {"2026-10-25T09:00Z", "2027-03-28T09:00Z"}) {
        const auto next = plan.handovers_after(at(day), 1);
        ASSERT_EQ(next.size(), 1U);
        EXPECT_EQ(next.front().at - at(day), base::kDay);
    }
}

TEST(OnCallPlan, AnOverrideBeginsAndEndsExactly) {
    const auto from = at("2026-11-03T10:00Z");
    const auto to = at("2026-11-03T18:00Z");
    const OnCallPlan plan(rotation_of({"ann", "bob"}), {{from, to, "dan"}});
    EXPECT_EQ(plan.person_at(from - kMoment), "ann");
    EXPECT_EQ(plan.person_at(from), "dan");
    EXPECT_EQ(plan.person_at(to - kMoment), "dan");
    EXPECT_EQ(plan.person_at(to), "ann");
}

TEST(OnCallPlan, TheOverrideThatWasDefinedLastApplies) {
    const OnCallPlan plan(rotation_of({"ann", "bob"}),
                          {{at("2026-11-03T00:00Z"), at("2026-11-05T00:00Z"), "bob"},
                           {at("2026-11-04T00:00Z"), at("2026-11-06T00:00Z"), "dan"}});
    EXPECT_EQ(plan.person_at(at("2026-11-03T12:00Z")), "bob");
    EXPECT_EQ(plan.person_at(at("2026-11-04T12:00Z")), "dan");
    EXPECT_EQ(plan.person_at(at("2026-11-05T12:00Z")), "dan");
}

TEST(OnCallPlan, HandoversNameOnlyChangesOfThePerson) {
    const OnCallPlan plan(rotation_of({"ann", "bob"}),
                          {{at("2026-11-08T00:00Z"), at("2026-11-10T00:00Z"), "bob"}});
    // The override ends during the shift of the same person, so its end hands nothing over.
    EXPECT_THAT(plan.handovers_after(at("2026-11-02T09:00Z"), 3),
                ElementsAre(OnCallHandover{at("2026-11-08T00:00Z"), "bob"},
                            OnCallHandover{at("2026-11-16T09:00Z"), "ann"},
                            OnCallHandover{at("2026-11-23T09:00Z"), "bob"}));
}

TEST(OnCallPlan, ASinglePersonHandsOverToOverridesOnly) {
    EXPECT_THAT(OnCallPlan(rotation_of({"ann"}), {}).handovers_after(Timestamp(), 4), IsEmpty());
    const OnCallPlan plan(rotation_of({"ann"}),
                          {{at("2026-11-08T00:00Z"), at("9999-01-01T00:00Z"), "bob"}});
    EXPECT_THAT(plan.handovers_after(Timestamp(), 4),
                ElementsAre(OnCallHandover{at("2026-11-08T00:00Z"), "bob"},
                            OnCallHandover{at("9999-01-01T00:00Z"), "ann"}));
}

TEST(OnCallPlan, EscalationFollowsTheRotationAndEndsWithThePersonWhoIsReplaced) {
    const OnCallPlan plan(rotation_of({"ann", "bob", "cat"}),
                          {{at("2026-11-10T00:00Z"), at("2026-11-11T00:00Z"), "dan"},
                           {at("2026-11-12T00:00Z"), at("2026-11-13T00:00Z"), "cat"}});
    EXPECT_THAT(plan.escalation_order(at("2026-11-09T12:00Z")), ElementsAre("bob", "cat", "ann"));
    EXPECT_THAT(plan.escalation_order(at("2026-11-10T12:00Z")),
                ElementsAre("dan", "cat", "ann", "bob"));
    EXPECT_THAT(plan.escalation_order(at("2026-11-12T12:00Z")), ElementsAre("cat", "ann", "bob"));
}

/// Plans at random, with times on a grid of hours around the first day.
class OnCallProperties : public testing::TestWithParam<std::uint64_t> {
protected:
    std::int64_t below(std::int64_t limit) {
        return static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(limit)));
    }

    Timestamp hour() { return at("2026-10-01T00:00Z") + Duration::seconds(3'600 * below(24 * 90)); }

    OnCallPlan plan() {
        std::vector<std::string> order{"ann", "bob", "cat", "dan"};
        order.resize(static_cast<std::size_t>(1 + below(4)));
        std::vector<OnCallOverride> overrides;
        for (std::int64_t left = below(6); left > 0; --left) {
            const Timestamp from = hour();
            const Timestamp to = from + Duration::seconds(3'600 * (1 + below(200)));
            overrides.push_back({from, to, below(2) == 0 ? "eve" : order.front()});
        }
        return {rotation_of(std::move(order), 1 + below(9)), std::move(overrides)};
    }

private:
    base::Random random_{GetParam()};
};

/// The person, found by counting shifts one by one instead of by division.
std::string expected_person(const OnCallPlan& plan, Timestamp time) {
    std::string person;
    const OnCallRotation& rotation = plan.rotation();
    const auto shift = Duration::seconds(86'400 * rotation.shift_days);
    Timestamp begin =
        base::midnight_of(rotation.first_day) + Duration::seconds(60 * rotation.handover.minutes);
    std::size_t place = 0;
    for (; begin > time; begin = begin - shift)
        place = (place + rotation.order.size() - 1) % rotation.order.size();
    for (; begin + shift <= time; begin = begin + shift)
        place = (place + 1) % rotation.order.size();
    person = rotation.order[place];
    for (const OnCallOverride& one : plan.overrides())
        if (one.from <= time && time < one.to) person = one.person;
    return person;
}

TEST_P(OnCallProperties, EveryMomentHasThePersonOfTheDefinition) {
    const OnCallPlan tested = plan();
    for (int i = 0; i < 200; ++i) {
        const Timestamp time = hour() - Duration::microseconds(below(2));
        EXPECT_EQ(tested.person_at(time), expected_person(tested, time));
    }
}

TEST_P(OnCallProperties, HandoversAreAllChangesAndNothingElse) {
    const OnCallPlan tested = plan();
    Timestamp time = at("2026-10-01T00:00Z");
    const auto handovers = tested.handovers_after(time, 1'000);
    std::vector<OnCallHandover> expected;
    // All boundaries lie on whole hours.
    const Timestamp end = at("2027-01-15T00:00Z");
    for (time = time + Duration::seconds(3'600); time < end; time = time + Duration::seconds(3'600))
        if (tested.person_at(time) != tested.person_at(time - kMoment))
            expected.push_back({time, tested.person_at(time)});
    ASSERT_GE(handovers.size(), expected.size());
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), handovers.begin()));
}

TEST_P(OnCallProperties, EscalationNamesEverybodyOnceFromThePersonOnCall) {
    const OnCallPlan tested = plan();
    for (int i = 0; i < 50; ++i) {
        const Timestamp time = hour();
        auto order = tested.escalation_order(time);
        EXPECT_EQ(order.front(), tested.person_at(time));
        std::sort(order.begin(), order.end());
        EXPECT_EQ(std::adjacent_find(order.begin(), order.end()), order.end());
        for (const std::string& person : tested.rotation().order)
            EXPECT_TRUE(std::binary_search(order.begin(), order.end(), person));
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, OnCallProperties, testing::Range<std::uint64_t>(1, 41));

}  // namespace
}  // namespace botcore::operations
