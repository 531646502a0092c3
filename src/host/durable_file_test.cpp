#include "host/durable_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace botcore::host {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class DurableFile : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "files-XXXXXX";
        folder_ = ::mkdtemp(pattern.data());
    }

    void TearDown() override { fs::remove_all(folder_); }

    [[nodiscard]] fs::path file(const std::string& name) const { return folder_ / name; }

    [[nodiscard]] std::string text_of(const std::string& name) const {
        std::ostringstream text;
        text << std::ifstream(file(name)).rdbuf();
        return text.str();
    }

    [[nodiscard]] std::size_t names() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
    }

    fs::path folder_;
};

TEST_F(DurableFile, IsReplacedAtomicallyAndLeavesNoOtherFile) {
    for (const Durability durability : {Durability::Synced, Durability::Unsynced}) {
        ASSERT_TRUE(replace_file(file("a"), "one", durability));
        ASSERT_TRUE(replace_file(file("a"), "two", durability));
        EXPECT_EQ(text_of("a"), "two");
        EXPECT_EQ(names(), 1U);
    }
    struct stat status{};
    ASSERT_EQ(::stat(file("a").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(DurableFile, CanBeReadByEveryoneIfThatIsWanted) {
    const mode_t before = ::umask(077);
    const auto outcome = replace_file(file("a"), "one", Durability::Synced, Readers::Everyone);
    ::umask(before);
    ASSERT_TRUE(outcome);
    struct stat status{};
    ASSERT_EQ(::stat(file("a").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0644U);
    ASSERT_TRUE(replace_file(file("a"), "two", Durability::Synced));
    ASSERT_EQ(::stat(file("a").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(DurableFile, StaysWhenItsReplacementCannotBeWritten) {
    ASSERT_TRUE(replace_file(file("a"), "one", Durability::Synced));
    fs::create_directory(file("a.part"));
    const auto outcome = replace_file(file("a"), "two", Durability::Synced);
    ASSERT_FALSE(outcome);
    EXPECT_THAT(outcome.error(), HasSubstr("a.part"));
    EXPECT_EQ(text_of("a"), "one");
    EXPECT_FALSE(replace_file(file("none/a"), "two", Durability::Synced));
    fs::create_directories(file("b/full"));
    EXPECT_THAT(replace_file(file("b"), "two", Durability::Synced).error(),
                HasSubstr("cannot replace"));
}

TEST_F(DurableFile, DoesNotWriteThroughASymbolicLink) {
    std::ofstream(file("victim")) << "precious";
    fs::create_symlink(file("victim"), file("a.part"));
    EXPECT_FALSE(replace_file(file("a"), "two", Durability::Synced));
    EXPECT_TRUE(create_file(file("a"), "two"));
    EXPECT_EQ(text_of("victim"), "precious");
    EXPECT_EQ(text_of("a"), "two");
}

TEST_F(DurableFile, IsCreatedOnceAndNeverOverwritten) {
    ASSERT_TRUE(create_file(file("a"), "one"));
    const auto again = create_file(file("a"), "two");
    ASSERT_FALSE(again);
    EXPECT_THAT(again.error(), HasSubstr("File exists"));
    EXPECT_EQ(text_of("a"), "one");
    fs::create_symlink(file("nowhere"), file("dangling"));
    EXPECT_FALSE(create_file(file("dangling"), "two"));
    EXPECT_FALSE(fs::exists(file("nowhere")));
    EXPECT_EQ(names(), 2U);
}

TEST_F(DurableFile, ReportsAFullDisk) {
    // A limit on the size of files simulates a full disk.
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{1'000, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const std::string bytes(5'000, 'x');
    const auto made = create_file(file("a"), bytes);
    const auto replaced = replace_file(file("b"), bytes, Durability::Unsynced);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    std::signal(SIGXFSZ, ignored);
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error(), HasSubstr("cannot write"));
    EXPECT_FALSE(replaced);
    EXPECT_FALSE(fs::exists(file("a")));
    EXPECT_FALSE(fs::exists(file("b")));
}

TEST_F(DurableFile, IsReadOnlyIfItIsARegularFileOfItsOwnerAlone) {
    ASSERT_TRUE(create_file(file("a"), "secret"));
    const auto read = read_private_file(file("a"), 100);
    ASSERT_TRUE(read);
    EXPECT_EQ(read.value(), "secret");
    EXPECT_EQ(read_private_file(file("a"), 3).value(), "sec");
    for (const mode_t mode : {0640U, 0604U, 0620U, 0601U}) {
        ASSERT_EQ(::chmod(file("a").c_str(), mode), 0);
        EXPECT_THAT(read_private_file(file("a"), 100).error(), HasSubstr("chmod 600"));
    }
    EXPECT_THAT(read_private_file(file("b"), 100).error(), HasSubstr("No such file"));
    ASSERT_EQ(::mkfifo(file("pipe").c_str(), 0600), 0);
    EXPECT_THAT(read_private_file(file("pipe"), 100).error(), HasSubstr("not a file"));
    EXPECT_THAT(read_private_file(folder_, 100).error(), HasSubstr("not a file"));
}

TEST_F(DurableFile, SyncsAFolderOrReturnsTheReason) {
    EXPECT_TRUE(sync_folder(folder_));
    EXPECT_TRUE(sync_folder(""));
    EXPECT_THAT(sync_folder(file("none")).error(), HasSubstr("cannot open the folder"));
}

}  // namespace
}  // namespace botcore::host
