#include "host/data_owner.hpp"

#include "tests/scratch/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <functional>
#include <string>

namespace botcore::host {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

constexpr uid_t kService = 54'321;
constexpr uid_t kOtherUser = 54'322;

/// Is skipped unless it runs as root: only root can create files of other users.
class DataOwnerTest : public testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "needs root, which runs this as other users";
        ASSERT_EQ(::chmod(scratch_.path().c_str(), 0755), 0);
        fs::create_directory(data_);
        fs::permissions(data_, fs::perms::owner_all);
        give(data_, kService);
    }

    static void give(const fs::path& path, uid_t user) {
        ASSERT_EQ(::chown(path.c_str(), user, user), 0);
    }

    void make_file(const std::string& name, uid_t user) {
        std::ofstream(data_ / name) << "x";
        fs::permissions(data_ / name, fs::perms::owner_read | fs::perms::owner_write);
        give(data_ / name, user);
    }

    /// Runs `work` in a child process, since a change of the user is permanent. Returns the text
    /// that `work` returns.
    static std::string in_a_process(const std::function<std::string()>& work) {
        std::array<int, 2> ends{};
        if (::pipe(ends.data()) != 0) return "no pipe";
        const pid_t child = ::fork();
        if (child == 0) {
            const std::string said = work();
            (void)!::write(ends[1], said.data(), said.size());
            ::_exit(0);
        }
        (void)::close(ends[1]);
        std::string said(4'096, '\0');
        const ssize_t size = ::read(ends[0], said.data(), said.size());
        (void)::close(ends[0]);
        (void)::waitpid(child, nullptr, 0);
        said.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
        return said;
    }

    [[nodiscard]] std::string become() const {
        const auto became = become_owner_of(data_);
        return became ? became.value() : "refused: " + became.error();
    }

    scratch::TemporaryFolder scratch_;
    const fs::path data_ = scratch_.path() / "data";
};

TEST_F(DataOwnerTest, RootBecomesTheOwnerAndCannotReturn) {
    const std::string said = in_a_process([&] {
        const std::string text = become();
        std::ofstream(data_ / "made") << "x";
        const bool back = ::seteuid(0) == 0 || ::setegid(0) == 0;
        return text + (back ? ", and back" : "");
    });
    EXPECT_THAT(said, HasSubstr("belongs to uid 54321; continuing as that user"));
    EXPECT_THAT(said, testing::Not(HasSubstr("and back")));
    struct stat status{};
    ASSERT_EQ(::stat((data_ / "made").c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, kService);
    EXPECT_EQ(status.st_gid, kService);
}

TEST_F(DataOwnerTest, AnotherUserGetsAnErrorThatNamesTheUserToRunAs) {
    const std::string said = in_a_process([&] {
        if (::setresuid(kOtherUser, kOtherUser, kOtherUser) != 0) return std::string("still root");
        return become();
    });
    EXPECT_THAT(said,
                AllOf(HasSubstr("refused: the data folder"),
                      HasSubstr("uid 54321"),
                      HasSubstr("sudo -u '#54321'")));
}

TEST_F(DataOwnerTest, ChangesNothingForTheOwnerOrAMissingFolder) {
    EXPECT_EQ(in_a_process([&] {
                  if (::setresuid(kService, kService, kService) != 0) return std::string("root");
                  return become();
              }),
              "");
    const auto missing = become_owner_of(scratch_.path() / "nowhere");
    ASSERT_TRUE(missing);
    EXPECT_EQ(missing.value(), "");
    EXPECT_EQ(::geteuid(), 0U);
}

TEST_F(DataOwnerTest, AVolumeOfRootBelongsToTheOwnerOfItsLockFile) {
    give(data_, 0);
    EXPECT_EQ(owner_of(data_), (Owner{0, 0}));
    make_file("lock", kService);
    EXPECT_EQ(owner_of(data_), (Owner{kService, kService}));
}

TEST_F(DataOwnerTest, AFileLeftByRootIsReportedWithTheRemedy) {
    make_file("botcore.db", 0);
    const std::string said = in_a_process([&] { return become(); });
    EXPECT_THAT(said,
                AllOf(HasSubstr("botcore.db belongs to root (uid 0) and cannot be used"),
                      HasSubstr("chown -R 54321 " + data_.string())));
}

TEST_F(DataOwnerTest, FilesCreatedElsewhereAreGivenToTheOwner) {
    const fs::path copy = scratch_.path() / "escrow";
    std::ofstream(copy) << "x";
    ASSERT_TRUE(give_to_owner_of(data_, copy));
    struct stat status{};
    ASSERT_EQ(::stat(copy.c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, kService);
}

}  // namespace
}  // namespace botcore::host
