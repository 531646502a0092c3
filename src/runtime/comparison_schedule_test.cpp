#include "runtime/comparison_schedule.hpp"

#include "base/calendar.hpp"

#include <gtest/gtest.h>

namespace botcore::runtime {
namespace {

using model::AccountId;
using model::Duration;
using model::Timestamp;

using base::kDay;

class ComparisonScheduleTest : public ::testing::Test {
protected:
    ComparisonScheduleTest() {
        for (const char* name : {"a", "b"})
            accounts_[AccountId(name)].reconciled = true;
        schedule_.begin_term(now());
    }

    [[nodiscard]] model::Now now() const {
        model::Now now{time_, model::ClockState::Certain};
        now.monotonic = monotonic_;
        return now;
    }

    void pass(Duration span) {
        time_ = time_ + span;
        monotonic_ = monotonic_ + span;
    }

    std::optional<AccountId> take() { return schedule_.take_due(accounts_, now()); }

    /// Three hours after midnight.
    Timestamp time_ = Timestamp::from_milliseconds((20'000LL * 86'400 + 3 * 3'600) * 1'000);
    Timestamp monotonic_ = Timestamp::from_milliseconds(5'000);
    std::map<AccountId, core::AccountState> accounts_;
    ComparisonSchedule schedule_{Duration::seconds(60), Duration::seconds(4 * 3'600)};
};

TEST_F(ComparisonScheduleTest, ComparesEachAccountRegularlyOneAtATime) {
    EXPECT_EQ(take(), std::nullopt);
    EXPECT_EQ(schedule_.next(now()), Duration::seconds(60));
    pass(Duration::seconds(60));
    EXPECT_EQ(take(), AccountId("a"));
    EXPECT_LE(schedule_.next(now()), Duration()) << "The other account is due as well.";
    EXPECT_EQ(take(), AccountId("b"));
    EXPECT_EQ(take(), std::nullopt);
    EXPECT_EQ(schedule_.next(now()), Duration::seconds(60));
}

TEST_F(ComparisonScheduleTest, DoesNotRepeatTheFirstComparisonOfATerm) {
    accounts_.at(AccountId("a")).reconciled = false;
    pass(Duration::seconds(60));
    EXPECT_EQ(take(), AccountId("b"));
    EXPECT_EQ(take(), std::nullopt);
}

TEST_F(ComparisonScheduleTest, LooksBackOverTheWholeDayOnceADay) {
    const Timestamp usual = time_;
    EXPECT_EQ(schedule_.begins_at(AccountId("a"), usual), usual);
    pass(Duration::seconds(3'600));
    const Timestamp four = time_;
    EXPECT_EQ(take(), AccountId("a"));
    EXPECT_EQ(schedule_.begins_at(AccountId("a"), four), four - kDay);
    EXPECT_EQ(schedule_.begins_at(AccountId("a"), four), four) << "Once.";
    EXPECT_EQ(take(), AccountId("b"));
    EXPECT_EQ(schedule_.begins_at(AccountId("b"), four - kDay - kDay), four - kDay - kDay);
    pass(Duration::seconds(60));
    EXPECT_EQ(take(), AccountId("a"));
    EXPECT_EQ(schedule_.begins_at(AccountId("a"), time_), time_);
}

TEST_F(ComparisonScheduleTest, PlansTheDayAgainWhenTheClockWasSetBack) {
    time_ = time_ - kDay - kDay - kDay;
    EXPECT_EQ(take(), std::nullopt);
    time_ = time_ + Duration::seconds(3'600);
    EXPECT_EQ(take(), AccountId("a"));
    EXPECT_EQ(schedule_.begins_at(AccountId("a"), time_), time_ - kDay);
}

TEST_F(ComparisonScheduleTest, ComparesWhenItIsAskedTo) {
    schedule_.plan(AccountId("b"), monotonic_ + Duration::seconds(2));
    EXPECT_EQ(schedule_.next(now()), Duration::seconds(2));
    EXPECT_EQ(take(), std::nullopt);
    pass(Duration::seconds(2));
    EXPECT_EQ(take(), AccountId("b"));
    schedule_.plan(AccountId("b"), monotonic_);
    schedule_.begin_term(now());
    EXPECT_EQ(take(), std::nullopt) << "The comparison of a new term covers it.";
}

TEST_F(ComparisonScheduleTest, ComparesOnlyDailyWithoutAnInterval) {
    ComparisonSchedule daily(Duration(), Duration::seconds(4 * 3'600));
    daily.begin_term(now());
    EXPECT_EQ(daily.next(now()), Duration::seconds(3'600));
    pass(Duration::seconds(3'599));
    EXPECT_EQ(daily.take_due(accounts_, now()), std::nullopt);
    pass(Duration::seconds(1));
    EXPECT_EQ(daily.take_due(accounts_, now()), AccountId("a"));
}

}  // namespace
}  // namespace botcore::runtime
