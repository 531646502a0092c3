#include "adapters/store_sqlite/sqlite_backup.hpp"

#include "tests/scratch/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace botcore::store_sqlite {
namespace {

namespace fs = std::filesystem;

using testing::HasSubstr;

class StoreBackups : public testing::Test {
protected:
    std::string file(const std::string& name) { return folder_.file(name); }

    /// Adds `count` records to the store, which is made if there is none, and closes it.
    void append(const std::string& store, model::Sequence count) {
        auto opened = backup_.open_store(store);
        ASSERT_TRUE(opened.has_value()) << opened.error();
        for (model::Sequence added = 0; added < count; ++added) {
            ports::Batch batch;
            batch.expected = opened.value()->load().value().head;
            batch.epoch = 1;
            const model::Sequence sequence = batch.expected.sequence + 1;
            batch.entries.push_back({sequence, 1, {}, {}, "record " + std::to_string(sequence)});
            batch.entries[0].hash[0] = static_cast<std::uint8_t>(sequence);
            ASSERT_EQ(opened.value()->commit_now(batch), ports::CommitResult::Committed);
        }
    }

    /// The bytes of all records of the store.
    std::vector<std::string> records_of(const std::string& store) {
        const auto reader = backup_.open_reader(store);
        EXPECT_TRUE(reader.has_value());
        std::vector<std::string> records;
        if (!reader) return records;
        const auto page = reader.value()->journal(1, 100);
        EXPECT_TRUE(page.has_value());
        if (!page) return records;
        for (const auto& entry : page.value())
            records.push_back(entry.bytes);
        return records;
    }

    scratch::TemporaryFolder folder_;
    SqliteBackup backup_;
};

TEST_F(StoreBackups, ACopyEqualsTheStoreInUse) {
    append(file("store.db"), 3);
    const auto writer = backup_.open_store(file("store.db"));
    ASSERT_TRUE(writer.has_value());
    std::ofstream(file("copy.db")) << "what was there before";
    std::uint64_t copied = 0;
    const auto done = backup_.copy(file("store.db"),
                                   file("copy.db"),
                                   ports::CopyPace::Gentle,
                                   [&](std::uint64_t pages, std::uint64_t) { copied = pages; });
    ASSERT_TRUE(done.has_value()) << done.error();
    EXPECT_EQ(records_of(file("copy.db")), records_of(file("store.db")));
    EXPECT_EQ(records_of(file("copy.db")).size(), 3U);
    append(file("copy.db"), 1);
    EXPECT_EQ(records_of(file("store.db")).size(), 3U) << "The copy is a store of its own.";
}

TEST_F(StoreBackups, AReplacedStoreIsKeptUnderAnotherName) {
    append(file("store.db"), 2);
    append(file("made.db"), 5);
    const auto old = backup_.replace(file("made.db"), file("store.db"), "20261123t120000z");
    ASSERT_TRUE(old.has_value()) << old.error();
    EXPECT_THAT(old.value(), HasSubstr("20261123t120000z"));
    EXPECT_EQ(records_of(old.value()).size(), 2U);
    EXPECT_EQ(records_of(file("store.db")).size(), 5U);
    EXPECT_FALSE(fs::exists(file("made.db")));
    append(file("made.db"), 1);
    const auto first = backup_.replace(file("made.db"), file("new.db"), "20261123t120000z");
    ASSERT_TRUE(first.has_value()) << first.error();
    EXPECT_EQ(first.value(), "") << "There was no store at this path.";
}

TEST_F(StoreBackups, ATimelineIsReadAsItWasSet) {
    append(file("store.db"), 0);
    EXPECT_EQ(backup_.timeline_of(file("store.db")).value(), model::TimelineIdentity{});
    const model::TimelineIdentity identity{
        .number = 3, .id = 0x9f2c41d0, .ancestors = {{1, 0x11, 40}, {2, 0x22, 70}}};
    ASSERT_TRUE(backup_.set_timeline(file("store.db"), identity).has_value());
    EXPECT_EQ(backup_.timeline_of(file("store.db")).value(), identity);
    ASSERT_TRUE(backup_.copy(file("store.db"), file("copy.db"), ports::CopyPace::Full, {}));
    EXPECT_EQ(backup_.timeline_of(file("copy.db")).value(), identity);
}

TEST_F(StoreBackups, AMissingStoreIsAnErrorThatNamesIt) {
    const std::string missing = file("missing.db");
    const auto copied = backup_.copy(missing, file("copy.db"), ports::CopyPace::Full, {});
    EXPECT_THAT(copied.error(), HasSubstr(missing));
    EXPECT_FALSE(fs::exists(file("copy.db")));
    EXPECT_THAT(backup_.open_reader(missing).error(), HasSubstr(missing));
    EXPECT_THAT(backup_.timeline_of(missing).error(), HasSubstr(missing));
    EXPECT_THAT(backup_.set_timeline(missing, {}).error(), HasSubstr(missing));
    EXPECT_THAT(backup_.watch(missing).error(), HasSubstr(missing));
    EXPECT_THAT(backup_.replace(missing, file("store.db"), "now").error(), HasSubstr("store.db"));
    backup_.remove(missing);
    EXPECT_TRUE(fs::is_empty(folder_.path())) << "No call creates a store.";
}

TEST_F(StoreBackups, RemovesAStoreWithAllThatBelongsToIt) {
    append(file("store.db"), 2);
    const auto reader = backup_.open_store(file("store.db"));
    ASSERT_TRUE(reader.has_value());
    backup_.remove(file("store.db"));
    EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST_F(StoreBackups, ACounterChangesWithEveryCommitOfOthers) {
    append(file("store.db"), 1);
    const auto counter = backup_.watch(file("store.db"));
    ASSERT_TRUE(counter.has_value()) << counter.error();
    const auto first = counter.value()->read();
    ASSERT_TRUE(first.has_value());
    EXPECT_EQ(counter.value()->read().value(), first.value());
    append(file("store.db"), 1);
    EXPECT_NE(counter.value()->read().value(), first.value());
}

TEST_F(StoreBackups, NamesTheCopyThatAnUpgradeKeeps) {
    EXPECT_EQ(backup_.older_copy_of("/data/botcore.db"), "/data/botcore.db.before-upgrade");
}

}  // namespace
}  // namespace botcore::store_sqlite
