#include "api/account_changes.hpp"

#include <gtest/gtest.h>

namespace botcore::api {
namespace {

const model::AccountId kOne("one");
const model::AccountId kTwo("two");

model::Record record(model::Sequence sequence, model::Change change) {
    model::Record record;
    record.sequence = sequence;
    record.outcome.changes.push_back(std::move(change));
    return record;
}

model::Order order_of(const model::AccountId& account) {
    model::Order order;
    order.account = account;
    return order;
}

TEST(AccountChanges, OnlyRecordsOfTheAccountChangeItsStamp) {
    AccountChanges changes;
    changes.on_committed({record(1, order_of(kOne)), record(2, order_of(kTwo))});
    const auto one = changes.stamp(kOne, 7, 2);
    const auto two = changes.stamp(kTwo, 7, 2);
    changes.on_committed({record(3, order_of(kTwo)), record(4, model::Instrument())});
    EXPECT_EQ(changes.stamp(kOne, 7, 4), one);
    EXPECT_NE(changes.stamp(kTwo, 7, 4), two);
}

TEST(AccountChanges, EveryKindOfRowCounts) {
    AccountChanges changes;
    model::Sequence sequence = 0;
    const auto moves = [&](model::Record one) {
        const auto before = changes.stamp(kOne, 7, sequence);
        one.sequence = ++sequence;
        changes.on_committed({one});
        return changes.stamp(kOne, 7, sequence) != before;
    };
    model::Account account;
    account.id = kOne;
    model::Fill fill;
    fill.account = kOne;
    model::Position position;
    position.account = kOne;
    model::RiskState risk;
    risk.account = kOne;
    EXPECT_TRUE(moves(record(0, order_of(kOne))));
    EXPECT_TRUE(moves(record(0, account)));
    EXPECT_TRUE(moves(record(0, fill)));
    EXPECT_TRUE(moves(record(0, position)));
    EXPECT_TRUE(moves(record(0, risk)));
    model::Record posted;
    posted.outcome.postings.push_back({kOne, model::Asset("USDT"), model::Book::Cash, {}});
    EXPECT_TRUE(moves(posted));
    EXPECT_FALSE(moves(record(0, model::KeyEntry())));
}

TEST(AccountChanges, MissedRecordsChangeEveryStamp) {
    AccountChanges changes;
    changes.on_committed({record(1, order_of(kOne))});
    const auto seen = changes.stamp(kOne, 7, 1);
    const auto behind = changes.stamp(kOne, 7, 2);
    EXPECT_NE(behind, seen);
    EXPECT_NE(changes.stamp(kOne, 7, 3), behind);
    changes.on_committed({record(4, order_of(kTwo))});
    EXPECT_NE(changes.stamp(kOne, 7, 4), seen) << "Records 2 and 3 may have changed it.";
    EXPECT_NE(changes.stamp(kOne, 7, 4), behind);
}

TEST(AccountChanges, AnotherTermHasOtherStamps) {
    AccountChanges changes;
    changes.on_committed({record(1, order_of(kOne))});
    EXPECT_NE(changes.stamp(kOne, 7, 1), changes.stamp(kOne, 8, 1));
    EXPECT_NE(AccountChanges().stamp(kOne, 7, 5), AccountChanges().stamp(kOne, 7, 6));
}

}  // namespace
}  // namespace botcore::api
