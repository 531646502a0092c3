#include "apps/botctl/offline.hpp"

#include "adapters/store_sqlite/schema.hpp"
#include "adapters/store_sqlite/sqlite_store.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace botcore::botctl {
namespace {
using testing::AllOf;
using testing::HasSubstr;

class OfflineStoreTest : public testing::Test {
protected:
    /// A store whose schema version is `version`.
    void make_store(std::int64_t version) {
        store_sqlite::SqliteOptions options;
        options.path = folder_.file("botcore.db");
        options.reserve_bytes = 64U << 10U;
        ASSERT_TRUE(store_sqlite::SqliteStore::open(options).has_value());
        auto opened =
            store_sqlite::Database::open(options.path, "", store_sqlite::OpenMode::ReadWrite);
        ASSERT_TRUE(opened.has_value());
        store_sqlite::Database database = std::move(opened).value();
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
    make_store(store_sqlite::kSchemaVersion);
    EXPECT_EQ(problem(), "");
}

TEST_F(OfflineStoreTest, ExplainsWhatToDoWithAnOlderStore) {
    make_store(1);
    EXPECT_THAT(problem(),
                AllOf(HasSubstr("schema version 1"),
                      HasSubstr("expected " + std::to_string(store_sqlite::kSchemaVersion)),
                      HasSubstr("start botcored of this version")));
}

TEST_F(OfflineStoreTest, ExplainsWhatToDoWithANewerStore) {
    make_store(store_sqlite::kSchemaVersion + 1);
    EXPECT_THAT(problem(),
                AllOf(HasSubstr(std::to_string(store_sqlite::kSchemaVersion + 1)),
                      HasSubstr("use the botctl of the version that wrote it")));
}

}  // namespace
}  // namespace botcore::botctl
