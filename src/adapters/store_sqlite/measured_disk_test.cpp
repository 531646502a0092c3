#include "adapters/store_sqlite/measured_disk.hpp"

#include "adapters/store_sqlite/sqlite_store.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace botcore::store_sqlite {
namespace {

class MeasuredDiskTest : public testing::Test {
protected:
    [[nodiscard]] std::unique_ptr<SqliteStore> open(Synchronous synchronous = Synchronous::Full) {
        SqliteOptions options;
        options.path = folder_.file("shard.db");
        options.vfs = disk_.name();
        options.synchronous = synchronous;
        options.reserve_bytes = 64U << 10U;
        auto store = SqliteStore::open(std::move(options));
        EXPECT_TRUE(store.has_value());
        return store ? std::move(store).value() : nullptr;
    }

    static ports::CommitResult commit(SqliteStore& store) {
        ports::Batch batch;
        batch.expected = store.load().value().head;
        batch.epoch = 1;
        batch.entries.push_back({batch.expected.sequence + 1, 1, {}, {}, "x"});
        batch.entries[0].hash[0] = static_cast<std::uint8_t>(batch.expected.sequence + 1);
        return store.commit_now(batch);
    }

    scratch::TemporaryFolder folder_;
    MeasuredDisk disk_;
};

TEST_F(MeasuredDiskTest, ReportsEachSyncOfTheLog) {
    const auto store = open();
    int syncs = 0;
    disk_.on_sync([&](std::chrono::nanoseconds took) {
        EXPECT_GT(took.count(), 0);
        ++syncs;
    });
    EXPECT_EQ(commit(*store), ports::CommitResult::Committed);
    const int first = syncs;
    EXPECT_GE(first, 1);
    EXPECT_EQ(commit(*store), ports::CommitResult::Committed);
    EXPECT_EQ(syncs, first + 1);
    disk_.on_sync({});
    EXPECT_EQ(commit(*store), ports::CommitResult::Committed);
    EXPECT_EQ(syncs, first + 1);
}

TEST_F(MeasuredDiskTest, ReportsNothingWhenNothingIsSynced) {
    const auto store = open(Synchronous::Off);
    int syncs = 0;
    disk_.on_sync([&](std::chrono::nanoseconds) { ++syncs; });
    EXPECT_EQ(commit(*store), ports::CommitResult::Committed);
    EXPECT_EQ(syncs, 0);
    disk_.on_sync({});
}

TEST_F(MeasuredDiskTest, CountsOpenConnections) {
    EXPECT_EQ(disk_.connections(), 0U);
    auto store = open();
    EXPECT_EQ(disk_.connections(), 5U);
    store.reset();
    EXPECT_EQ(disk_.connections(), 0U);
}

}  // namespace
}  // namespace botcore::store_sqlite
