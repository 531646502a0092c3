#include "tests/conformance/store_conformance.hpp"

#include "tests/conformance/sample_rows.hpp"
#include "tests/scratch/temporary_folder.hpp"

namespace botcore::conformance {

using namespace model;
using namespace std::string_literals;
using ports::Batch;
using ports::CommitResult;
using ports::StoreError;

namespace {

bool same_entry(const ports::JournalEntry& a, const ports::JournalEntry& b) {
    return a.sequence == b.sequence && a.epoch == b.epoch && a.time == b.time && a.hash == b.hash &&
           a.bytes == b.bytes;
}

}  // namespace

CommitResult StoreConformance::commit(Batch batch) {
    batch.expected = head_;
    const CommitResult result = commit_as_is(batch);
    if (result == CommitResult::Committed) head_ = batch.head();
    return result;
}

CommitResult StoreConformance::commit_as_is(const Batch& batch) {
    std::optional<CommitResult> result;
    store().commit(batch, [&result](CommitResult given) { result = given; });
    if (!result) harness_->complete();
    return result.value();
}

Batch StoreConformance::next_batch(std::size_t entries) const {
    return sample_batch({.head = head_, .epoch = epoch_, .count = entries});
}

void StoreConformance::open_account() {
    ASSERT_EQ(commit(opening_batch()), CommitResult::Committed);
}

ports::OpenState StoreConformance::loaded() {
    auto snapshot = store().load();
    EXPECT_TRUE(snapshot.has_value());
    return snapshot ? std::move(snapshot).value() : ports::OpenState{};
}

TEST_P(StoreConformance, StartsEmpty) {
    const auto snapshot = loaded();
    EXPECT_EQ(snapshot.head, Head{});
    EXPECT_TRUE(snapshot.accounts.empty());
    EXPECT_TRUE(snapshot.orders.empty());
    EXPECT_EQ(reader().head().value(), Head{});
    EXPECT_TRUE(reader().journal(0, 10).value().empty());
    EXPECT_EQ(store().storage_state(), StorageState::Normal);
}

TEST_P(StoreConformance, ReturnsEveryRowOfTheOpenState) {
    open_account();
    Batch batch = next_batch(3);
    batch.accounts = {sample_account("a",
                                     "b\xC3\xB6"
                                     "b")};
    batch.instruments = {sample_instrument("BTCUSDT"), sample_instrument("ETHUSDT")};
    batch.balances = {sample_balance("main", "BTC"), sample_balance("main", "USDT")};
    batch.positions = {sample_position("a", "BTCUSDT"), sample_position("main", "ETHUSDT")};
    batch.orders = {sample_order({.number = 130}), sample_order({.number = 131})};
    batch.orders[1].price.reset();
    batch.keys = {sample_key("alice", "k1")};
    batch.keys[0].entry.state = KeyState::Pending;
    batch.keys[0].body.clear();
    ASSERT_EQ(commit(batch), CommitResult::Committed);
    harness_->reopen();

    const auto snapshot = loaded();
    EXPECT_EQ(snapshot.head, batch.head());
    EXPECT_EQ(snapshot.accounts, (std::vector{batch.accounts[0], sample_account("main", "alice")}));
    EXPECT_EQ(snapshot.instruments, batch.instruments);
    EXPECT_EQ(snapshot.balances, batch.balances);
    EXPECT_EQ(snapshot.positions, batch.positions);
    ASSERT_EQ(snapshot.orders.size(), 2U);
    EXPECT_EQ(snapshot.orders[0], batch.orders[0]);
    EXPECT_EQ(snapshot.orders[1], batch.orders[1]);
    ASSERT_EQ(snapshot.keys.size(), 1U);
    EXPECT_TRUE(same_key(snapshot.keys[0], batch.keys[0]));
}

TEST_P(StoreConformance, ReturnsFillsKeysAndJournal) {
    open_account();
    Batch batch = next_batch(2);
    batch.fills = {sample_fill({.sequence = 2, .trade_id = ~std::uint64_t{0}, .order_number = 64}),
                   sample_fill({.sequence = 3, .index = 1, .trade_id = 0, .order_number = 64})};
    batch.fills[1].trade.maker = false;
    batch.keys = {sample_key("alice", "k1"), sample_key("alice", "k2")};
    batch.keys[1].entry.request_hash.clear();
    batch.keys[1].body.clear();
    batch.entries[1].bytes = "\0binary\xFF"s;
    ASSERT_EQ(commit(batch), CommitResult::Committed);
    harness_->reopen();

    const auto fills = reader().fills({.account = AccountId("main"), .symbol = {}});
    EXPECT_EQ(fills.value(), (std::vector{batch.fills[1], batch.fills[0]}));
    for (const ports::KeyRow& row : batch.keys) {
        const auto found = reader().find_key(row.entry.owner, row.entry.key).value();
        ASSERT_TRUE(found.has_value());
        EXPECT_TRUE(same_key(*found, row));
    }
    EXPECT_FALSE(reader().find_key(Owner("bob"), IdempotencyKey("k1")).value().has_value());
    const auto journal = reader().journal(2, 10).value();
    ASSERT_EQ(journal.size(), 2U);
    EXPECT_TRUE(same_entry(journal[0], batch.entries[0]));
    EXPECT_TRUE(same_entry(journal[1], batch.entries[1]));
}

TEST_P(StoreConformance, RemovesExpiredRepliesAndKeepsTheirKeys) {
    constexpr std::size_t kReplies = 20;
    open_account();
    const auto name = [](std::size_t i) { return "k" + std::to_string(i); };
    std::vector<ports::KeyRow> keys;
    for (std::size_t i = 0; i < kReplies; ++i) {
        Batch batch = next_batch();
        batch.keys = {sample_key("alice", name(i))};
        keys.push_back(batch.keys[0]);
        keys.back().stored_in = batch.head().sequence;
        ASSERT_EQ(commit(batch), CommitResult::Committed);
    }
    const auto kept = [&] {
        std::vector<std::size_t> kept;
        for (std::size_t i = 0; i < kReplies; ++i) {
            const auto row = reader().find_key(Owner("alice"), IdempotencyKey(name(i))).value();
            EXPECT_TRUE(row && row->entry == keys[i].entry) << i;
            EXPECT_EQ(row->stored_in, keys[i].stored_in) << i;
            if (!row->body.empty()) kept.push_back(i);
        }
        return kept;
    };
    ASSERT_EQ(kept().size(), kReplies);
    const auto forget = [&](std::size_t last) {
        Batch batch = next_batch();
        batch.replies_expired_until = keys[last].stored_in;
        ASSERT_EQ(commit(batch), CommitResult::Committed);
    };
    forget(9);
    const std::size_t after_one = kept().size();
    EXPECT_LT(after_one, kReplies);
    EXPECT_GT(after_one, kReplies / 2) << "a few at a time";
    harness_->reopen();
    for (int i = 0; i < 8; ++i)
        forget(9);
    EXPECT_EQ(kept(), (std::vector<std::size_t>{10, 11, 12, 13, 14, 15, 16, 17, 18, 19}));
}

TEST_P(StoreConformance, KeepsTheLastImageOfARow) {
    open_account();
    Batch first = next_batch();
    first.instruments = {sample_instrument("BTCUSDT")};
    first.orders = {sample_order({.number = 64})};
    first.balances = {sample_balance("main", "USDT")};
    first.positions = {sample_position("main", "BTCUSDT")};
    first.keys = {sample_key("alice", "k")};
    first.keys[0].entry.state = KeyState::Pending;
    ASSERT_EQ(commit(first), CommitResult::Committed);

    Batch second = next_batch();
    second.accounts = {sample_account("main", "alice")};
    second.accounts[0].state = AccountState::Active;
    second.instruments = {first.instruments[0]};
    second.instruments[0].brackets.pop_back();
    second.orders = {first.orders[0]};
    second.orders[0].filled = Quantity::whole(3);
    second.orders[0].price.reset();
    second.orders[0].version = 6;
    second.balances = {first.balances[0]};
    second.balances[0].of(Book::Cash) = Money::from_units(-7);
    second.positions = {first.positions[0]};
    second.positions[0].quantity = Quantity{};
    second.keys = {sample_key("alice", "k")};
    ASSERT_EQ(commit(second), CommitResult::Committed);

    const auto snapshot = loaded();
    EXPECT_EQ(snapshot.accounts, second.accounts);
    EXPECT_EQ(snapshot.instruments, second.instruments);
    EXPECT_EQ(snapshot.balances, second.balances);
    EXPECT_EQ(snapshot.positions, second.positions);
    ASSERT_EQ(snapshot.orders.size(), 1U);
    EXPECT_EQ(snapshot.orders[0], second.orders[0]);
    EXPECT_TRUE(snapshot.keys.empty());
}

// @spec:I6
TEST_P(StoreConformance, ShowsNothingOfABatchBeforeItsResult) {
    open_account();
    Batch batch = next_batch();
    batch.expected = head_;
    batch.orders = {sample_order({.number = 64})};
    std::optional<CommitResult> result;
    store().commit(batch, [&result](CommitResult given) { result = given; });
    if (!result) {
        EXPECT_EQ(reader().head().value(), head_) << "S4";
        EXPECT_FALSE(reader().find_order(64).value().has_value());
        EXPECT_TRUE(reader().journal(head_.sequence + 1, 10).value().empty());
        harness_->complete();
    }
    EXPECT_EQ(result, CommitResult::Committed);
    EXPECT_EQ(reader().head().value(), batch.head());
    EXPECT_TRUE(reader().find_order(64).value().has_value());
}

// @spec:I7
TEST_P(StoreConformance, RefusesABatchForAnOlderHead) {
    open_account();
    const Head old = head_;
    ASSERT_EQ(commit(next_batch(2)), CommitResult::Committed);
    Batch late = sample_batch({.head = old, .salt = 9});
    late.orders = {sample_order({.number = 64})};
    EXPECT_EQ(commit_as_is(late), CommitResult::Conflict);
    const auto snapshot = loaded();
    EXPECT_EQ(snapshot.head, head_);
    EXPECT_TRUE(snapshot.orders.empty());
}

// @spec:I7
TEST_P(StoreConformance, RefusesAHeadWithAnotherHashOrEpoch) {
    open_account();
    Head other_hash = head_;
    other_hash.hash.at(9) = 0xEE;
    EXPECT_EQ(commit_as_is(sample_batch({.head = other_hash})), CommitResult::Conflict);
    Head other_epoch = head_;
    other_epoch.epoch = 0;
    EXPECT_EQ(commit_as_is(sample_batch({.head = other_epoch})), CommitResult::Conflict);
    Head ahead = head_;
    ahead.sequence += 1;
    EXPECT_EQ(commit_as_is(sample_batch({.head = ahead})), CommitResult::Conflict);
    EXPECT_EQ(loaded().head, head_);
    EXPECT_EQ(commit(next_batch()), CommitResult::Committed);
}

// @spec:I7
TEST_P(StoreConformance, FencesTheOldWriterAfterATakeOver) {
    open_account();
    const auto second = harness_->second_writer();
    if (!second) GTEST_SKIP() << "This store has one writer only.";
    const auto seen = second->load();
    ASSERT_TRUE(seen.has_value());
    EXPECT_EQ(seen.value().head, head_);
    const Batch term = sample_batch({.head = head_, .epoch = 2});
    ASSERT_EQ(second->commit_now(term), CommitResult::Committed);
    EXPECT_EQ(commit(next_batch()), CommitResult::Conflict);
    const auto after = loaded();
    EXPECT_EQ(after.head, term.head());
    EXPECT_EQ(after.head.epoch, 2U);
    EXPECT_EQ(second->commit_now(sample_batch({.head = term.head(), .epoch = 2})),
              CommitResult::Committed);
}

TEST_P(StoreConformance, EndsTheProcessOnAGapInTheJournal) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    const scratch::TemporaryRoot room;
    Batch gap = sample_batch({.head = {}, .count = 3});
    gap.entries.erase(gap.entries.begin() + 1);
    EXPECT_DEATH(static_cast<void>(commit_as_is(gap)), "CHECK failed");
    Batch late_start = sample_batch({.head = {}, .count = 2});
    late_start.entries.erase(late_start.entries.begin());
    EXPECT_DEATH(static_cast<void>(commit_as_is(late_start)), "");
    Batch empty = sample_batch({});
    empty.entries.clear();
    EXPECT_DEATH(static_cast<void>(commit_as_is(empty)), "");
}

