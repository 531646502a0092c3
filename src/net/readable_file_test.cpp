#include "net/readable_file.hpp"

#include "tests/scratch/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace botcore::net {
namespace {

using testing::EndsWith;

constexpr std::size_t kMax = 4;

TEST(ReadableFile, AcceptsARegularFileAndNamesEverythingElse) {
    const scratch::TemporaryFolder folder;
    const std::string file = folder.file("certificate.pem");
    std::ofstream(file) << "text";
    EXPECT_TRUE(check_readable(file, kMax).has_value());

    const auto large = check_readable(file, kMax - 1);
    ASSERT_FALSE(large.has_value());
    EXPECT_THAT(large.error(), EndsWith("but it has more than 3 bytes"));

    const std::string link = folder.file("link");
    ASSERT_EQ(::symlink("nowhere", link.c_str()), 0);
    const auto dangling = check_readable(link, kMax);
    ASSERT_FALSE(dangling.has_value());
    EXPECT_THAT(dangling.error(), EndsWith("but it is a link to nowhere, which does not exist"));

    const auto missing = check_readable(folder.file("missing"), kMax);
    ASSERT_FALSE(missing.has_value());
    EXPECT_EQ(missing.error(),
              "expected a file that can be read at " + folder.file("missing") +
                  ", but no file exists there");

    const auto is_folder = check_readable(folder.path(), kMax);
    ASSERT_FALSE(is_folder.has_value());
    EXPECT_THAT(is_folder.error(), EndsWith("but it is a folder"));

    const std::string pipe = folder.file("pipe");
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    const auto is_pipe = check_readable(pipe, kMax);
    ASSERT_FALSE(is_pipe.has_value());
    EXPECT_THAT(is_pipe.error(), EndsWith("but it is a pipe"));

    const auto below_a_file = check_readable(file + "/x", kMax);
    ASSERT_FALSE(below_a_file.has_value());
    EXPECT_THAT(below_a_file.error(), EndsWith("but the error is: Not a directory"));
}

}  // namespace
}  // namespace botcore::net
