// The check of the records after a snapshot reports any missing, changed or reordered segment.

#include "services/archive/segment_check.hpp"

#include "services/archive/export.hpp"
#include "tests/archive/archive_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace botcore::archive_tests {
namespace {

namespace fs = std::filesystem;
using Kind = archive::ArchiveError::Kind;
using ::testing::HasSubstr;

/// A snapshot, and four segments after it.
class SegmentsAfterASnapshot : public testing::Test {
protected:
    SegmentsAfterASnapshot()
        : vault_(folder_.file("vault")),
          store_(folder_.file("store.db"), vault_, 7) {
        store_.trade(5);
        store_.ship();
        store_.snapshot(kNow);
        for (int i = 0; i < 4; ++i) {
            store_.trade(3);
            store_.ship();
        }
        const auto snapshot = vault_.archive.snapshots(1).value().back();
        behind_ = vault_.archive.segments(1, snapshot.name.sequence + 1).value();
    }

    archive::ArchiveResult<archive::CheckedSegments> check() {
        return archive::check_newest_segments(vault_.archive, 1, store_.shipped().archived);
    }

    [[nodiscard]] fs::path file_of(std::size_t segment) {
        return vault_.file_of(to_text(behind_.at(segment)));
    }

    void expect(Kind kind, const std::string& said) {
        const auto checked = check();
        ASSERT_FALSE(checked);
        EXPECT_EQ(checked.error().kind, kind);
        EXPECT_THAT(checked.error().object + ": " + checked.error().text, HasSubstr(said));
    }

    scratch::TemporaryFolder folder_;
    Vault vault_;
    TradingStore store_;
    std::vector<names::SegmentName> behind_;
};

TEST_F(SegmentsAfterASnapshot, AreComplete) {
    ASSERT_EQ(behind_.size(), 4U);
    const auto checked = check();
    ASSERT_TRUE(checked) << checked.error().object << checked.error().text;
    EXPECT_EQ(checked.value().count, 4U);
    EXPECT_EQ(checked.value().last, store_.head().sequence);
}

TEST_F(SegmentsAfterASnapshot, AreReportedWhenOneIsMissing) {
    fs::remove(file_of(1));
    expect(Kind::Gap,
           to_text(behind_.at(2)) + ": records " + std::to_string(behind_.at(1).first) + " to " +
               std::to_string(behind_.at(1).last) + " are missing before it");
}

TEST_F(SegmentsAfterASnapshot, AreReportedWhenTheLastOneIsMissing) {
    fs::remove(file_of(3));
    expect(Kind::Gap, std::to_string(behind_.at(3).last) + " are missing at its end");
}

TEST_F(SegmentsAfterASnapshot, AreReportedWhenOneIsChangedOrTruncated) {
    fs::resize_file(file_of(2), fs::file_size(file_of(2)) - 1);
    expect(Kind::Damaged, to_text(behind_.at(2)));
    {
        std::fstream file(file_of(2), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(60);
        file.put('x');
    }
    expect(Kind::Damaged, to_text(behind_.at(2)));
}

TEST_F(SegmentsAfterASnapshot, AreReportedWhenTwoAreSwapped) {
    fs::rename(file_of(1), folder_.file("aside"));
    fs::rename(file_of(2), file_of(1));
    fs::rename(folder_.file("aside"), file_of(2));
    expect(Kind::Damaged, to_text(behind_.at(1)));
}

// The segment is sealed with the right key and under the right name.
TEST_F(SegmentsAfterASnapshot, AreReportedWhenRecordsAreReordered) {
    auto segment = vault_.archive.segment(behind_.at(2)).value();
    ASSERT_GE(segment.entries.size(), 3U);
    std::swap(segment.entries.at(0), segment.entries.at(1));
    segment.entries.at(0).sequence = behind_.at(2).first;
    segment.entries.at(1).sequence = behind_.at(2).first + 1;
    fs::remove(file_of(2));
    ASSERT_TRUE(vault_.archive.put(to_text(behind_.at(2)), names::encode(segment)));
    expect(Kind::Broken, to_text(behind_.at(2)));
}

TEST_F(SegmentsAfterASnapshot, AreReportedWhenTheyContinueAnotherStore) {
    auto manifest =
        vault_.archive.manifest(vault_.archive.snapshots(1).value().back().name).value();
    manifest.hash.front() ^= 1;
    const auto checked = archive::check_segments(vault_.archive, 1, manifest.head(), 0);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().kind, Kind::Broken);
}

TEST_F(SegmentsAfterASnapshot, AreCheckedFromTheStartWithoutASnapshot) {
    ASSERT_TRUE(vault_.archive.remove(vault_.archive.snapshots(1).value().front().name));
    const auto checked = check();
    ASSERT_TRUE(checked) << checked.error().text;
    EXPECT_GT(checked.value().count, 4U);
    EXPECT_EQ(archive::check_newest_segments(vault_.archive, 2, 0).error().kind, Kind::Missing);
}

// @spec:R3-BKP-09
TEST(AnExport, IsOneDatedFileAndOverwritesNone) {
    const scratch::TemporaryFolder folder;
    Vault vault(folder.file("vault"));
    TradingStore store(folder.file("store.db"), vault, 7);
    store.trade(10);
    const auto in_folder =
        [](const fs::path& where) -> base::Result<std::unique_ptr<ports::Repository>, std::string> {
        return std::unique_ptr<ports::Repository>(
            TRY(archive_folder::FolderRepository::open(where)));
    };
    const archive::ExportPlan plan{.stores = stores(),
                                   .make_repository = in_folder,
                                   .store = store.path(),
                                   .users = folder.file("users.sqlite"),
                                   .scratch = folder.file("scratch"),
                                   .folder = folder.path()};
    const auto done = archive::export_backup(plan, vault.key, kNow, {});
    ASSERT_TRUE(done) << done.error().text;
    EXPECT_EQ(done.value().file.filename(), "backup-20261123.gz");
    EXPECT_EQ(done.value().bytes, fs::file_size(done.value().file));
    EXPECT_EQ(done.value().state_hash, store.hash());
    const auto again = archive::export_backup(plan, vault.key, kNow, {});
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().kind, Kind::Taken);
    EXPECT_EQ(done.value().bytes, fs::file_size(done.value().file));
    auto nowhere = plan;
    nowhere.folder = folder.file("nowhere");
    EXPECT_EQ(archive::export_backup(nowhere, vault.key, kNow, {}).error().kind, Kind::Store);
    EXPECT_FALSE(fs::exists(plan.scratch));
    EXPECT_FALSE(fs::exists(done.value().file.string() + ".part"));
}

}  // namespace
}  // namespace botcore::archive_tests
