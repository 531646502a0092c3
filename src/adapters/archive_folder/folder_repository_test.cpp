#include "adapters/archive_folder/folder_repository.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

namespace botcore::archive_folder {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using Kind = ports::RepositoryError::Kind;

class FolderRepositoryTest : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "folder-XXXXXX";
        base_ = ::mkdtemp(pattern.data());
        folder_ = base_ / "copies";
        repository_ = FolderRepository::open(folder_).value();
    }

    void TearDown() override { fs::remove_all(base_); }

    static mode_t mode_of(const fs::path& path) {
        struct stat status{};
        EXPECT_EQ(::lstat(path.c_str(), &status), 0);
        return status.st_mode & 0777U;
    }

    fs::path base_;
    fs::path folder_;
    std::unique_ptr<FolderRepository> repository_;
};

TEST_F(FolderRepositoryTest, IsAccessibleToItsOwnerOnly) {
    ASSERT_TRUE(repository_->put("a/b", "one"));
    EXPECT_EQ(mode_of(folder_), 0700U);
    EXPECT_EQ(mode_of(folder_ / "a"), 0700U);
    EXPECT_EQ(mode_of(folder_ / "a/b"), 0600U);
}

TEST_F(FolderRepositoryTest, RemovesDraftsOfACrashAndNeverListsThem) {
    std::ofstream(folder_ / "PUT-1-1") << "half of an obj";
    EXPECT_TRUE(repository_->list("", "").value().empty());
    // Another process may still be writing it: `botctl backup list` beside the daemon did remove
    // drafts that were in use, so that a snapshot failed.
    ASSERT_TRUE(FolderRepository::open(folder_));
    EXPECT_FALSE(fs::is_empty(folder_));
    fs::last_write_time(folder_ / "PUT-1-1",
                        fs::file_time_type::clock::now() - std::chrono::minutes(61));
    const auto again = FolderRepository::open(folder_);
    ASSERT_TRUE(again) << again.error();
    EXPECT_TRUE(fs::is_empty(folder_));
    ASSERT_TRUE(repository_->put("a", "one"));
    EXPECT_FALSE(repository_->put("a", "two"));
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

// Each thread of a process has its own repository, and may open it late.
TEST_F(FolderRepositoryTest, OpeningAnotherRepositoryOfThisProcessDoesNotDisturbPuts) {
    std::atomic<bool> done = false;
    std::thread other([&] {
        while (!done)
            EXPECT_TRUE(FolderRepository::open(folder_));
    });
    const auto second = FolderRepository::open(folder_).value();
    for (int i = 0; i < 200; ++i) {
        const std::string number = std::to_string(i);
        const auto put = repository_->put("a-" + number, "one");
        EXPECT_TRUE(put) << put.error().text;
        EXPECT_TRUE(second->put("b-" + number, "one"));
    }
    done = true;
    other.join();
}

TEST_F(FolderRepositoryTest, FollowsNoSymbolicLink) {
    fs::create_directory(base_ / "outside");
    std::ofstream(base_ / "outside/secret") << "precious";
    fs::create_directory_symlink(base_ / "outside", folder_ / "out");
    fs::create_symlink(base_ / "outside/secret", folder_ / "link");
    EXPECT_EQ(repository_->get("out/secret").error().kind, Kind::Taken);
    EXPECT_EQ(repository_->get("link").error().kind, Kind::Taken);
    EXPECT_EQ(repository_->put("out/new", "x").error().kind, Kind::Taken);
    EXPECT_EQ(repository_->put("link", "x").error().kind, Kind::Taken);
    EXPECT_EQ(repository_->remove("out/secret").error().kind, Kind::Taken);
    EXPECT_TRUE(repository_->list("", "").value().empty());
    EXPECT_TRUE(repository_->remove("link"));
    EXPECT_TRUE(fs::exists(base_ / "outside/secret"));
}

TEST_F(FolderRepositoryTest, ANameCannotBeBothAnObjectAndAFolder) {
    ASSERT_TRUE(repository_->put("a", "one"));
    EXPECT_EQ(repository_->put("a/b", "one").error().kind, Kind::Taken);
    ASSERT_TRUE(repository_->put("c/d", "one"));
    EXPECT_EQ(repository_->put("c", "one").error().kind, Kind::Taken);
}

// The S3 test server looks for folders first, so this test is not part of the conformance suite.
TEST_F(FolderRepositoryTest, DoesNotRemoveFoldersNorTakeThemForDrafts) {
    ASSERT_TRUE(repository_->put("a/b", "one"));
    ASSERT_FALSE(repository_->remove("a").has_value());
    EXPECT_EQ(repository_->get("a/b").value(), "one");
    ASSERT_TRUE(fs::create_directory(folder_ / "PUT-folder"));
    fs::last_write_time(folder_ / "PUT-folder",
                        fs::file_time_type::clock::now() - std::chrono::minutes(61));
    const auto opened = FolderRepository::open(folder_);
    ASSERT_FALSE(opened.has_value());
    EXPECT_THAT(opened.error(), HasSubstr("remove a temporary file of an earlier run"));
}

TEST_F(FolderRepositoryTest, ListsInOrderOfCharactersAndNotOfFolders) {
    for (const char* name : {"b/1", "b-1", "b.x", "b0"})
        ASSERT_TRUE(repository_->put(name, "one"));
    std::vector<std::string> names;
    const auto list = repository_->list("b", "");
    ASSERT_TRUE(list);
    for (const auto& object : list.value())
        names.push_back(object.name);
    EXPECT_THAT(names, testing::ElementsAre("b-1", "b.x", "b/1", "b0"));
}

TEST_F(FolderRepositoryTest, ReadsOnlyRegularFilesOfAllowedSize) {
    ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
    EXPECT_EQ(repository_->get("pipe").error().kind, Kind::Taken);
    std::ofstream(folder_ / "huge") << "x";
    fs::resize_file(folder_ / "huge", ports::Repository::kObjectBytesMax + 1);
    EXPECT_EQ(repository_->get("huge").error().kind, Kind::Taken);
}

TEST_F(FolderRepositoryTest, ReportsFullWithoutDiskSpaceAndLeavesNothing) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{1'000, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const auto put = repository_->put("a", std::string(5'000, 'x'));
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    std::signal(SIGXFSZ, handler);
    EXPECT_EQ(put.error().kind, Kind::Full);
    EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(FolderRepositoryTest, WritesNothingIfAnotherFolderReplacedIt) {
    fs::rename(folder_, base_ / "away");
    EXPECT_EQ(repository_->put("a", "one").error().kind, Kind::Unavailable);
    fs::create_directory(folder_);
    const auto put = repository_->put("a", "one");
    EXPECT_EQ(put.error().kind, Kind::Unavailable);
    EXPECT_THAT(put.error().text, HasSubstr("mounted"));
    EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(FolderRepositoryTest, OpenNeedsAFolderOrAnExistingParent) {
    EXPECT_FALSE(FolderRepository::open(base_ / "none/copies"));
    std::ofstream(base_ / "file") << "x";
    EXPECT_FALSE(FolderRepository::open(base_ / "file"));
}

}  // namespace
}  // namespace botcore::archive_folder
