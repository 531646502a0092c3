#include "model/reason.hpp"

#include <gtest/gtest.h>

#include <string>

namespace botcore::model {
namespace {

TEST(Reason, OfAnOrderHasTheWordOfEveryNumberThatWasEverAssigned) {
    for (unsigned number = 0; number < 256; ++number) {
        const bool assigned = number <= 71 && number != 29 && number != 39 && number != 57;
        EXPECT_EQ(to_text(static_cast<OrderReason>(number)) != "?", assigned) << number;
    }
}

TEST(Reason, HasOneWordForANumberInEveryEnumeration) {
    for (unsigned number = 0; number < 256; ++number) {
        const std::string_view word = to_text(static_cast<OrderReason>(number));
        for (const std::string_view other : {to_text(static_cast<RefusalReason>(number)),
                                             to_text(static_cast<EndReason>(number)),
                                             to_text(static_cast<FreezeReason>(number))}) {
            if (other != "?") EXPECT_EQ(other, word) << number;
        }
    }
}

TEST(Reason, KeepsItsNumberInTheRowOfAnOrder) {
    const OrderReason refused = order_reason(RefusalReason::StoreBehindArchive);
    EXPECT_EQ(static_cast<unsigned>(refused), 69U);
    EXPECT_EQ(refused, RefusalReason::StoreBehindArchive);
    EXPECT_NE(refused, EndReason::GaveWayToExit);
    EXPECT_EQ(to_text(refused), "STORE_BEHIND_ARCHIVE");
    EXPECT_EQ(to_text(order_reason(EndReason::GaveWayToExit)), "GAVE_WAY_TO_EXIT");
    EXPECT_EQ(to_text(OrderReason::None), "NONE");
}

TEST(Reason, OfAFreezeIsOneOfSix) {
    std::string words;
    for (unsigned number = 0; number < 256; ++number) {
        const std::string_view word = to_text(static_cast<FreezeReason>(number));
        if (word != "?") words.append(words.empty() ? "" : " ").append(word);
    }
    EXPECT_EQ(words,
              "NONE INSUFFICIENT_BALANCE LATE_FACT ORPHAN_ORDER BOOKS_DIFFER INTEGRITY_FINDING "
              "FROZEN_BY_OPERATOR");
}

TEST(Reason, IsTransientWhereARetryCanSucceed) {
    EXPECT_TRUE(is_transient(RefusalReason::PriceStale));
    EXPECT_TRUE(is_transient(RefusalReason::OrderRateLimit));
    EXPECT_TRUE(is_transient(RefusalReason::StoreBehindArchive));
    EXPECT_FALSE(is_transient(RefusalReason::InsufficientBalance));
    EXPECT_FALSE(is_transient(RefusalReason::NotSent));
    EXPECT_FALSE(is_transient(static_cast<RefusalReason>(0)));
}

}  // namespace
}  // namespace botcore::model
