/// What the SQLite store preserves when power, disk or space fail. Each schedule is one seed.

#include "tests/conformance/sample_rows.hpp"
#include "tests/conformance/sqlite_harness.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <map>

namespace botcore::conformance {
namespace {

using model::Head;
using ports::Batch;
using ports::CommitResult;
using store_sqlite::SqliteOptions;
using store_sqlite::SqliteStore;
using store_sqlite::Synchronous;

/// The expected rows at one head.
struct Expected {
    std::map<model::OrderNumber, std::uint64_t> live_orders;  ///< Number to version.
    std::size_t fills = 0;
};

enum class Finding : std::uint8_t {
    Kept,          ///< The last acknowledged batch, or the complete batch in flight.
    Lost,          ///< An acknowledged batch is missing, or the file is damaged.
    Inconsistent,  ///< Rows, head and journal contradict each other.
};

/// Random batches on one store, with any number of crashes, compared with a model in memory.
class Schedule {
public:
    Schedule(std::uint64_t seed, Synchronous synchronous)
        : random_(seed),
          harness_(synchronous),
          loss_(static_cast<Loss>(random_.below(3))) {
        history_[Head{}.sequence] = {};
        EXPECT_EQ(harness_.store().commit_now(opening_batch()), CommitResult::Committed);
        acknowledged_ = opening_batch().head();
        history_[acknowledged_.sequence] = {};
    }

    /// Commits until the power fails or enough batches are done.
    void work() {
        harness_.disk().power_off_after(1 + random_.below(150));
        for (int i = 0; i < 30; ++i) {
            if (random_.chance(1, 6)) harness_.store().maintain();
            Expected after = history_.at(acknowledged_.sequence);
            const Batch batch = random_batch(after);
            in_flight_ = batch.head();
            history_[in_flight_.sequence] = after;
            if (harness_.store().commit_now(batch) != CommitResult::Committed) return;
            acknowledged_ = in_flight_;
        }
    }

