// Queries of every store's reader: pages, time ranges, snapshots and visits of all rows.

#include "tests/conformance/sample_rows.hpp"
#include "tests/conformance/store_conformance.hpp"

#include <atomic>
#include <thread>

namespace botcore::conformance {

using namespace model;
using ports::Batch;
using ports::CommitResult;

namespace {

std::vector<OrderNumber> numbers_of(const std::vector<Order>& orders) {
    std::vector<OrderNumber> numbers;
    for (const Order& order : orders)
        numbers.push_back(order.number);
    return numbers;
}

std::vector<std::uint64_t> trades_of(const std::vector<Fill>& fills) {
    std::vector<std::uint64_t> trades;
    for (const Fill& fill : fills)
        trades.push_back(fill.trade.id);
    return trades;
}

/// All rows, as a visitor receives them.
ports::RowSet visited(ports::StoreReader& reader) {
    ports::RowSet rows;
    const ports::RowVisitor visitor([&](const auto& row) {
        rows.of<std::remove_cvref_t<decltype(ports::row_of(row))>>().push_back(row);
    });
    EXPECT_TRUE(reader.visit_rows(visitor).has_value());
    return rows;
}

}  // namespace

TEST_P(StoreConformance, FindsImportedOrdersByTheirIdAndListsFailedOnes) {
    open_account();
    Batch batch = next_batch();
    model::Order imported = sample_order({.number = 101, .state = OrderState::Filled});
    imported.id = model::ClientOrderId("web_1");
    imported.role = model::OrderRole::External;
    model::Order again = imported;
    again.number = 104;
    model::Order ours = sample_order({.number = 102, .state = OrderState::Rejected});
    ours.cancelled_reason = "the signal is old";
    batch.orders = {imported, ours, sample_order({.number = 103}), again};
    ASSERT_EQ(commit(batch), CommitResult::Committed);
    ports::OrderQuery query{.account = imported.account, .symbol = std::nullopt};
    query.imported_as = imported.id;
    EXPECT_EQ(reader().orders(query).value(), (std::vector{again, imported}));
    query.imported_as = ours.id;
    EXPECT_TRUE(reader().orders(query).value().empty());
    query.imported_as.reset();
    query.failed_only = true;
    query.before = ~OrderNumber{0} >> 1U;
    EXPECT_EQ(reader().orders(query).value(), std::vector{ours});
}

TEST_P(StoreConformance, PagesOrdersNewestFirst) {
    open_account();
    Batch batch = next_batch();
    batch.accounts = {sample_account("other", "bob")};
    for (OrderNumber number = 1; number <= 9; ++number) {
        batch.orders.push_back(
            sample_order({.number = number,
                          .symbol = number % 3 == 0 ? "ETHUSDT" : "BTCUSDT",
                          .state = number % 2 == 0 ? OrderState::Open : OrderState::Filled}));
    }
    batch.orders.push_back(sample_order({.number = 10, .account = "other"}));
    ASSERT_EQ(commit(batch), CommitResult::Committed);

    using Numbers = std::vector<OrderNumber>;
    ports::OrderQuery query{.account = AccountId("main"), .symbol = {}};
    query.limit = 4;
    EXPECT_EQ(numbers_of(reader().orders(query).value()), (Numbers{9, 8, 7, 6}));
    query.before = 6;
    EXPECT_EQ(numbers_of(reader().orders(query).value()), (Numbers{5, 4, 3, 2}));
    query.symbol = Symbol("ETHUSDT");
    EXPECT_EQ(numbers_of(reader().orders(query).value()), (Numbers{3}));
    query.before = 100;
    query.live_only = true;
    EXPECT_EQ(numbers_of(reader().orders(query).value()), (Numbers{6}));
    query.symbol.reset();
    EXPECT_EQ(numbers_of(reader().orders(query).value()), (Numbers{8, 6, 4, 2}));
    query.limit = 0;
    EXPECT_TRUE(reader().orders(query).value().empty());
    query = {.account = AccountId("nobody"), .symbol = {}};
    EXPECT_TRUE(reader().orders(query).value().empty());
}

TEST_P(StoreConformance, PagesFillsNewestFirstAndNeverCutsARecord) {
    open_account();
    Batch batch = next_batch(4);
    for (Sequence sequence = 2; sequence <= 5; ++sequence) {
        for (std::uint32_t index = 0; index < 2; ++index) {
            batch.fills.push_back(sample_fill({.sequence = sequence,
                                               .index = index,
                                               .trade_id = sequence * 10 + index,
                                               .symbol = index == 0 ? "BTCUSDT" : "ETHUSDT"}));
        }
    }
    ASSERT_EQ(commit(batch), CommitResult::Committed);
    using Trades = std::vector<std::uint64_t>;
    ports::FillQuery query{.account = AccountId("main"), .symbol = {}};
    query.limit = 2;
    EXPECT_EQ(trades_of(reader().fills(query).value()), (Trades{51, 50}));
    query.limit = 3;
    EXPECT_EQ(trades_of(reader().fills(query).value()), (Trades{51, 50, 41, 40}));
    query.before = 4;
    EXPECT_EQ(trades_of(reader().fills(query).value()), (Trades{31, 30, 21, 20}));
    query.symbol = Symbol("ETHUSDT");
    EXPECT_EQ(trades_of(reader().fills(query).value()), (Trades{31, 21}));
    query.limit = 1;
    EXPECT_EQ(trades_of(reader().fills(query).value()), (Trades{31}));
    query.limit = 0;
    EXPECT_TRUE(reader().fills(query).value().empty());
    query = {.account = AccountId("main"), .symbol = {}, .limit = 3, .after = 0};
    EXPECT_EQ(trades_of(reader().fills(query).value()), (Trades{20, 21, 30, 31}));
    query.after = 3;
    EXPECT_EQ(trades_of(reader().fills(query).value()), (Trades{40, 41, 50, 51}));
    query.after = 5;
    EXPECT_TRUE(reader().fills(query).value().empty());
}

TEST_P(StoreConformance, PagesContainRowsCreatedWithinATimeRange) {
    open_account();
    const auto at = [](std::uint64_t second) {
        return base::Timestamp::from_milliseconds(static_cast<std::int64_t>(second) * 1'000);
    };
    Batch batch = next_batch(4);
    for (Sequence sequence = 2; sequence <= 5; ++sequence) {
        for (std::uint32_t index = 0; index < 2; ++index) {
            auto fill = sample_fill({.sequence = sequence,
                                     .index = index,
                                     .trade_id = sequence * 10 + index,
                                     .symbol = "BTCUSDT"});
            fill.trade.time = at(sequence * 10 + index);
            batch.fills.push_back(fill);
        }
        auto order = sample_order({.number = sequence * 64});
        order.created = at(sequence * 10);
        batch.orders.push_back(order);
    }
    ASSERT_EQ(commit(batch), CommitResult::Committed);
    using Trades = std::vector<std::uint64_t>;
    using Numbers = std::vector<OrderNumber>;
    ports::FillQuery fills{.account = AccountId("main"), .symbol = {}};
    fills.made = {at(31), at(50)};
    EXPECT_EQ(trades_of(reader().fills(fills).value()), (Trades{41, 40, 31}));
    fills.limit = 1;
    EXPECT_EQ(trades_of(reader().fills(fills).value()), (Trades{41, 40}));
    fills = {.account = AccountId("main"), .symbol = Symbol("BTCUSDT"), .first = 4};
    EXPECT_EQ(trades_of(reader().fills(fills).value()), (Trades{51, 50, 41, 40}));
    ports::OrderQuery orders{.account = AccountId("main"), .symbol = {}};
    orders.made = {at(30), at(50)};
    EXPECT_EQ(numbers_of(reader().orders(orders).value()), (Numbers{4 * 64, 3 * 64}));
    orders.symbol = Symbol("BTCUSDT");
    orders.first = 4 * 64;
    orders.made = {};
    EXPECT_EQ(numbers_of(reader().orders(orders).value()), (Numbers{5 * 64, 4 * 64}));
}

TEST_P(StoreConformance, PagesTheJournalInAscendingOrder) {
    open_account();
    ASSERT_EQ(commit(next_batch(5)), CommitResult::Committed);
    const auto page = reader().journal(3, 2).value();
    ASSERT_EQ(page.size(), 2U);
    EXPECT_EQ(page[0].sequence, 3U);
    EXPECT_EQ(page[1].sequence, 4U);
    EXPECT_EQ(reader().journal(0, 100).value().size(), 6U);
    EXPECT_TRUE(reader().journal(7, 100).value().empty());
}

TEST_P(StoreConformance, ShowsEachCommitToTheReaderAtOnce) {
    open_account();
    for (OrderNumber number = 64; number < 70; ++number) {
        Batch batch = next_batch();
        batch.orders = {sample_order({.number = number})};
        ASSERT_EQ(commit(batch), CommitResult::Committed);
        EXPECT_EQ(reader().head().value(), head_);
        EXPECT_TRUE(reader().find_order(number).value().has_value());
    }
}

TEST_P(StoreConformance, ShowsOneStateInsideASnapshot) {
    open_account();
    Batch before = next_batch();
    before.orders = {sample_order({.number = 64})};
    ASSERT_EQ(commit(before), CommitResult::Committed);
    const Head seen = head_;
    ASSERT_TRUE(reader().begin_snapshot().has_value());
    Batch after = next_batch(2);
    after.orders = {sample_order({.number = 65})};
    after.accounts = {sample_account("new", "bob")};
    ASSERT_EQ(commit(after), CommitResult::Committed);
    EXPECT_EQ(reader().head().value(), seen);
    EXPECT_EQ(reader().journal(1, 100).value().size(), seen.sequence);
    const ports::RowSet rows = visited(reader());
    EXPECT_EQ(rows.orders, before.orders);
    EXPECT_EQ(rows.accounts.size(), 1U);
    reader().end_snapshot();
    EXPECT_EQ(reader().head().value(), head_);
    EXPECT_EQ(visited(reader()).orders.size(), 2U);
}

TEST_P(StoreConformance, VisitsEveryRowOfEveryTable) {
    open_account();
    Batch batch = next_batch();
    batch.instruments = {sample_instrument("BTCUSDT")};
    batch.orders = {sample_order({.number = 64, .state = OrderState::Filled}),
                    sample_order({.number = 65})};
    batch.fills = {sample_fill({.sequence = 2, .trade_id = 1})};
    batch.positions = {sample_position("main", "BTCUSDT")};
    batch.balances = {sample_balance("main", "USDT")};
    batch.keys = {sample_key("alice", "k")};
    ASSERT_EQ(commit(batch), CommitResult::Committed);
    const ports::RowSet rows = visited(reader());
    EXPECT_EQ(rows.accounts, (std::vector{sample_account("main", "alice")}));
    EXPECT_EQ(rows.instruments, batch.instruments);
    EXPECT_EQ(rows.orders, batch.orders);
    EXPECT_EQ(rows.fills, batch.fills);
    EXPECT_EQ(rows.positions, batch.positions);
    EXPECT_EQ(rows.balances, batch.balances);
    ASSERT_EQ(rows.keys.size(), 1U);
    EXPECT_TRUE(same_key(rows.keys[0], batch.keys[0]));
    EXPECT_TRUE(reader().visit_rows({}).has_value());
}

// @spec:R3-TX-03 R3-AC-02
TEST_P(StoreConformance, ShowsOnlyWholeBatchesToAConcurrentReader) {
    open_account();
    std::atomic<bool> stop{false};
    std::atomic<std::uint64_t> torn{0};
    std::thread watcher([&] {
        // Batch n writes the balance with version n at sequence n: both or neither may be seen.
        while (!stop) {
            if (!reader().begin_snapshot()) continue;
            const Sequence sequence = reader().head().value().sequence;
            const ports::RowVisitor visitor([&](const Balance& row) {
                if (row.version != sequence) ++torn;
            });
            if (!reader().visit_rows(visitor)) ++torn;
            reader().end_snapshot();
        }
    });
    for (int i = 0; i < 200; ++i) {
        Batch batch = next_batch();
        batch.balances = {sample_balance("main", "USDT")};
        batch.balances[0].version = head_.sequence + 1;
        EXPECT_EQ(commit(batch), CommitResult::Committed);
        if (i % 20 == 0) store().maintain();
    }
    stop = true;
    watcher.join();
    EXPECT_EQ(torn, 0U);
}

}  // namespace botcore::conformance
