#include "shell/sqlite/database.hpp"

#include "tests/scratch/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <utility>

namespace botcore::shell::sqlite {
namespace {

/// The error of the outcome; code SQLITE_OK when there was none.
SqlError error_of(const SqlOutcome& outcome) {
    return outcome ? SqlError{} : outcome.error();
}

TEST(Database, CallsABrokenRuleOfTheSchemaAConstraint) {
    auto opened = Database::open(":memory:", "", OpenMode::Create);
    ASSERT_TRUE(opened);
    Database database = std::move(opened).value();
    ASSERT_TRUE(database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT"));
    ASSERT_TRUE(database.execute("INSERT INTO t VALUES (1)"));
    const SqlError error = error_of(database.execute("INSERT INTO t VALUES (1)"));
    EXPECT_EQ(kind_of(error), ErrorKind::Constraint);
}

TEST(Database, CallsAFileThatSqliteNeverWroteCorrupt) {
    const scratch::TemporaryFolder folder;
    const std::string path = folder.file("no-database");
    std::ofstream(path) << std::string(4096, 'x');
    auto opened = Database::open(path, "", OpenMode::ReadWrite);
    ASSERT_TRUE(opened) << "SQLite looks only when it reads.";
    Database database = std::move(opened).value();
    const auto version = database.integer("SELECT count(*) FROM sqlite_schema");
    ASSERT_FALSE(version);
    EXPECT_EQ(kind_of(version.error()), ErrorKind::Corrupt);
}

TEST(Database, CallsAPageLimitFull) {
    auto opened = Database::open(":memory:", "", OpenMode::Create);
    ASSERT_TRUE(opened);
    Database database = std::move(opened).value();
    ASSERT_TRUE(database.execute("CREATE TABLE t (text TEXT NOT NULL) STRICT"));
    ASSERT_TRUE(database.integer("PRAGMA max_page_count = 2"));
    const SqlError error =
        error_of(database.execute("INSERT INTO t VALUES (printf('%.100000c', 'x'))"));
    EXPECT_EQ(kind_of(error), ErrorKind::Full);
}

TEST(Database, TakesTheSystemsWordForNoSpace) {
    EXPECT_EQ(kind_of({SQLITE_IOERR_WRITE, ENOSPC}), ErrorKind::Full);
    EXPECT_EQ(kind_of({SQLITE_IOERR_WRITE, EDQUOT}), ErrorKind::Full);
    EXPECT_EQ(kind_of({SQLITE_CANTOPEN, ENOSPC}), ErrorKind::Full);
}

TEST(Database, CallsAFailedSyncByItsName) {
    EXPECT_EQ(kind_of({SQLITE_IOERR_FSYNC, EIO}), ErrorKind::Sync);
    EXPECT_EQ(kind_of({SQLITE_IOERR_DIR_FSYNC, ENOSPC}), ErrorKind::Sync);
}

TEST(Database, LeavesTheRestToPassByItself) {
    const scratch::TemporaryFolder folder;
    auto opened = Database::open(folder.file("nowhere/at/all"), "", OpenMode::ReadOnly);
    ASSERT_FALSE(opened);
    EXPECT_EQ(kind_of(opened.error()), ErrorKind::Other);
    EXPECT_EQ(kind_of({SQLITE_BUSY, 0}), ErrorKind::Other);
    EXPECT_EQ(kind_of({SQLITE_IOERR_READ, EIO}), ErrorKind::Other);
}

}  // namespace
}  // namespace botcore::shell::sqlite
