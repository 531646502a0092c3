#include "apps/botctl/offline.hpp"

#include "shell/sqlite/schema.hpp"
#include "shell/sqlite/sqlite_store.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace botcore::botctl {
namespace {

namespace sqlite = shell::sqlite;
using testing::AllOf;
using testing::HasSubstr;

class OfflineStoreTest : public testing::Test {
protected:
    /// A store whose schema version is `version`.
    void make_store(std::int64_t version) {
        sqlite::SqliteOptions options;
        options.path = folder_.file("botcore.db");
        options.reserve_bytes = 64U << 10U;
        ASSERT_TRUE(sqlite::SqliteStore::open(options).has_value());
        auto opened = sqlite::Database::open(options.path, "", sqlite::OpenMode::ReadWrite);
        ASSERT_TRUE(opened.has_value());
        sqlite::Database database = std::move(opened).value();
        ASSERT_TRUE(database
                        .execute("UPDATE meta SET value = " + std::to_string(version) +
                                 " WHERE name = 'schema_version'")
                        .has_value());
    }

    [[nodiscard]] std::string problem() const {
        const auto store = OfflineStore::open(folder_.path());
        return store ? std::string() : store.error();
    }

    scratch::TemporaryFolder folder_;
};

TEST_F(OfflineStoreTest, ReadsAStoreOfItsOwnVersion) {
    make_store(sqlite::kSchemaVersion);
    EXPECT_EQ(problem(), "");
}

TEST_F(OfflineStoreTest, ExplainsWhatToDoWithAnOlderStore) {
    make_store(1);
    EXPECT_THAT(problem(),
                AllOf(HasSubstr("schema version 1"),
                      HasSubstr("expected " + std::to_string(sqlite::kSchemaVersion)),
                      HasSubstr("start this version's botcored")));
}

TEST_F(OfflineStoreTest, ExplainsWhatToDoWithANewerStore) {
    make_store(sqlite::kSchemaVersion + 1);
    EXPECT_THAT(problem(),
                AllOf(HasSubstr(std::to_string(sqlite::kSchemaVersion + 1)),
                      HasSubstr("use the botctl of the version that wrote it")));
}

}  // namespace
}  // namespace botcore::botctl
