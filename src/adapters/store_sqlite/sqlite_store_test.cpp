#include "adapters/store_sqlite/sqlite_store.hpp"

#include "adapters/store_sqlite/rows.hpp"
#include "adapters/store_sqlite/schema.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace botcore::store_sqlite {
namespace {

using model::StorageState;
using ports::CommitResult;

class SqliteFile : public testing::Test {
protected:
    SqliteFile() {
        options_.path = folder_.file("shard.db");
        options_.reserve_bytes = 64U << 10U;
        options_.low_water_bytes = 0;
    }

    /// Makes a store with `count` journal entries and closes it cleanly.
    void make_store(model::Sequence count) {
        auto store = SqliteStore::open(options_);
        ASSERT_TRUE(store.has_value());
        for (model::Sequence sequence = 1; sequence <= count; ++sequence) {
            ports::Batch batch;
            batch.expected = store.value()->load().value().head;
            batch.epoch = 1;
            batch.entries.push_back({sequence, 1, {}, {}, std::string(5'000, 'x')});
            batch.entries[0].hash[0] = static_cast<std::uint8_t>(sequence);
            ASSERT_EQ(store.value()->commit_now(batch), CommitResult::Committed);
        }
    }

    void run_sql(const std::string& sql) {
        auto database = Database::open(options_.path, "", OpenMode::Create);
        ASSERT_TRUE(database.has_value());
        Database open = std::move(database).value();
        ASSERT_TRUE(open.execute(sql).has_value());
    }

    [[nodiscard]] OpenError::Kind open_error_kind() {
        const auto store = SqliteStore::open(options_);
        EXPECT_FALSE(store.has_value());
        if (store) return OpenError::Kind::CannotOpen;
        EXPECT_FALSE(store.error().expected.empty());
        EXPECT_FALSE(store.error().received.empty());
        return store.error().kind;
    }

    scratch::TemporaryFolder folder_;
    SqliteOptions options_;
};

// @spec:R2-TMO-02 @spec:R2-TMO-08 @error:ErrorKind::TimedOut
TEST_F(SqliteFile, InterruptsOnlyReadsThatTakeTooLong) {
    make_store(400);
    options_.read_longest = std::chrono::milliseconds(0);
    const auto store = SqliteStore::open(options_);
    ASSERT_TRUE(store.has_value());
    ports::StoreReader& reader = store.value()->reader();
    const auto page = reader.journal(1, 400);
    ASSERT_FALSE(page.has_value());
    EXPECT_EQ(page.error(), ports::StoreError::TimedOut);
    const auto loaded = store.value()->load();
    ASSERT_TRUE(loaded.has_value()) << "a load has no limit";
    ASSERT_TRUE(reader.begin_snapshot().has_value());
    EXPECT_TRUE(reader.journal(1, 400).has_value()) << "a check within a snapshot has none either";
    reader.end_snapshot();
    ports::Batch batch;
    batch.expected = loaded.value().head;
    batch.epoch = 1;
    for (model::Sequence sequence = 401; sequence <= 1'400; ++sequence)
        batch.entries.push_back({sequence, 1, {}, {}, "record"});
    EXPECT_EQ(store.value()->commit_now(batch), CommitResult::Committed) << "nor has a commit";
}

/// A file on which another program holds the lock that a commit needs. The waits of the commit take
/// no real time.
class LockedFile : public SqliteFile {
protected:
    void hold_the_lock() {
        make_store(1);
        options_.lock_wait = [this](std::chrono::milliseconds span) {
            waited_ += span;
            if (waited_ == held_for_) release();
        };
        store_ = std::move(SqliteStore::open(options_)).value();
        auto opened = Database::open(options_.path, "", OpenMode::ReadWrite);
        ASSERT_TRUE(opened.has_value());
        other_ = std::move(opened).value();
        ASSERT_TRUE(other_.execute("BEGIN IMMEDIATE").has_value());
    }

    void release() { EXPECT_TRUE(other_.execute("ROLLBACK").has_value()); }

    CommitResult commit_one() {
        ports::Batch batch;
        batch.expected = store_->load().value().head;
        batch.epoch = 1;
        batch.entries.push_back({batch.expected.sequence + 1, 1, {}, {}, "record"});
        return store_->commit_now(batch);
    }

    std::chrono::milliseconds held_for_{0};  ///< Zero: the lock is not released automatically.
    std::chrono::milliseconds waited_{0};
    std::unique_ptr<SqliteStore> store_;
    Database other_;
};

// @spec:R2-RETRY-02 @spec:R2-RETRY-03 @spec:R2-RETRY-09
TEST_F(LockedFile, ACommitIsRetriedAfterOneSecondAndThenTwo) {
    struct Case {
        std::chrono::milliseconds held_for;
        std::uint64_t succeeded, failed;
    };

    const std::vector<Case> cases = {{std::chrono::milliseconds(100), 0, 0},
                                     {std::chrono::milliseconds(1'100), 1, 0},
                                     {std::chrono::milliseconds(3'100), 2, 1},
                                     {std::chrono::milliseconds(7'095), 3, 3}};
    hold_the_lock();
    for (const Case& each : cases) {
        held_for_ = each.held_for;
        waited_ = {};
        EXPECT_EQ(commit_one(), CommitResult::Committed);
        EXPECT_EQ(waited_, each.held_for) << "The read ended at its limit.";
        EXPECT_EQ(store_->lock_retries().succeeded, each.succeeded);
        EXPECT_EQ(store_->lock_retries().failed, each.failed);
        ASSERT_TRUE(other_.execute("BEGIN IMMEDIATE").has_value());
    }
    release();
}

// @spec:R2-RETRY-01 @spec:R2-RETRY-09
TEST_F(LockedFile, ACommitFailsAfterThreeRetriesAndChangesNothing) {
    hold_the_lock();
    EXPECT_EQ(commit_one(), CommitResult::Unavailable);
    EXPECT_EQ(waited_, std::chrono::milliseconds(100 + 1'000 + 2'000 + 4'000));
    EXPECT_EQ(store_->lock_retries().succeeded, 0U);
    EXPECT_EQ(store_->lock_retries().failed, 3U);
    release();
    EXPECT_EQ(store_->load().value().head.sequence, 1U);
    EXPECT_EQ(commit_one(), CommitResult::Committed);
}

TEST_F(SqliteFile, RefusesAMissingFolder) {
    options_.path = folder_.file("nowhere/shard.db");
    EXPECT_EQ(open_error_kind(), OpenError::Kind::CannotOpen);
}

TEST_F(SqliteFile, RefusesAnEmptyFile) {
    make_store(1);
    std::filesystem::resize_file(options_.path, 0);
    EXPECT_EQ(open_error_kind(), OpenError::Kind::Corrupt);
    EXPECT_EQ(std::filesystem::file_size(options_.path), 0U);
}

TEST_F(SqliteFile, RefusesAMissingFileWhoseCompanionExists) {
    make_store(1);
    std::filesystem::remove(options_.path);
    EXPECT_EQ(open_error_kind(), OpenError::Kind::Corrupt);
    EXPECT_FALSE(std::filesystem::exists(options_.path));
}

TEST_F(SqliteFile, RefusesGarbage) {
    std::ofstream(options_.path) << std::string(8'192, 'g');
    EXPECT_EQ(open_error_kind(), OpenError::Kind::Corrupt);
}

TEST_F(SqliteFile, DetectsATruncatedFile) {
    make_store(40);
    const auto size = std::filesystem::file_size(options_.path);
    for (const std::uintmax_t rest : {size / 2, size - 4'096, std::uintmax_t{4'096}}) {
        std::filesystem::resize_file(options_.path, rest);
        auto store = SqliteStore::open(options_);
        if (!store) {
            EXPECT_EQ(store.error().kind, OpenError::Kind::Corrupt) << store.error().text();
            continue;
        }
        const auto loaded = store.value()->load();
        ASSERT_FALSE(loaded.has_value()) << rest;
        EXPECT_EQ(loaded.error(), ports::StoreError::Corrupt);
    }
}

// @spec:R3-VAL-12
TEST_F(SqliteFile, DetectsAValueOutsideAnEnumeration) {
    make_store(1);
    run_sql("INSERT INTO accounts VALUES ('a', 'o', 2, 1, 1, 0, 'USDT', '5', 0, 0, 0, 0)");
    ASSERT_TRUE(SqliteStore::open(options_).has_value());
    for (const char* column : {"market", "kind", "state", "frozen_reason"}) {
        run_sql(std::string("UPDATE accounts SET ") + column + " = " + column + " + 100");
        EXPECT_EQ(open_error_kind(), OpenError::Kind::Corrupt) << column;
        run_sql(std::string("UPDATE accounts SET ") + column + " = " + column + " - 100");
    }
}

TEST_F(SqliteFile, DetectsAJournalThatDoesNotEndAtItsHead) {
    make_store(3);
    run_sql("DELETE FROM journal WHERE seq = 3");
    auto store = SqliteStore::open(options_);
    ASSERT_TRUE(store.has_value());
    EXPECT_EQ(store.value()->load().error(), ports::StoreError::Corrupt);
}

// @spec:R3-VAL-12
TEST_F(SqliteFile, DetectsARowThatItNeverWrote) {
    make_store(1);
    run_sql("INSERT INTO accounts VALUES ('a', 'o', 2, 1, 1, 0, 'USDT', 'much', 0, 0, 0, 0)");
    EXPECT_EQ(open_error_kind(), OpenError::Kind::Corrupt);
}

TEST_F(SqliteFile, LeavesAForeignDatabaseUnchanged) {
    run_sql("CREATE TABLE recipes (name TEXT)");
    EXPECT_EQ(open_error_kind(), OpenError::Kind::NotOurs);
    auto database = Database::open(options_.path, "", OpenMode::ReadOnly);
    ASSERT_TRUE(database.has_value());
    Database open = std::move(database).value();
    EXPECT_EQ(open.integer("SELECT count(*) FROM sqlite_schema").value(), 1);
    EXPECT_FALSE(std::filesystem::exists(options_.path + "-wal"));
}

TEST_F(SqliteFile, RefusesTheSchemaOfALaterVersion) {
    make_store(1);
    run_sql("UPDATE meta SET value = " + std::to_string(kSchemaVersion + 1));
    EXPECT_EQ(open_error_kind(), OpenError::Kind::SchemaTooNew);
}

// Takes back the changes of version 7. The copies have no primary keys, which migration ignores.
constexpr const char* kBackToTheSixthVersion = R"sql(
DROP INDEX fills_identity;
ALTER TABLE fills DROP COLUMN exchange;
CREATE UNIQUE INDEX fills_identity ON fills (account, market, symbol, trade_id);
ALTER TABLE orders DROP COLUMN exchange;
CREATE TABLE instruments_before AS SELECT * FROM instruments;
DROP TABLE instruments;
ALTER TABLE instruments_before RENAME TO instruments;
ALTER TABLE instruments DROP COLUMN exchange;
CREATE TABLE brackets_before AS SELECT * FROM brackets;
DROP TABLE brackets;
ALTER TABLE brackets_before RENAME TO brackets;
ALTER TABLE brackets DROP COLUMN exchange;
CREATE TABLE positions_before AS SELECT * FROM positions;
DROP TABLE positions;
ALTER TABLE positions_before RENAME TO positions;
ALTER TABLE positions DROP COLUMN exchange;
UPDATE meta SET value = 6 WHERE name = 'schema_version';
)sql";

// Takes back the changes of versions 2 to 6.
constexpr const char* kBackToTheFirstVersion = R"sql(
DROP INDEX orders_imported;
ALTER TABLE accounts DROP COLUMN written_by;
ALTER TABLE accounts DROP COLUMN image_hash;
ALTER TABLE instruments DROP COLUMN written_by;
ALTER TABLE instruments DROP COLUMN image_hash;
ALTER TABLE balances DROP COLUMN written_by;
ALTER TABLE balances DROP COLUMN image_hash;
ALTER TABLE positions DROP COLUMN written_by;
ALTER TABLE positions DROP COLUMN image_hash;
ALTER TABLE orders DROP COLUMN written_by;
ALTER TABLE orders DROP COLUMN image_hash;
ALTER TABLE fills DROP COLUMN written_by;
ALTER TABLE fills DROP COLUMN image_hash;
ALTER TABLE idempotency DROP COLUMN written_by;
ALTER TABLE idempotency DROP COLUMN image_hash;
ALTER TABLE pending_keys DROP COLUMN written_by;
ALTER TABLE pending_keys DROP COLUMN image_hash;
ALTER TABLE head DROP COLUMN open_rows;
DELETE FROM meta WHERE name = 'rows_sealed';
ALTER TABLE orders DROP COLUMN signed_until;
ALTER TABLE orders DROP COLUMN queue_deadline;
ALTER TABLE orders DROP COLUMN cancelled_reason;
ALTER TABLE orders DROP COLUMN role;
ALTER TABLE orders DROP COLUMN parent;
ALTER TABLE orders DROP COLUMN stop_price;
ALTER TABLE orders DROP COLUMN stop_loss;
ALTER TABLE orders DROP COLUMN take_profit;
ALTER TABLE orders DROP COLUMN trail_activation;
ALTER TABLE orders DROP COLUMN trail_distance;
ALTER TABLE orders DROP COLUMN trail_mark;
ALTER TABLE orders DROP COLUMN trail_start;
ALTER TABLE orders DROP COLUMN cancel_owner;
ALTER TABLE orders DROP COLUMN queue_limit;
ALTER TABLE orders DROP COLUMN queue_until;
ALTER TABLE positions DROP COLUMN round_profit;
ALTER TABLE positions DROP COLUMN open_fees;
ALTER TABLE positions DROP COLUMN unprotected;
ALTER TABLE positions DROP COLUMN protect_by;
ALTER TABLE positions DROP COLUMN reserved;
ALTER TABLE orders DROP COLUMN worst_price;
DROP TABLE risks;
DROP TABLE operating;
DROP TABLE maintenance_windows;
UPDATE meta SET value = 1 WHERE name = 'schema_version';
)sql";

/// The first batch of a store: an account, an order and a position.
ports::Batch first_batch() {
    ports::Batch batch;
    batch.epoch = 1;
    batch.entries.push_back({1, 1, {}, {}, "record"});
    batch.entries[0].hash[0] = 1;
    model::Account account;
    account.id = model::AccountId("futures");
    account.owner = model::Owner("olga");
    account.version = 1;
    batch.accounts = {account};
    model::Order order;
    order.number = model::order_number(1, 0);
    order.id = model::ClientOrderId("an-order");
    order.account = account.id;
    order.owner = account.owner;
    order.instrument = {model::Market::Futures, model::Symbol("BTCUSDT")};
    order.quantity = model::Quantity::whole(2);
    order.state = model::OrderState::Open;
    batch.orders = {order};
    model::Position position;
    position.account = account.id;
    position.instrument = order.instrument;
    position.quantity = model::Quantity::whole(3);
    batch.positions = {position};
    return batch;
}

TEST_F(SqliteFile, MigratesAFileOfTheFirstVersionWithoutLosingARow) {
    const ports::Batch batch = first_batch();
    const model::Account& account = batch.accounts.front();
    const model::Order& order = batch.orders.front();
    {
        auto store = SqliteStore::open(options_);
        ASSERT_TRUE(store.has_value());
        ASSERT_EQ(store.value()->commit_now(batch), CommitResult::Committed);
    }
    run_sql(kBackToTheSixthVersion);
    run_sql(kBackToTheFirstVersion);
    for (int opening = 0; opening < 2; ++opening) {
        const auto store = SqliteStore::open(options_);
        ASSERT_TRUE(store.has_value()) << store.error().text();
        const auto loaded = store.value()->load();
        ASSERT_TRUE(loaded.has_value());
        EXPECT_EQ(loaded.value().head, batch.head());
        EXPECT_EQ(loaded.value().accounts, batch.accounts);
        ASSERT_EQ(loaded.value().orders.size(), 1U);
        EXPECT_EQ(loaded.value().orders[0], order);
        EXPECT_EQ(loaded.value().positions, batch.positions);
        EXPECT_TRUE(loaded.value().operating.empty());
        EXPECT_TRUE(loaded.value().risks.empty());
        EXPECT_TRUE(loaded.value().windows.empty());
        // The check before the upgrade found that no record wrote these rows.
        ASSERT_EQ(loaded.value().doubts.size(), 1U);
        EXPECT_EQ(loaded.value().doubts[0].account, account.id);
    }
    EXPECT_TRUE(std::filesystem::exists(options_.path + std::string(kOlderCopy)));
    run_sql("UPDATE positions SET quantity = '4'");
    const auto store = SqliteStore::open(options_);
    EXPECT_EQ(store.value()->load().value().doubts.size(), 2U) << "Sealed rows have images.";
}

TEST_F(SqliteFile, MigratesAFileOfTheSixthVersionWithTheHashesOfItsRows) {
    ports::Batch batch = first_batch();
    batch.instruments = {model::builtin_instruments().front()};
    {
        auto store = SqliteStore::open(options_);
        ASSERT_TRUE(store.has_value());
        ASSERT_EQ(store.value()->commit_now(batch), CommitResult::Committed);
    }
    run_sql(kBackToTheSixthVersion);
    {
        const auto store = SqliteStore::open(options_);
        ASSERT_TRUE(store.has_value()) << store.error().text();
        const auto loaded = store.value()->load();
        ASSERT_TRUE(loaded.has_value());
        EXPECT_EQ(loaded.value().instruments, batch.instruments);
        EXPECT_EQ(loaded.value().positions, batch.positions);
        ASSERT_EQ(loaded.value().orders.size(), 1U);
        EXPECT_EQ(loaded.value().orders[0], batch.orders[0]);
        EXPECT_TRUE(loaded.value().doubts.empty());
    }
    // The same symbol of another exchange is another row.
    run_sql(
        "INSERT INTO positions SELECT account, market, symbol, quantity, cost, margin, "
        "leverage, realized_profit, opened, updated, version, owner, round_profit, open_fees, "
        "unprotected, protect_by, written_by, image_hash, reserved, 2 FROM positions");
}

namespace {

model::Balance balance_of(const model::AccountId& account, std::int64_t cash) {
    model::Balance balance;
    balance.account = account;
    balance.asset = model::Asset("USDT");
    balance.of(model::Book::Cash) = model::Money::whole(cash);
    return balance;
}

/// The batch that follows `last`: one record and one balance.
ports::Batch next_batch(const ports::Batch& last, const model::Balance& balance) {
    ports::Batch batch;
    batch.expected = last.head();
    batch.epoch = last.epoch;
    batch.entries.push_back({last.head().sequence + 1, last.epoch, {}, {}, "record"});
    batch.entries[0].hash[0] = static_cast<std::uint8_t>(last.head().sequence + 1);
    batch.balances = {balance};
    return batch;
}

ports::Batch first_batch(const std::vector<std::string>& accounts) {
    ports::Batch batch;
    batch.epoch = 1;
    batch.entries.push_back({1, 1, {}, {}, "record"});
    batch.entries[0].hash[0] = 1;
    for (const auto& name : accounts) {
        model::Account account;
        account.id = model::AccountId(name);
        account.owner = model::Owner("olga");
        batch.accounts.push_back(account);
        batch.balances.push_back(balance_of(account.id, 10'000));
    }
    return batch;
}

}  // namespace

// @spec:RK-05
TEST_F(SqliteFile, AChangedRowPutsOnlyItsAccountInDoubt) {
    {
        auto store = SqliteStore::open(options_);
        ASSERT_EQ(store.value()->commit_now(first_batch({"one", "two"})), CommitResult::Committed);
        EXPECT_TRUE(store.value()->load().value().doubts.empty());
    }
    run_sql("UPDATE balances SET cash = '1' WHERE account = 'two'");
    auto store = SqliteStore::open(options_);
    ASSERT_TRUE(store.has_value());
    const auto doubts = store.value()->load().value().doubts;
    ASSERT_EQ(doubts.size(), 1U);
    EXPECT_EQ(doubts[0].account, model::AccountId("two"));
    EXPECT_NE(doubts[0].text.find("balances"), std::string::npos);
}

TEST_F(SqliteFile, AMissingOrOlderOrNewRowPutsAllInDoubt) {
    const model::AccountId one("one");
    const auto first = first_batch({"one"});
    {
        auto store = SqliteStore::open(options_);
        ASSERT_EQ(store.value()->commit_now(first), CommitResult::Committed);
        ASSERT_EQ(store.value()->commit_now(next_batch(first, balance_of(one, 5))),
                  CommitResult::Committed);
    }
    run_sql("CREATE TABLE kept AS SELECT * FROM balances");
    const auto doubts_after = [&](const std::string& sql) {
        run_sql(sql);
        auto store = SqliteStore::open(options_);
        return store.value()->load().value().doubts;
    };
    EXPECT_TRUE(doubts_after("SELECT 1").empty());
    const auto gone = doubts_after("DELETE FROM balances");
    ASSERT_EQ(gone.size(), 1U);
    EXPECT_EQ(gone[0].account, std::nullopt);
    EXPECT_TRUE(doubts_after("INSERT INTO balances SELECT * FROM kept").empty());
    // Simulates a page that was never written: the row is valid, but from the previous batch.
    auto older = SqliteStore::open(options_);
    ASSERT_EQ(older.value()->commit_now(
                  next_batch(next_batch(first, balance_of(one, 5)), balance_of(one, 6))),
              CommitResult::Committed);
    older = base::Failure{OpenError{}};
    EXPECT_EQ(doubts_after("DELETE FROM balances; INSERT INTO balances SELECT * FROM kept").size(),
              1U);
}

TEST_F(SqliteFile, ACommitDoesNotOverwriteAChangedRow) {
    const auto first = first_batch({"one", "two"});
    auto opened = SqliteStore::open(options_);
    auto& store = *opened.value();
    ASSERT_EQ(store.commit_now(first), CommitResult::Committed);
    run_sql("UPDATE balances SET cash = '1', image_hash = 7 WHERE account = 'two'");
    const auto over = next_batch(first, balance_of(model::AccountId("two"), 9'000));
    EXPECT_EQ(store.commit_now(over), CommitResult::Unavailable);
    const auto loaded = store.load().value();
    EXPECT_EQ(loaded.head, first.head());
    EXPECT_FALSE(loaded.doubts.empty());
    // After a load has found the change, commits succeed; by then the account is frozen.
    EXPECT_EQ(store.commit_now(over), CommitResult::Committed);
    EXPECT_TRUE(store.load().value().doubts.empty());
}

TEST_F(SqliteFile, AChangedEndedOrderOrKeyIsReportedAsCorrupt) {
    auto first = first_batch({"one"});
    model::Order order;
    order.number = model::order_number(1, 0);
    order.account = model::AccountId("one");
    order.owner = model::Owner("olga");
    order.state = model::OrderState::Filled;
    first.orders = {order};
    ports::KeyRow key;
    key.entry.owner = model::Owner("olga");
    key.entry.key = model::IdempotencyKey("k");
    key.entry.state = model::KeyState::Done;
    key.entry.status = 200;
    first.keys = {key};
    auto opened = SqliteStore::open(options_);
    ASSERT_EQ(opened.value()->commit_now(first), CommitResult::Committed);
    auto& reader = opened.value()->reader();
    EXPECT_TRUE(reader.find_order(order.number).value().has_value());
    EXPECT_TRUE(reader.find_key(key.entry.owner, key.entry.key).value().has_value());
    run_sql("UPDATE orders SET filled = '7'; UPDATE idempotency SET status = 422");
    EXPECT_EQ(reader.find_order(order.number).error(), ports::StoreError::Corrupt);
    EXPECT_EQ(reader.find_key(key.entry.owner, key.entry.key).error(), ports::StoreError::Corrupt);
}

TEST_F(SqliteFile, RefusesAFileWithoutAVersion) {
    make_store(1);
    run_sql("DELETE FROM meta");
    EXPECT_EQ(open_error_kind(), OpenError::Kind::Corrupt);
}

TEST_F(SqliteFile, LoadsWithoutScanningHistory) {
    make_store(1);
    auto database = Database::open(options_.path, "", OpenMode::ReadWrite);
    ASSERT_TRUE(database.has_value());
    Database open = std::move(database).value();
    for (const std::string& sql : query::all_of_load()) {
        Statement explain = open.prepare("EXPLAIN QUERY PLAN " + sql).value();
        while (explain.step().value() == Statement::Step::Row) {
            const std::string plan(explain.text(3));
            for (const std::string table : {"orders", "fills", "idempotency", "journal"}) {
                const std::string scan = "SCAN " + table;
                if (!plan.starts_with(scan)) continue;
                const bool open_rows_only = plan.ends_with("INDEX orders_live");
                EXPECT_TRUE(open_rows_only) << plan << " in " << sql;
            }
            EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << plan << " in " << sql;
        }
    }
}

TEST_F(SqliteFile, ReservesDiskSpace) {
    make_store(1);
    const std::string reserve = options_.path + "-reserve";
    EXPECT_EQ(std::filesystem::file_size(reserve), options_.reserve_bytes);
    DiskReserve taken_over(reserve, options_.reserve_bytes);
    EXPECT_TRUE(taken_over.full());
    EXPECT_TRUE(taken_over.release_step());
    EXPECT_EQ(std::filesystem::file_size(reserve), options_.reserve_bytes * 3 / 4);
    while (taken_over.release_step())
        continue;
    EXPECT_EQ(taken_over.size(), 0U);
    EXPECT_TRUE(taken_over.refill());
    EXPECT_EQ(std::filesystem::file_size(reserve), options_.reserve_bytes);
}

TEST_F(SqliteFile, IsInReserveUntilSpaceCanBeReserved) {
    std::uint64_t free = 1'000;
    options_.free_bytes = [&] { return free; };
    auto store = SqliteStore::open(options_);
    ASSERT_TRUE(store.has_value());
    EXPECT_EQ(store.value()->storage_state(), StorageState::Reserve);
    free = 3 * options_.reserve_bytes;
    store.value()->maintain();
    EXPECT_EQ(store.value()->storage_state(), StorageState::Normal);
}

base::Int128 decimal(std::string_view text) {
    return parse_decimal(text).value();
}

TEST(StoredDecimal, HasAllOneHundredAndTwentyEightBits) {
    const auto max = static_cast<base::Int128>((static_cast<base::Uint128>(1) << 127U) - 1);
    for (const base::Int128 units : {max, -max - 1, base::Int128{0}, base::Int128{-1}, max / 3}) {
        EXPECT_EQ(decimal(model::to_text(model::Money::from_units(units))), units);
    }
    EXPECT_EQ(decimal("12.5"), 1'250'000'000);
    EXPECT_EQ(decimal("-0.00000001"), -1);
}

TEST(StoredDecimal, RefusesTextsThatWeNeverWrite) {
    for (const std::string_view text : {"",
                                        "-",
                                        "x",
                                        "1.2.3",
                                        "0.000000001",
                                        "1e5",
                                        "+1",
                                        "1701411834604692317316873037158.84105728",
                                        "99999999999999999999999999999999999999"}) {
        EXPECT_FALSE(parse_decimal(text).has_value()) << text;
    }
}

TEST_F(SqliteFile, RefusesASecondSnapshotFromAnotherThread) {
    make_store(1);
    auto store = SqliteStore::open(options_);
    ASSERT_TRUE(store.has_value());
    ports::StoreReader& reader = store.value()->reader();
    ASSERT_TRUE(reader.begin_snapshot());
    std::thread([&] {
        const auto second = reader.begin_snapshot();
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error(), ports::StoreError::Unavailable);
    }).join();
    reader.end_snapshot();
}

}  // namespace
}  // namespace botcore::store_sqlite