    [[nodiscard]] Finding crash_and_check() {
        if (!harness_.crash_with(loss_, random_, SqliteHarness::Again::Maybe)) {
            return Finding::Lost;
        }
        auto snapshot = harness_.store().load();
        if (!snapshot && !harness_.disk().is_on()) {
            if (!harness_.crash_with(loss_, random_, SqliteHarness::Again::No)) {
                return Finding::Lost;
            }
            snapshot = harness_.store().load();
        }
        if (!snapshot) return Finding::Lost;
        const Head& head = snapshot.value().head;
        if (head != acknowledged_ && head != in_flight_) return Finding::Lost;
        acknowledged_ = head;
        return matches(snapshot.value()) ? Finding::Kept : Finding::Inconsistent;
    }

private:
    /// A batch on top of the last acknowledged one; `after` receives the expected rows after it.
    [[nodiscard]] Batch random_batch(Expected& after) {
        Batch batch = sample_batch({.head = acknowledged_,
                                    .epoch = 1,
                                    .count = 1 + random_.below(5),
                                    .salt = static_cast<std::uint8_t>(random_.next()),
                                    .record_bytes = random_.below(3'000)});
        batch.balances = {sample_balance("main", "USDT")};
        batch.balances[0].version = batch.head().sequence;
        for (const auto& entry : batch.entries) {
            model::Order order = sample_order({.number = model::order_number(entry.sequence, 0)});
            order.version = batch.head().sequence;
            after.live_orders[order.number] = order.version;
            batch.orders.push_back(order);
            batch.fills.push_back(sample_fill({.sequence = entry.sequence,
                                               .trade_id = entry.sequence,
                                               .order_number = order.number}));
            batch.keys.push_back(sample_key("alice", "k" + std::to_string(entry.sequence)));
        }
        while (after.live_orders.size() > 8) {
            const auto oldest = after.live_orders.begin();
            batch.orders.push_back(
                sample_order({.number = oldest->first, .state = model::OrderState::Filled}));
            after.live_orders.erase(oldest);
        }
        after.fills += batch.fills.size();
        return batch;
    }

    [[nodiscard]] bool matches(const ports::OpenState& snapshot) {
        const Expected& expected = history_.at(snapshot.head.sequence);
        std::map<model::OrderNumber, std::uint64_t> live;
        for (const auto& order : snapshot.orders)
            live[order.number] = order.version;
        if (live != expected.live_orders) return false;
        if (expected.fills > 0 && snapshot.balances.at(0).version != snapshot.head.sequence) {
            return false;
        }
        std::size_t fills = 0;
        const ports::RowVisitor visitor([&](const model::Fill&) { ++fills; });
        auto& reader = harness_.store().reader();
        if (!reader.visit_rows(visitor)) return !harness_.disk().is_on();
        const auto journal = reader.journal(1, 100'000);
        if (!journal) return !harness_.disk().is_on();
        return fills == expected.fills && journal.value().size() == snapshot.head.sequence;
    }

    base::Random random_;
    SqliteHarness harness_;
    Loss loss_;
    Head acknowledged_;
    Head in_flight_;
    std::map<model::Sequence, Expected> history_;
};

// @spec:I10 R3-TX-01 R3-TX-04 R3-AC-02 TC-REL-010
TEST(SqliteDurability, KeepsEveryAcknowledgedBatchThroughAnyPowerCut) {
    for (std::uint64_t seed = 1; seed <= 150; ++seed) {
        Schedule schedule(seed, Synchronous::Full);
        for (int crash = 0; crash < 3; ++crash) {
            schedule.work();
            ASSERT_EQ(schedule.crash_and_check(), Finding::Kept)
                << "seed " << seed << ", crash " << crash;
        }
    }
}

// Shows that the test above can fail: without syncs, the same schedules lose batches.
TEST(SqliteDurability, DetectsAStoreThatDoesNotSync) {
    int lost = 0;
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        Schedule schedule(seed, Synchronous::Off);
        schedule.work();
        if (schedule.crash_and_check() != Finding::Kept) ++lost;
    }
    EXPECT_GT(lost, 15);
}

SqliteOptions options_on(ForgetfulVfs& disk, const TemporaryFolder& folder) {
    SqliteOptions options;
    options.path = folder.file("shard.db");
    options.vfs = disk.name();
    options.reserve_bytes = 1U << 16U;
    options.low_water_bytes = 0;
    return options;
}

TEST(SqliteDurability, StartsAfterAPowerCutAtAnyStepOfItsCreation) {
    base::Random random(5);
    bool finished = false;
    for (std::uint64_t step = 1; !finished; ++step) {
        ForgetfulVfs disk("creation");
        const TemporaryFolder folder;
        const SqliteOptions options = options_on(disk, folder);
        disk.power_off_after(step);
        // The result does not matter: the power may fail after its last write too.
        static_cast<void>(SqliteStore::open(options).has_value());
        finished = disk.is_on();
        disk.power_off();
        disk.power_on(static_cast<Loss>(step % 3), random);
        const auto opened = SqliteStore::open(options);
        ASSERT_TRUE(opened.has_value()) << "step " << step << ": " << opened.error().text();
        EXPECT_EQ(opened.value()->load().value().head, Head{});
        EXPECT_EQ(opened.value()->commit_now(opening_batch()), CommitResult::Committed);
        ASSERT_LT(step, 200U);
    }
}

/// Commits batches of some 20 KiB until `until` returns true; returns the last acknowledged head.
template <class Until>
Head commit_until(SqliteHarness& harness, Head head, Until until) {
    for (int i = 0; i < 2'000; ++i) {
        const Batch batch = sample_batch({.head = head, .count = 5, .record_bytes = 4'000});
        const CommitResult result = harness.store().commit_now(batch);
        if (result == CommitResult::Committed) head = batch.head();
        if (until(result)) return head;
    }
    ADD_FAILURE() << "never happened";
    return head;
}

// @spec:R3-TX-01 TC-REL-010
TEST(SqliteDurability, CommitsFromTheReserveWhenTheDiskIsFull) {
    SqliteHarness harness(Synchronous::Full);
    harness.options().low_water_bytes = 0;
    harness.reopen();
    ForgetfulVfs& disk = harness.disk();
    const std::string reserve = harness.path() + "-reserve";
    const std::uint64_t used = (std::uint64_t{1} << 40U) - [&] {
        disk.limit_disk(std::uint64_t{1} << 40U);
        return disk.free_bytes();
    }();
    disk.limit_disk(used + 300'000);

    const auto in_reserve = [&](CommitResult result) {
        EXPECT_EQ(result, CommitResult::Committed);
        return harness.store().storage_state() == model::StorageState::Reserve;
    };
    Head head = commit_until(harness, Head{}, in_reserve);
    EXPECT_LT(std::filesystem::file_size(reserve), 1U << 20U);
    EXPECT_GT(std::filesystem::file_size(reserve), 0U);

    harness.store().maintain();
    EXPECT_EQ(harness.store().storage_state(), model::StorageState::Reserve);
    const model::Sequence entered = head.sequence;
    head = commit_until(
        harness, head, [](CommitResult result) { return result == CommitResult::Unavailable; });
    EXPECT_GT(head.sequence, entered + 50);
    EXPECT_EQ(std::filesystem::file_size(reserve), 0U);
    EXPECT_EQ(harness.store().load().value().head, head);

    // The store also starts on the full disk, when the reserve is used up.
    harness.reopen();
    EXPECT_EQ(harness.store().storage_state(), model::StorageState::Reserve);
    EXPECT_EQ(harness.store().load().value().head, head);

    disk.limit_disk(used + 100'000'000);
    harness.store().maintain();
    EXPECT_EQ(harness.store().storage_state(), model::StorageState::Normal);
    EXPECT_EQ(std::filesystem::file_size(reserve), 1U << 20U);
    const auto committed = [](CommitResult result) { return result == CommitResult::Committed; };
    head = commit_until(harness, head, committed);
    harness.crash();
    EXPECT_EQ(harness.store().load().value().head, head);
}

TEST(SqliteDurability, ReportsReserveBeforeTheDiskIsFull) {
    SqliteHarness harness(Synchronous::Full);
    harness.disk().limit_disk((1U << 20U) + 600'000);
    harness.store().maintain();
    EXPECT_EQ(harness.store().storage_state(), model::StorageState::Reserve);
    // The reserve is not released as long as writes succeed.
    EXPECT_EQ(std::filesystem::file_size(harness.path() + "-reserve"), 1U << 20U);
    harness.disk().limit_disk(1U << 30U);
    harness.store().maintain();
    EXPECT_EQ(harness.store().storage_state(), model::StorageState::Normal);
}

// @spec:R3-TX-04 TC-REL-010
TEST(SqliteDurabilityDeathTest, EndsTheProcessWhenASyncFails) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    const scratch::TemporaryRoot room;
    SqliteHarness harness(Synchronous::Full);
    ASSERT_EQ(harness.store().commit_now(opening_batch()), CommitResult::Committed);
    const Batch next = sample_batch({.head = opening_batch().head()});
    harness.disk().fail_sync_after(1);
    EXPECT_DEATH(static_cast<void>(harness.store().commit_now(next)),
                 "expected the write-ahead log to be synced");
}

TEST(SqliteDurabilityDeathTest, EndsTheProcessWhenACheckpointsSyncFails) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    const scratch::TemporaryRoot room;
    SqliteHarness harness(Synchronous::Full);
    ASSERT_EQ(harness.store().commit_now(opening_batch()), CommitResult::Committed);
    // The first sync is that of the log, the second that of the database file.
    harness.disk().fail_sync_after(2);
    EXPECT_DEATH(harness.store().maintain(), "expected the write-ahead log to be synced");
}

// @spec:R3-TX-01 R3-AC-01 R3-AC-02 TC-REL-010 RT-UNIT-02
TEST(SqliteDurability, AppliesNothingOfABatchWhoseWriteFails) {
    SqliteHarness harness(Synchronous::Full);
    ASSERT_EQ(harness.store().commit_now(opening_batch()), CommitResult::Committed);
    Head head = opening_batch().head();
    int failures = 0;
    for (std::uint64_t write = 1; write <= 12; ++write) {
        Batch batch = sample_batch({.head = head, .count = 4, .record_bytes = 3'000});
        batch.orders = {sample_order({.number = model::order_number(head.sequence + 1, 0)})};
        harness.disk().fail_write_after(write, SQLITE_IOERR_WRITE);
        const CommitResult result = harness.store().commit_now(batch);
        if (result == CommitResult::Unavailable) {
            ++failures;
            const auto snapshot = harness.store().load();
            ASSERT_TRUE(snapshot.has_value());
            EXPECT_EQ(snapshot.value().head, head);
            harness.disk().fail_write_after(0, SQLITE_OK);
            ASSERT_EQ(harness.store().commit_now(batch), CommitResult::Committed);
        }
        harness.disk().fail_write_after(0, SQLITE_OK);
        head = batch.head();
        harness.crash();
        EXPECT_EQ(harness.store().load().value().head, head);
    }
    EXPECT_GE(failures, 8);
}

TEST(SqliteDurability, RemovesExpiredRepliesAfterAFailedCommit) {
    constexpr int kReplies = 10;
    SqliteHarness harness(Synchronous::Full);
    ASSERT_EQ(harness.store().commit_now(opening_batch()), CommitResult::Committed);
    Head head = opening_batch().head();
    const auto next = [&] { return sample_batch({.head = head, .count = 1, .record_bytes = 100}); };
    for (int i = 0; i < kReplies; ++i) {
        Batch batch = next();
        batch.keys = {sample_key("alice", "k" + std::to_string(i))};
        ASSERT_EQ(harness.store().commit_now(batch), CommitResult::Committed);
        head = batch.head();
    }
    for (int removed = 0; removed < kReplies; removed += 2) {
        Batch batch = next();
        batch.replies_expired_until = head.sequence;
        harness.disk().fail_write_after(2, SQLITE_IOERR_WRITE);
        ASSERT_EQ(harness.store().commit_now(batch), CommitResult::Unavailable);
        ASSERT_EQ(harness.store().commit_now(batch), CommitResult::Committed);
        head = batch.head();
    }
    for (int i = 0; i < kReplies; ++i) {
        const model::IdempotencyKey key("k" + std::to_string(i));
        const auto row = harness.store().reader().find_key(model::Owner("alice"), key).value();
        ASSERT_TRUE(row.has_value());
        EXPECT_TRUE(row->body.empty()) << i;
    }
}

TEST(SqliteDurability, BoundsTheLogUnderLoadWithoutMaintenance) {
    SqliteHarness harness(Synchronous::Full);
    harness.options().wal_bytes_max = 400'000;
    harness.reopen();
    Head head;
    std::uintmax_t largest = 0;
    for (int i = 0; i < 200; ++i) {
        const Batch batch = sample_batch({.head = head, .count = 5, .record_bytes = 4'000});
        ASSERT_EQ(harness.store().commit_now(batch), CommitResult::Committed);
        head = batch.head();
        largest = std::max(largest, std::filesystem::file_size(harness.path() + "-wal"));
    }
    EXPECT_LT(largest, 600'000U);
    EXPECT_EQ(harness.store().load().value().head, head);
}

/// A long log, as the one that a daily snapshot leaves behind, costs no commit its copy, since only
/// maintenance copies it. Nor does one commit cut the file: it gets shorter step by step.
TEST(SqliteDurability, LeavesALongLogToMaintenanceAndCutsItInSteps) {
    constexpr std::uintmax_t kStep = 400'000;
    SqliteHarness harness(Synchronous::Full);
    harness.options().wal_bytes_max = kStep;
    harness.reopen();
    harness.store().maintain();
    Head head;
    const auto commit = [&](int times) {
        for (int i = 0; i < times; ++i) {
            const Batch batch = sample_batch({.head = head, .count = 5, .record_bytes = 4'000});
            ASSERT_EQ(harness.store().commit_now(batch), CommitResult::Committed);
            head = batch.head();
        }
    };
    const auto log_bytes = [&] { return std::filesystem::file_size(harness.path() + "-wal"); };
    commit(100);
    auto before = log_bytes();
    EXPECT_GT(before, 5 * kStep);
    for (int restart = 0; restart < 40 && before > 2 * kStep; ++restart) {
        harness.store().maintain();
        commit(20);
        const auto after = log_bytes();
        EXPECT_LE(before - std::min(before, after), 2 * kStep);
        before = after;
    }
    EXPECT_LE(before, 2 * kStep);
    EXPECT_EQ(harness.store().load().value().head, head);
}

}  // namespace
}  // namespace botcore::conformance
