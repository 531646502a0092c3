#include "adapters/store_sqlite/database.hpp"

#include "tests/scratch/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <utility>

namespace botcore::store_sqlite {
namespace {

/// The error of the outcome; code SQLITE_OK when there was none.
SqlError error_of(const SqlOutcome& outcome) {
    return outcome ? SqlError{} : outcome.error();
}

TEST(Database, ReportsAViolatedSchemaRuleAsConstraint) {
    auto opened = Database::open(":memory:", "", OpenMode::Create);
    ASSERT_TRUE(opened);
    Database database = std::move(opened).value();
    ASSERT_TRUE(database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT"));
    ASSERT_TRUE(database.execute("INSERT INTO t VALUES (1)"));
    const SqlError error = error_of(database.execute("INSERT INTO t VALUES (1)"));
    EXPECT_EQ(kind_of(error), ErrorKind::Constraint);
}

TEST(Database, ReportsAFileThatSqliteNeverWroteAsCorrupt) {
    const scratch::TemporaryFolder folder;
    const std::string path = folder.file("no-database");
    std::ofstream(path) << std::string(4096, 'x');
    auto opened = Database::open(path, "", OpenMode::ReadWrite);
    ASSERT_TRUE(opened) << "SQLite checks the file only when it reads.";
    Database database = std::move(opened).value();
    const auto version = database.integer("SELECT count(*) FROM sqlite_schema");
    ASSERT_FALSE(version);
    EXPECT_EQ(kind_of(version.error()), ErrorKind::Corrupt);
}

TEST(Database, ReportsAPageLimitAsFull) {
    auto opened = Database::open(":memory:", "", OpenMode::Create);
    ASSERT_TRUE(opened);
    Database database = std::move(opened).value();
    ASSERT_TRUE(database.execute("CREATE TABLE t (text TEXT NOT NULL) STRICT"));
    ASSERT_TRUE(database.integer("PRAGMA max_page_count = 2"));
    const SqlError error =
        error_of(database.execute("INSERT INTO t VALUES (printf('%.100000c', 'x'))"));
    EXPECT_EQ(kind_of(error), ErrorKind::Full);
}

TEST(Database, ReportsTheSystemsNoSpaceErrorAsFull) {
    EXPECT_EQ(kind_of({SQLITE_IOERR_WRITE, ENOSPC}), ErrorKind::Full);
    EXPECT_EQ(kind_of({SQLITE_IOERR_WRITE, EDQUOT}), ErrorKind::Full);
    EXPECT_EQ(kind_of({SQLITE_CANTOPEN, ENOSPC}), ErrorKind::Full);
}

TEST(Database, ReportsAFailedSyncAsSync) {
    EXPECT_EQ(kind_of({SQLITE_IOERR_FSYNC, EIO}), ErrorKind::Sync);
    EXPECT_EQ(kind_of({SQLITE_IOERR_DIR_FSYNC, ENOSPC}), ErrorKind::Sync);
}

mode_t mode_of(const std::string& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0;
}

SqlOutcome write_with_log(Database& database) {
    (void)TRY(database.execute("PRAGMA journal_mode = WAL"));
    return database.execute("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY) STRICT");
}

TEST(Database, CreatesFilesForTheirOwnerOnlyWhateverTheUmask) {
    const scratch::TemporaryFolder folder;
    const std::string path = folder.file("a.db");
    const mode_t before = ::umask(0);
    {
        auto opened = Database::open(path, "", OpenMode::Create);
        ASSERT_TRUE(opened);
        Database database = std::move(opened).value();
        ASSERT_TRUE(write_with_log(database));
        for (const char* const part : {"", "-wal", "-shm"})
            EXPECT_EQ(mode_of(path + part), 0600U) << part;
    }
    ::umask(before);
}

TEST(Database, NarrowsModesOfFilesFromAnEarlierVersion) {
    const scratch::TemporaryFolder folder;
    const std::string path = folder.file("a.db");
    auto first = Database::open(path, "", OpenMode::Create);
    ASSERT_TRUE(first);
    Database database = std::move(first).value();
    ASSERT_TRUE(write_with_log(database));
    for (const char* const part : {"", "-wal", "-shm"})
        ASSERT_EQ(::chmod((path + part).c_str(), 0644), 0) << part;
    auto reader = Database::open(path, "", OpenMode::ReadOnly);
    ASSERT_TRUE(reader);
    EXPECT_EQ(mode_of(path), 0644U) << "A reader does not change the file.";
    auto second = Database::open(path, "", OpenMode::ReadWrite);
    ASSERT_TRUE(second);
    for (const char* const part : {"", "-wal", "-shm"})
        EXPECT_EQ(mode_of(path + part), 0600U) << part;
}

TEST(Database, ReportsAllOtherErrorsAsOther) {
    const scratch::TemporaryFolder folder;
    auto opened = Database::open(folder.file("nowhere/at/all"), "", OpenMode::ReadOnly);
    ASSERT_FALSE(opened);
    EXPECT_EQ(kind_of(opened.error()), ErrorKind::Other);
    EXPECT_EQ(kind_of({SQLITE_BUSY, 0}), ErrorKind::Other);
    EXPECT_EQ(kind_of({SQLITE_IOERR_READ, EIO}), ErrorKind::Other);
}

}  // namespace
}  // namespace botcore::store_sqlite
