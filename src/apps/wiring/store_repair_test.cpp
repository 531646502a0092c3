#include "apps/wiring/store_repair.hpp"

#include "adapters/store_sqlite/commit_mark.hpp"
#include "apps/wiring/store_backup.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>

namespace botcore::apps {
namespace {

class StoreRepair : public testing::Test {
protected:
    /// Adds one record to the store, which is made if there is none, and closes it.
    void append() {
        auto store = stores_->open_store(store_);
        ASSERT_TRUE(store.has_value()) << store.error();
        ports::Batch batch;
        batch.expected = store.value()->load().value().head;
        batch.epoch = 1;
        const model::Sequence sequence = batch.expected.sequence + 1;
        batch.entries.push_back({sequence, 1, {}, {}, "not a record of this program"});
        batch.entries[0].hash[0] = static_cast<std::uint8_t>(sequence);
        ASSERT_EQ(store.value()->commit_now(batch), ports::CommitResult::Committed);
    }

    /// What the mark says about the store as it is now.
    std::string missing() {
        const auto state = load_store(store_);
        EXPECT_TRUE(state.has_value());
        return missing_by_mark(store_, stores_->timeline_of(store_).value(), state.value().head)
            .value();
    }

    scratch::TemporaryFolder folder_;
    std::unique_ptr<ports::StoreBackup> stores_ = make_store_backup();
    std::string store_ = folder_.file("botcore.db");
};

TEST_F(StoreRepair, LoadsTheOpenState) {
    EXPECT_EQ(load_store(store_).error(), ports::StoreError::Unavailable);
    append();
    append();
    EXPECT_EQ(load_store(store_).value().head.sequence, 2U);
}

TEST_F(StoreRepair, TheMarkShowsThatRecordsAreMissing) {
    append();
    EXPECT_EQ(missing(), "");
    model::Head later = load_store(store_).value().head;
    later.sequence += 1;
    const auto timeline = stores_->timeline_of(store_).value();
    store_sqlite::CommitMark(store_, store_sqlite::CommitMark::name_of(timeline)).write(later);
    EXPECT_NE(missing(), "");
    append();
    EXPECT_NE(missing(), "") << "record 2 is another one";
    remove_mark(store_);
    EXPECT_EQ(missing(), "");
}

TEST_F(StoreRepair, AFailedRebuildChangesNothing) {
    append();
    const auto rebuilt = rebuild_store(store_, {});
    ASSERT_FALSE(rebuilt.has_value());
    EXPECT_NE(rebuilt.error(), "");
    EXPECT_EQ(load_store(store_).value().head.sequence, 1U);
}

}  // namespace
}  // namespace botcore::apps
