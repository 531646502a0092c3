#include "resilience/bulkhead.hpp"

#include "resilience/adaptive_throttle.hpp"
#include "resilience/clock_test.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

namespace botcore::resilience {
namespace {

using Entry = Bulkhead::Entry;

/// Six slots, one of them reserved for each lane except the last.
BulkheadRules small() {
    BulkheadRules rules;
    rules.slots = 6;
    rules.lanes = {
        LaneRules{1, 4}, LaneRules{1, 4}, LaneRules{1, 4}, LaneRules{1, 4}, LaneRules{0, 2}};
    return rules;
}

TEST(Bulkhead, ALaneTakesNoSlotThatAHigherLaneReserves) {
    Bulkhead bulkhead(small());
    EXPECT_EQ(bulkhead.enter(Lane::MarketData, 1), Entry::Started);
    EXPECT_EQ(bulkhead.enter(Lane::MarketData, 2), Entry::Started);
    EXPECT_EQ(bulkhead.enter(Lane::MarketData, 3), Entry::Waiting);
    EXPECT_EQ(bulkhead.enter(Lane::Entry, 4), Entry::Started);
    EXPECT_EQ(bulkhead.enter(Lane::Entry, 5), Entry::Waiting);
    EXPECT_EQ(bulkhead.enter(Lane::Reconciliation, 6), Entry::Started);
    EXPECT_EQ(bulkhead.enter(Lane::Exit, 7), Entry::Started);
    EXPECT_EQ(bulkhead.enter(Lane::Exit, 8), Entry::Waiting);
    EXPECT_EQ(bulkhead.enter(Lane::Cancel, 9), Entry::Started);
    EXPECT_EQ(bulkhead.enter(Lane::Cancel, 10), Entry::Waiting);
    EXPECT_EQ(bulkhead.under_way(), 6U);
    EXPECT_EQ(bulkhead.waiting(Lane::Entry), 1U);
}

TEST(Bulkhead, AFreeSlotGoesToTheMostUrgentLaneThatMayTakeIt) {
    Bulkhead bulkhead(small());
    for (Bulkhead::Ticket ticket = 1; ticket <= 6; ++ticket)
        ASSERT_EQ(bulkhead.enter(Lane::Cancel, ticket), Entry::Started);
    ASSERT_EQ(bulkhead.enter(Lane::Entry, 7), Entry::Waiting);
    ASSERT_EQ(bulkhead.enter(Lane::Exit, 8), Entry::Waiting);
    ASSERT_EQ(bulkhead.enter(Lane::Cancel, 9), Entry::Waiting);
    ASSERT_EQ(bulkhead.enter(Lane::Cancel, 10), Entry::Waiting);
    EXPECT_FALSE(bulkhead.next().has_value());
    bulkhead.leave();
    EXPECT_EQ(bulkhead.next(), 9U);
    EXPECT_FALSE(bulkhead.next().has_value());
    bulkhead.leave();
    EXPECT_EQ(bulkhead.next(), 10U);
    bulkhead.leave();
    EXPECT_FALSE(bulkhead.next().has_value());  // The sixth slot is for cancels.
    bulkhead.leave();
    EXPECT_EQ(bulkhead.next(), 8U);
    bulkhead.leave();
    bulkhead.leave();
    EXPECT_FALSE(bulkhead.next().has_value());
    bulkhead.leave();
    EXPECT_EQ(bulkhead.next(), 7U);
}

TEST(Bulkhead, AFullQueueRejectsAndWithdrawalsPreserveItsOrder) {
    Bulkhead bulkhead(small());
    for (Bulkhead::Ticket ticket = 1; ticket <= 6; ++ticket)
        ASSERT_EQ(bulkhead.enter(Lane::Cancel, ticket), Entry::Started);
    for (Bulkhead::Ticket ticket = 7; ticket <= 10; ++ticket)
        ASSERT_EQ(bulkhead.enter(Lane::Cancel, ticket), Entry::Waiting);
    EXPECT_EQ(bulkhead.enter(Lane::Cancel, 11), Entry::Refused);
    EXPECT_TRUE(bulkhead.withdraw(Lane::Cancel, 8));
    EXPECT_FALSE(bulkhead.withdraw(Lane::Cancel, 8));
    EXPECT_EQ(bulkhead.enter(Lane::Cancel, 12), Entry::Waiting);
    for (const Bulkhead::Ticket ticket : {7U, 9U, 10U, 12U}) {
        bulkhead.leave();
        EXPECT_EQ(bulkhead.next(), ticket);
    }
    EXPECT_FALSE(bulkhead.next().has_value());
}

TEST(Bulkhead, WorksWithoutAQueue) {
    BulkheadRules rules;
    rules.slots = 1;
    rules.lanes.fill(LaneRules{0, 0});
    Bulkhead bulkhead(rules);
    EXPECT_EQ(bulkhead.enter(Lane::Entry, 1), Entry::Started);
    EXPECT_EQ(bulkhead.enter(Lane::Entry, 2), Entry::Refused);
    EXPECT_FALSE(bulkhead.withdraw(Lane::Entry, 2));
}

RC_GTEST_PROP(BulkheadProperty, SlotsAndQueuesStayWithinTheirLimits, ()) {
    const BulkheadRules rules = small();
    Bulkhead bulkhead(rules);
    std::map<Bulkhead::Ticket, Lane> waiting;
    std::uint32_t started = 0;
    base::Random random(*rc::gen::arbitrary<std::uint64_t>());
    for (Bulkhead::Ticket ticket = 1; ticket < 500; ++ticket) {
        const auto lane = static_cast<Lane>(random.below(kLanes));
        if (random.chance(2, 3)) {
            const auto entry = bulkhead.enter(lane, ticket);
            if (entry == Entry::Started) ++started;
            if (entry == Entry::Waiting) waiting[ticket] = lane;
            if (entry == Entry::Refused) {
                RC_ASSERT(bulkhead.waiting(lane) ==
                          rules.lanes[static_cast<std::size_t>(lane)].queue_max);
            }
        } else if (started > 0) {
            bulkhead.leave();
            --started;
            while (const auto next = bulkhead.next()) {
                // No waiting call is more urgent than the one that got the slot, and none of the
                // same lane has waited longer.
                for (const auto& [other, other_lane] : waiting) {
                    RC_ASSERT(other >= *next || other_lane > waiting.at(*next));
                    RC_ASSERT(other_lane >= waiting.at(*next));
                }
                waiting.erase(*next);
                ++started;
            }
        } else if (!waiting.empty()) {
            RC_ASSERT(bulkhead.withdraw(waiting.begin()->second, waiting.begin()->first));
            waiting.erase(waiting.begin());
        }
        RC_ASSERT(bulkhead.under_way() == started);
        RC_ASSERT(started <= rules.slots);
    }
}

TEST(AdaptiveThrottle, RejectsNothingWhileHalfIsAccepted) {
    AdaptiveThrottle throttle;
    base::Random random(1);
    for (int i = 0; i < 1'000; ++i) {
        EXPECT_TRUE(throttle.admit(kStart, random));
        throttle.accepted(kStart);
        EXPECT_TRUE(throttle.admit(kStart, random));
    }
    EXPECT_EQ(throttle.requests(), 2'000U);
    EXPECT_EQ(throttle.accepts(), 1'000U);
}

TEST(AdaptiveThrottle, RejectsByTheFormula) {
    base::Random random(2);
    // 300 requests and 50 accepts: (300 - 100) / 301 of the next requests are rejected.
    int refused = 0;
    for (int round = 0; round < 2'000; ++round) {
        AdaptiveThrottle throttle;
        for (int i = 0; i < 300; ++i)
            (void)throttle.admit(kStart, random);
        for (int i = 0; i < 50; ++i)
            throttle.accepted(kStart);
        if (!throttle.admit(kStart, random)) ++refused;
        ASSERT_EQ(throttle.requests(), 301U);
    }
    EXPECT_NEAR(refused, 2'000 * 200 / 301, 90);
}

TEST(AdaptiveThrottle, IgnoresLowRatesAndForgetsAfterTwoMinutes) {
    AdaptiveThrottle throttle;
    base::Random random(3);
    for (int i = 0; i < 20; ++i)
        EXPECT_TRUE(throttle.admit(kStart, random));
    for (int i = 0; i < 1'000; ++i)
        (void)throttle.admit(kStart, random);
    EXPECT_EQ(throttle.requests(), 1'020U);
    EXPECT_TRUE(throttle.admit(kStart + base::Duration::seconds(122), random));
    EXPECT_EQ(throttle.requests(), 1U);
}

}  // namespace
}  // namespace botcore::resilience