// @spec:I4
TEST_P(StoreConformance, EndsTheProcessOnATradeThatIsBookedTwice) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    const scratch::TemporaryRoot room;
    open_account();
    Batch first = next_batch();
    first.fills = {sample_fill({.sequence = 2, .trade_id = 7})};
    ASSERT_EQ(commit(first), CommitResult::Committed);
    Batch twice = next_batch();
    twice.fills = {sample_fill({.sequence = 3, .trade_id = 7})};
    EXPECT_DEATH(static_cast<void>(commit_as_is(twice)), "");
    Batch other_symbol = next_batch();
    other_symbol.fills = {sample_fill({.sequence = 3, .trade_id = 7, .symbol = "ETHUSDT"})};
    EXPECT_EQ(commit(other_symbol), CommitResult::Committed);
}

TEST_P(StoreConformance, LoadsOnlyOpenState) {
    open_account();
    Batch batch = next_batch();
    for (const auto state : {OrderState::Intended, OrderState::Open, OrderState::Unknown}) {
        const OrderNumber number = 100 + static_cast<OrderNumber>(state);
        batch.orders.push_back(sample_order({.number = number, .state = state}));
    }
    for (const auto state : {OrderState::Filled,
                             OrderState::Canceled,
                             OrderState::Refused,
                             OrderState::Rejected,
                             OrderState::Expired,
                             OrderState::Absent}) {
        const OrderNumber number = 100 + static_cast<OrderNumber>(state);
        batch.orders.push_back(sample_order({.number = number, .state = state}));
    }
    batch.fills = {sample_fill({.sequence = 2, .trade_id = 5, .order_number = 102}),
                   sample_fill({.sequence = 2, .index = 1, .trade_id = 3, .order_number = 102}),
                   sample_fill({.sequence = 2, .index = 2, .trade_id = 4, .order_number = 103})};
    batch.keys = {sample_key("alice", "done")};
    ASSERT_EQ(commit(batch), CommitResult::Committed);
    const auto snapshot = loaded();
    ASSERT_EQ(snapshot.orders.size(), 3U);
    EXPECT_EQ(snapshot.orders[0].number, 101U);
    EXPECT_EQ(snapshot.orders[1].number, 102U);
    EXPECT_EQ(snapshot.orders[2].number, 108U);
    EXPECT_TRUE(snapshot.trade_ids.at(101).empty());
    EXPECT_EQ(snapshot.trade_ids.at(102), (std::vector<std::uint64_t>{5, 3}));
    EXPECT_TRUE(snapshot.keys.empty());

    Batch closing = next_batch();
    closing.orders = {sample_order({.number = 102, .state = OrderState::Filled})};
    ASSERT_EQ(commit(closing), CommitResult::Committed);
    EXPECT_EQ(loaded().orders.size(), 2U);
    const auto found = reader().find_order(102).value();
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->order, closing.orders[0]);
    EXPECT_EQ(found->trade_ids, (std::vector<std::uint64_t>{5, 3}));
    EXPECT_FALSE(reader().find_order(999).value().has_value());
    EXPECT_FALSE(reader().find_order(~OrderNumber{0}).value().has_value());
}

