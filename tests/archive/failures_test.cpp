// Errors of the archive for local files that cannot be read or written, and the check that no
// partial result is left behind.

#include "adapters/store_sqlite/database.hpp"
#include "adapters/store_sqlite/rebuild.hpp"
#include "adapters/store_sqlite/timeline.hpp"
#include "services/archive/snapshot.hpp"
#include "services/archive/users_copy.hpp"
#include "tests/archive/archive_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace botcore::archive_tests {
namespace {

namespace fs = std::filesystem;
using Kind = archive::ArchiveError::Kind;
using ::testing::HasSubstr;

/// Changes the database file directly, like a manual edit.
void change(const fs::path& file, const char* statements) {
    auto opened =
        store_sqlite::Database::open(file.string(), "", store_sqlite::OpenMode::ReadWrite);
    ASSERT_TRUE(opened.has_value());
    store_sqlite::Database database = std::move(opened).value();
    ASSERT_TRUE(database.execute(statements).has_value()) << statements;
}

class ArchiveFailures : public testing::Test {
protected:
    ArchiveFailures() : vault_(folder_.file("vault")), path_(folder_.file("store.db")) {
        TradingStore store(path_, vault_, 11);
        store.trade(5);
        store.close();
        std::ofstream(garbage_) << std::string(20'000, 'x');
    }

    /// The error of the first step of a shipper whose store was changed after it was opened.
    archive::ArchiveError shipping(const char* statements) {
        const auto reader = store_sqlite::open_reader(path_);
        EXPECT_TRUE(reader.has_value());
        change(path_, statements);
        archive::Shipper shipper(*reader.value(), vault_.archive, {});
        EXPECT_FALSE(shipper.step(kNow));
        EXPECT_EQ(shipper.state().failures, 1U);
        return shipper.state().error.value_or(archive::ArchiveError{});
    }

    archive::ArchiveError putting(const fs::path& copy) {
        const auto put = archive::put_snapshot(vault_.archive, place_of(copy), kNow, {});
        EXPECT_FALSE(put.has_value());
        EXPECT_TRUE(vault_.archive.snapshots(1).value().empty());
        return put ? archive::ArchiveError{} : put.error();
    }

    scratch::TemporaryFolder folder_;
    Vault vault_;
    fs::path path_;
    fs::path garbage_ = folder_.file("garbage");
    fs::path nowhere_ = fs::path(folder_.file("no-folder")) / "file";
};

TEST_F(ArchiveFailures, DoesNotShipAnUnreadableJournal) {
    EXPECT_EQ(shipping("ALTER TABLE journal RENAME TO journal_lost").kind, Kind::Store);
    EXPECT_FALSE(store_sqlite::open_reader(path_).has_value());
}

TEST_F(ArchiveFailures, DoesNotShipWithoutAReadableHead) {
    EXPECT_EQ(shipping("ALTER TABLE head RENAME TO head_lost").kind, Kind::Store);
}

TEST_F(ArchiveFailures, DoesNotShipAJournalWithAGap) {
    EXPECT_EQ(shipping("DELETE FROM journal WHERE seq = 5").kind, Kind::Store);
    EXPECT_TRUE(vault_.archive.segments(1, 1).value().empty());
}

TEST_F(ArchiveFailures, DoesNotShipAnInvalidRecord) {
    EXPECT_EQ(shipping("UPDATE journal SET record = x'00' WHERE seq = 3").kind, Kind::Store);
}

TEST_F(ArchiveFailures, DoesNotShipWhenAReplyIsMissing) {
    EXPECT_EQ(shipping("DELETE FROM idempotency").kind, Kind::Store);
}

TEST_F(ArchiveFailures, DoesNotShipARecordOfAnotherChain) {
    const auto error = shipping(
        "UPDATE journal SET hash = (SELECT hash FROM journal WHERE seq = 1) WHERE seq = 3");
    EXPECT_EQ(error.kind, Kind::Broken);
    EXPECT_THAT(error.text, HasSubstr("record 3 "));
}

TEST_F(ArchiveFailures, DoesNotShipToTheArchiveOfAnotherStore) {
    TradingStore other(folder_.file("other.db"), vault_, 12);
    other.trade(5);
    other.ship();
    const auto objects = vault_.objects();
    const auto reader = store_sqlite::open_reader(path_);
    ASSERT_TRUE(reader.has_value());
    archive::Shipper shipper(
        *reader.value(), vault_.archive, {.number = 4, .id = 77, .ancestors = {}});
    EXPECT_FALSE(shipper.step(kNow));
    ASSERT_TRUE(shipper.state().error);
    EXPECT_EQ(shipper.state().error->kind, Kind::Taken);
    EXPECT_THAT(shipper.state().error->text, HasSubstr("archive.repository to an empty place"));
    EXPECT_FALSE(shipper.state().accepted);
    EXPECT_EQ(vault_.objects(), objects);
}

TEST_F(ArchiveFailures, TakesNoSnapshotOfAFileThatIsNotAStore) {
    EXPECT_EQ(putting(garbage_).kind, Kind::Store);
    EXPECT_EQ(putting(nowhere_).kind, Kind::Store);
    change(path_, "INSERT OR REPLACE INTO meta (name, value) VALUES ('timeline', -5)");
    EXPECT_THAT(putting(path_).text,
                HasSubstr("the number or id of the timeline is out of range: -5"));
    change(path_, "ALTER TABLE meta RENAME TO meta_lost");
    EXPECT_EQ(putting(path_).kind, Kind::Store);
}

TEST_F(ArchiveFailures, WritesNoSnapshotWithoutAMatchingTimeline) {
    EXPECT_EQ(putting(path_).kind, Kind::Missing);
    EXPECT_TRUE(vault_.objects().empty());
    ASSERT_TRUE(vault_.archive.begin_timeline(1, {.created = kNow, .id = 77}).has_value());
    EXPECT_EQ(putting(path_).kind, Kind::Taken) << "The archive of another store.";
}

TEST_F(ArchiveFailures, ReportsAMissingTargetFolderOfASnapshot) {
    ASSERT_TRUE(vault_.archive.begin_timeline(1, {.created = kNow}).has_value());
    const auto put = archive::put_snapshot(vault_.archive, place_of(path_), kNow, {});
    ASSERT_TRUE(put.has_value()) << put.error().text;
    const auto fetched =
        archive::fetch_snapshot(vault_.archive, put.value().name, place_of(nowhere_), {});
    ASSERT_FALSE(fetched.has_value());
    EXPECT_EQ(fetched.error().kind, Kind::Store);
    EXPECT_THAT(fetched.error().text, HasSubstr(nowhere_.string()));
}

TEST_F(ArchiveFailures, ReportsWhichFileOfACopyFailed) {
    const auto copy = [&](const fs::path& from, const fs::path& to) {
        const auto done = stores().copy(from, to, ports::CopyPace::Full, {});
        EXPECT_FALSE(done.has_value());
        EXPECT_FALSE(fs::exists(to));
        return done ? std::string() : done.error();
    };
    const fs::path to = folder_.file("copy.db");
    EXPECT_THAT(copy(nowhere_, to), HasSubstr(nowhere_.string()));
    EXPECT_THAT(copy(garbage_, to), HasSubstr(garbage_.string()));
    EXPECT_THAT(copy(path_, nowhere_), HasSubstr(nowhere_.string()));
}

TEST_F(ArchiveFailures, DoesNotCopyAnUnreadableUsersFile) {
    archive::UsersCopy missing(place_of(nowhere_), folder_.path(), vault_.archive, 1);
    EXPECT_TRUE(missing.step(kNow).has_value()) << "There are no users yet.";
    archive::UsersCopy unreadable(place_of(garbage_), folder_.path(), vault_.archive, 1);
    const auto step = unreadable.step(kNow);
    ASSERT_FALSE(step.has_value());
    EXPECT_EQ(step.error().kind, Kind::Store);
    EXPECT_EQ(archive::fetch_users(vault_.archive, 1, folder_.file("users")).value(), false);
    archive::UsersCopy whole(place_of(path_), folder_.path(), vault_.archive, 1);
    ASSERT_TRUE(whole.step(kNow).has_value());
    const auto fetched = archive::fetch_users(vault_.archive, 1, folder_.path());
    ASSERT_FALSE(fetched.has_value());
    EXPECT_THAT(fetched.error().text, HasSubstr("cannot be written"));
}

TEST_F(ArchiveFailures, ReadersReportWhatIsWrongWithTheFile) {
    for (const fs::path& file : {garbage_, nowhere_}) {
        const auto reader = store_sqlite::open_reader(file);
        ASSERT_FALSE(reader.has_value());
        EXPECT_THAT(reader.error(), HasSubstr(file.string()));
        EXPECT_FALSE(store_sqlite::timeline_of(file).has_value());
        EXPECT_FALSE(store_sqlite::set_timeline(file, {.number = 2, .ancestors = {}}).has_value());
    }
}

TEST_F(ArchiveFailures, DoesNotRebuildRowsFromAnIncompleteJournal) {
    const auto refusal = [&](const fs::path& file) {
        const auto rebuilt = store_sqlite::rebuild(file, {});
        EXPECT_FALSE(rebuilt.has_value());
        EXPECT_FALSE(fs::exists(file.string() + "-rebuilt"));
        return rebuilt ? std::string() : rebuilt.error();
    };
    EXPECT_THAT(refusal(garbage_), HasSubstr(garbage_.string()));
    change(path_, "UPDATE journal SET record = x'00' WHERE seq = 3");
    EXPECT_THAT(refusal(path_), HasSubstr("record 3"));
}

TEST_F(ArchiveFailures, ReportsAMissingTargetFolderOfARestore) {
    ASSERT_TRUE(vault_.archive.begin_timeline(1, {.created = kNow}).has_value());
    ASSERT_TRUE(archive::put_snapshot(vault_.archive, place_of(path_), kNow, {}).has_value());
    std::vector<archive::ArchiveError> warnings;
    const auto restored =
        archive::restore_into(vault_.archive, {}, place_of(nowhere_), {}, warnings);
    ASSERT_FALSE(restored.has_value());
    EXPECT_EQ(restored.error().kind, Kind::Store);
    EXPECT_FALSE(fs::exists(nowhere_));
}

}  // namespace
}  // namespace botcore::archive_tests
