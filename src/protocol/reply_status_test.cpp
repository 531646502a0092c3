#include "protocol/reply_status.hpp"

#include <gtest/gtest.h>

namespace botcore::protocol {
namespace {

using model::RefusalReason;

TEST(ReplyStatus, IsTheSameForAReasonOnEveryRoute) {
    EXPECT_EQ(status_of(RefusalReason::InsufficientBalance), 422);
    EXPECT_EQ(status_of(RefusalReason::OrderUnknown), 404);
    EXPECT_EQ(status_of(RefusalReason::VersionConflict), 409);
    EXPECT_EQ(status_of(RefusalReason::NotSent), 502);
    EXPECT_EQ(status_of(RefusalReason::Maintenance), 503);
    EXPECT_EQ(status_of(RefusalReason::OrderRateLimit), 429);
}

TEST(ReplyStatus, OfATransientReasonInvitesARetry) {
    for (int number = 0; number < 256; ++number) {
        const auto reason = static_cast<RefusalReason>(number);
        const std::uint16_t status = status_of(reason);
        if (status == 500) continue;  // There is no such reason.
        EXPECT_EQ(model::is_transient(reason), status == 503 || status == 429) << number;
    }
}

TEST(ReplyStatus, OfAnOrderIsThatOfItsFailure) {
    model::Order order;
    order.state = model::OrderState::Filled;
    EXPECT_EQ(status_of(model::Reply(order)), 200);
    order.state = model::OrderState::Refused;
    order.reason = order_reason(RefusalReason::InsufficientBalance);
    EXPECT_EQ(status_of(model::Reply(order)), 422);
    order.state = model::OrderState::Rejected;
    order.reason = order_reason(RefusalReason::NotSent);
    EXPECT_EQ(status_of(model::Reply(order)), 502);
    model::Refusal refusal;
    refusal.reason = RefusalReason::TradingHalted;
    EXPECT_EQ(status_of(model::Reply(refusal)), 503);
}

TEST(ReplyStatus, OfExitsThatAllFailedIs422) {
    model::OrdersTouched touched;
    touched.exits = {model::ClientOrderId("a"), model::ClientOrderId("b")};
    touched.failed.resize(1);
    EXPECT_EQ(status_of(model::Reply(touched)), 200);
    touched.failed.resize(2);
    EXPECT_EQ(status_of(model::Reply(touched)), 422);
}

TEST(ReplyStatus, OfARequestWithoutAReplyOfItsOwn) {
    using model::RequestFailure;
    EXPECT_EQ(status_of(RequestFailure::OutcomeUnknown), 503);
    EXPECT_EQ(status_of(RequestFailure::Unavailable), 503);
    EXPECT_EQ(status_of(RequestFailure::Overloaded), 503);
    EXPECT_EQ(status_of(RequestFailure::TooLate), 504);
    EXPECT_EQ(status_of(RequestFailure::KeyReused), 422);
    EXPECT_EQ(status_of(RequestFailure::KeyExpired), 409);
    EXPECT_EQ(status_of(RequestFailure::InProgress), 409);
}

}  // namespace
}  // namespace botcore::protocol
