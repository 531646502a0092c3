#include "host/data_folder.hpp"

#include "tests/scratch/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace botcore::host {
namespace {

class DataFolderTest : public testing::Test {
protected:
    scratch::TemporaryFolder scratch_;
    const std::filesystem::path root_ = scratch_.path();
};

TEST_F(DataFolderTest, CreatesAPrivateFolder) {
    const auto folder = DataFolder::open(root_ / "a" / "b");
    ASSERT_TRUE(folder);
    const auto rights = std::filesystem::status(root_ / "a" / "b").permissions();
    EXPECT_EQ(rights, std::filesystem::perms::owner_all);
}

TEST_F(DataFolderTest, RefusesASecondDaemonUntilTheFirstHasEnded) {
    {
        const auto first = DataFolder::open(root_ / "a");
        ASSERT_TRUE(first);
        const auto second = DataFolder::open(root_ / "a");
        ASSERT_FALSE(second);
        EXPECT_NE(second.error().find("another botcored"), std::string::npos);
    }
    EXPECT_TRUE(DataFolder::open(root_ / "a"));
}

TEST_F(DataFolderTest, ReportsWhyTheFolderCannotBeCreated) {
    std::ofstream(root_ / "file") << "x";
    const auto folder = DataFolder::open(root_ / "file" / "below");
    ASSERT_FALSE(folder);
    EXPECT_NE(folder.error().find("cannot create the data folder"), std::string::npos);
}

}  // namespace
}  // namespace botcore::host
