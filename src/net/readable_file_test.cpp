#include "net/readable_file.hpp"

#include "tests/scratch/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

namespace botcore::net {
namespace {

using testing::EndsWith;

TEST(ReadableFile, AcceptsARegularFileAndNamesEverythingElse) {
    const scratch::TemporaryFolder folder;
    const std::string file = folder.file("certificate.pem");
    std::ofstream(file) << "text";
    EXPECT_TRUE(check_readable(file).has_value());

    const auto missing = check_readable(folder.file("missing"));
    ASSERT_FALSE(missing.has_value());
    EXPECT_EQ(
        missing.error(),
        "expected a file that can be read at " + folder.file("missing") + ", but there is none");

    const auto is_folder = check_readable(folder.path());
    ASSERT_FALSE(is_folder.has_value());
    EXPECT_THAT(is_folder.error(), EndsWith("but it is a folder"));

    const std::string pipe = folder.file("pipe");
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    const auto is_pipe = check_readable(pipe);
    ASSERT_FALSE(is_pipe.has_value());
    EXPECT_THAT(is_pipe.error(), EndsWith("but it is no regular file"));

    const auto below_a_file = check_readable(file + "/x");
    ASSERT_FALSE(below_a_file.has_value());
    EXPECT_THAT(below_a_file.error(), EndsWith("but opening it failed: Not a directory"));
}

}  // namespace
}  // namespace botcore::net
