#include "host/whole_file.hpp"

#include "tests/scratch/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace botcore::host {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TEST(WholeFile, IsReadCompletelyOrNotAtAll) {
    const scratch::TemporaryFolder folder;
    std::ofstream(folder.file("text")) << std::string(100'000, 'a');
    EXPECT_EQ(read_file(folder.file("text")).value().size(), 100'000U);
    EXPECT_EQ(read_file(folder.file("text"), 100'000).value().size(), 100'000U);
    EXPECT_THAT(read_file(folder.file("text"), 99'999).error(), HasSubstr("more than 99999"));
    std::ofstream(folder.file("empty")).flush();
    EXPECT_EQ(read_file(folder.file("empty")).value(), "");
}

TEST(WholeFile, NamesWhatWasFoundInsteadOfAFile) {
    const scratch::TemporaryFolder folder;
    fs::create_directory(folder.file("folder"));
    fs::create_symlink(folder.file("nowhere"), folder.file("link"));
    fs::create_symlink(folder.file("loop"), folder.file("loop"));
    ASSERT_EQ(::mkfifo(folder.file("pipe").c_str(), 0600), 0);
    EXPECT_THAT(read_file(folder.file("folder")).error(), HasSubstr("it is a folder"));
    EXPECT_THAT(read_file(folder.file("link")).error(), HasSubstr("a link to"));
    EXPECT_THAT(read_file(folder.file("loop")).error(), HasSubstr("symbolic links"));
    EXPECT_THAT(read_file(folder.file("pipe")).error(), HasSubstr("it is a pipe"));
    EXPECT_THAT(read_file(folder.file("none")).error(), HasSubstr("no file exists there"));
    EXPECT_THAT(read_file("/dev/null").error(), HasSubstr("it is a device"));
}

TEST(WholeFile, OnlyAMissingNameCountsAsMissing) {
    const scratch::TemporaryFolder folder;
    std::ofstream(folder.file("text")) << "a";
    fs::create_symlink(folder.file("nowhere"), folder.file("link"));
    EXPECT_TRUE(is_there(folder.file("text")).value());
    EXPECT_TRUE(is_there(folder.file("link")).value());
    EXPECT_FALSE(is_there(folder.file("none")).value());
    EXPECT_FALSE(is_there(folder.file("text/below")))
        << "Whether the file exists cannot be determined.";
    EXPECT_EQ(read_file_if_there(folder.file("text")).value(), "a");
    EXPECT_EQ(read_file_if_there(folder.file("none")).value(), std::nullopt);
    EXPECT_FALSE(read_file_if_there(folder.file("link")));
    EXPECT_FALSE(read_file_if_there(folder.file("text/below")));
}

TEST(WholeFile, ChecksWhetherAFileCouldBeCreated) {
    const scratch::TemporaryFolder folder;
    EXPECT_TRUE(check_can_create(folder.file("new")));
    EXPECT_FALSE(fs::exists(folder.file("new")));
    EXPECT_THAT(check_can_create(folder.file("none/new")).error(), HasSubstr("is not a folder"));
}

}  // namespace
}  // namespace botcore::host
