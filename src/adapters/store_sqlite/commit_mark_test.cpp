#include "adapters/store_sqlite/commit_mark.hpp"

#include "tests/scratch/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace botcore::store_sqlite {
namespace {

TEST(CommitMark, AnUnreadableMarkIsAnError) {
    const scratch::TemporaryFolder folder;
    const std::filesystem::path store = folder.file("store.db");
    EXPECT_EQ(CommitMark::read(store).value(), std::nullopt);
    std::filesystem::create_directory(CommitMark::path_of(store));
    EXPECT_THAT(CommitMark::read(store).error(), testing::HasSubstr("it is a folder"));
}

}  // namespace
}  // namespace botcore::store_sqlite
