#include "services/archive/existing_repository.hpp"

#include "adapters/archive_folder/folder_repository.hpp"
#include "services/archive/known_archives.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::archive {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using Kind = ports::RepositoryError::Kind;

class AnExistingRepository : public testing::Test {
protected:
    ExistingRepository repository(Expected expected) {
        return {place_.string(), expected, [this] {
                    using Made = std::unique_ptr<ports::Repository>;
                    auto opened = archive_folder::FolderRepository::open(
                        place_, archive_folder::IfMissing::Refuse);
                    return opened ? base::Result<Made, std::string>(Made(std::move(opened).value()))
                                  : base::Result<Made, std::string>(base::Failure{opened.error()});
                }};
    }

    void begin(const std::string& object) {
        ASSERT_TRUE(archive_folder::FolderRepository::open(place_).value()->put(object, "start"));
    }

    scratch::TemporaryFolder folder_;
    fs::path place_ = folder_.file("place");
};

TEST_F(AnExistingRepository, DoesNotCreateAMissingFolder) {
    for (const Expected expected : {Expected::Place, Expected::Archive}) {
        auto gone = repository(expected);
        EXPECT_EQ(gone.put("a", "b").error().kind, Kind::Unavailable);
        EXPECT_EQ(gone.get("a").error().kind, Kind::Unavailable);
        EXPECT_EQ(gone.remove("a").error().kind, Kind::Unavailable);
        EXPECT_THAT(gone.list("", "").error().text, HasSubstr(place_.string()));
        EXPECT_FALSE(fs::exists(place_));
    }
}

TEST_F(AnExistingRepository, WritesNothingIntoTheMountPointOfAnUnmountedDisk) {
    fs::create_directory(place_);
    auto unmounted = repository(Expected::Archive);
    const auto put = unmounted.put("a", "b");
    ASSERT_FALSE(put);
    EXPECT_EQ(put.error().kind, Kind::Unavailable);
    EXPECT_THAT(put.error().text, HasSubstr("check whether its disk is mounted"));
    EXPECT_TRUE(fs::is_empty(place_));
    // Another folder replaces the folder of the repository, as a mount does.
    fs::rename(place_, folder_.file("below"));
    begin("timelines/00000001");
    EXPECT_TRUE(unmounted.put("a", "b")) << "The disk is mounted again.";
    EXPECT_EQ(unmounted.get("a").value(), "b");
}

TEST_F(AnExistingRepository, RecognizesArchivesOfEarlierVersions) {
    begin("timeline/00000001/start");
    EXPECT_TRUE(repository(Expected::Archive).put("a", "b"));
}

TEST_F(AnExistingRepository, AcceptsAnEmptyFolderIfOnlyThePlaceIsExpected) {
    fs::create_directory(place_);
    EXPECT_TRUE(repository(Expected::Place).put("a", "b"));
}

TEST(KnownArchives, RemembersPlacesAfterTheDataFolderMoved) {
    const scratch::TemporaryFolder folder;
    const fs::path data = folder.file("data");
    fs::create_directory(data);
    const KnownArchives known(data);
    const std::string within = (data / "archive").string();
    EXPECT_FALSE(known.has(within).value());
    for (const std::string& place : {within, std::string("/copies/one"), std::string("s3://b?c")}) {
        ASSERT_TRUE(known.add(place));
        ASSERT_TRUE(known.add(place));
        EXPECT_TRUE(known.has(place).value());
    }
    EXPECT_FALSE(known.has("/copies/two").value());
    fs::rename(data, folder.file("moved"));
    const KnownArchives moved(folder.file("moved"));
    EXPECT_TRUE(moved.has((fs::path(folder.file("moved")) / "archive").string()).value());
    EXPECT_TRUE(moved.has("/copies/one").value());
    // A list that cannot be read must not count as empty: a new archive would be started in the
    // place.
    std::filesystem::create_directories(folder.file("other/archives.known"));
    EXPECT_FALSE(KnownArchives(folder.file("other")).has("/copies/one"));
    EXPECT_FALSE(KnownArchives(folder.file("other")).add("/copies/one"));
    const auto refused = KnownArchives(folder.file("nowhere")).add("/copies/one");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error(), HasSubstr("nowhere"));
}

}  // namespace
}  // namespace botcore::archive
