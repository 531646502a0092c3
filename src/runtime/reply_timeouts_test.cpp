#include "runtime/reply_timeouts.hpp"

#include <gtest/gtest.h>

namespace botcore::runtime {
namespace {

class ReplyTimeoutsTest : public testing::Test {
protected:
    ReplyTimeoutsTest() {
        auto& live = state_.accounts[model::AccountId("a")].orders[64];
        order_ = &live.order;
        order_->id = model::ClientOrderId("one");
        order_->attempt = {at(0), model::Duration::seconds(2), 3};
    }

    static model::Timestamp at(std::int64_t seconds) {
        return model::Timestamp::from_milliseconds(seconds * 1'000);
    }

    core::State state_;
    model::Order* order_ = nullptr;
    ReplyTimeouts watch_;
};

TEST_F(ReplyTimeoutsTest, SchedulesNoScanWhileNothingIsOutstanding) {
    EXPECT_EQ(watch_.next(), std::nullopt);
    watch_.note_placed(order_->id, 3, at(0));
    EXPECT_EQ(watch_.next(), at(1));
    order_->state = model::OrderState::Open;
    (void)watch_.take_due(at(1), state_);
    EXPECT_EQ(watch_.next(), std::nullopt);
}

// @spec:I3
TEST_F(ReplyTimeoutsTest, ReportsOnlyNoAnswerForAnOverduePlacement) {
    watch_.note_placed(order_->id, 3, at(0));
    EXPECT_TRUE(watch_.take_due(at(12), state_).reports.empty());
    const auto due = watch_.take_due(at(13), state_);
    ASSERT_EQ(due.reports.size(), 1U);
    EXPECT_EQ(due.reports[0].kind, model::ReportKind::NoAnswer);
    EXPECT_EQ(due.reports[0].attempt, 3U);
}

TEST_F(ReplyTimeoutsTest, ReportsCancelNoAnswerForAnOverdueCancel) {
    order_->state = model::OrderState::Open;
    order_->cancel = model::CancelState::Requested;
    order_->cancel_attempt = {at(0), model::Duration::seconds(2), 1};
    watch_.note_cancelled(order_->id, 1, at(0));
    const auto due = watch_.take_due(at(13), state_);
    ASSERT_EQ(due.reports.size(), 1U);
    EXPECT_EQ(due.reports[0].kind, model::ReportKind::CancelNoAnswer);
}

// The clock that signed the attempt was a year ahead, or a year behind.
TEST_F(ReplyTimeoutsTest, MeasuresTheWaitIndependentlyOfTheShownTime) {
    for (const std::int64_t shown : {std::int64_t{31'536'000}, std::int64_t{-31'536'000}}) {
        watch_.clear();
        order_->attempt.time = at(shown);
        watch_.note_placed(order_->id, 3, at(0));
        EXPECT_TRUE(watch_.take_due(at(12), state_).reports.empty());
        EXPECT_EQ(watch_.take_due(at(13), state_).reports.size(), 1U);
    }
}

TEST_F(ReplyTimeoutsTest, GivesTheNextAttemptItsFullTimeLimit) {
    watch_.note_placed(order_->id, 3, at(0));
    order_->attempt.number = 4;
    watch_.note_placed(order_->id, 4, at(10));
    EXPECT_TRUE(watch_.take_due(at(13), state_).reports.empty());
    EXPECT_EQ(watch_.take_due(at(23), state_).reports.size(), 1U);
}

TEST_F(ReplyTimeoutsTest, RepeatsAQueryPeriodicallyUntilItIsResolved) {
    order_->state = model::OrderState::Unknown;
    watch_.note_queried(order_->id, at(0));
    EXPECT_TRUE(watch_.take_due(at(12), state_).queries.empty());
    EXPECT_EQ(watch_.take_due(at(13), state_).queries.size(), 1U);
    watch_.note_queried(order_->id, at(13));
    EXPECT_TRUE(watch_.take_due(at(20), state_).queries.empty());
    order_->state = model::OrderState::Filled;
    EXPECT_TRUE(watch_.take_due(at(30), state_).queries.empty());
    EXPECT_EQ(watch_.next(), std::nullopt);
    watch_.note_queried(order_->id, at(31));
    watch_.clear();
    EXPECT_EQ(watch_.next(), std::nullopt);
}

}  // namespace
}  // namespace botcore::runtime