TEST_P(StoreConformance, SurvivesMaintenanceAtAnyTime) {
    store().maintain();
    open_account();
    store().maintain();
    ASSERT_EQ(commit(next_batch(3)), CommitResult::Committed);
    store().maintain();
    harness_->reopen();
    EXPECT_EQ(loaded().head, head_);
    EXPECT_EQ(commit(next_batch()), CommitResult::Committed);
}

// @spec:I10
TEST_P(StoreConformance, HasEveryAcknowledgedBatchAfterACrash) {
    open_account();
    for (int i = 0; i < 5; ++i) {
        Batch batch = next_batch(2);
        batch.orders = {sample_order({.number = order_number(head_.sequence + 1, 0)})};
        ASSERT_EQ(commit(batch), CommitResult::Committed);
        if (i == 2) store().maintain();
        if (!harness_->crash()) GTEST_SKIP() << "This store cannot be crashed.";
        const auto snapshot = loaded();
        EXPECT_EQ(snapshot.head, head_);
        EXPECT_EQ(snapshot.orders.size(), static_cast<std::size_t>(i) + 1);
    }
}

TEST_P(StoreConformance, ChangesNothingWhileUnavailable) {
    open_account();
    if (!harness_->make_unavailable()) GTEST_SKIP() << "This store is always available.";
    Batch batch = next_batch();
    batch.accounts = {sample_account("never", "bob")};
    batch.orders = {sample_order({.number = 64})};
    EXPECT_EQ(commit(batch), CommitResult::Unavailable);
    harness_->make_available();
    const auto snapshot = loaded();
    EXPECT_EQ(snapshot.head, head_);
    EXPECT_EQ(snapshot.accounts.size(), 1U);
    EXPECT_TRUE(snapshot.orders.empty());
    EXPECT_EQ(commit(batch), CommitResult::Committed);
}

}  // namespace botcore::conformance
