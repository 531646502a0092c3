#include "services/users/operator_token.hpp"

#include "tests/scratch/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <concepts>
#include <fstream>
#include <ostream>

namespace botcore::users {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };

static_assert(!Printable<host::Secret>);
static_assert(!std::copyable<host::Secret>);
static_assert(!std::equality_comparable<host::Secret>);
static_assert(!std::is_convertible_v<host::Secret, std::string_view>);

class OperatorTokenFile : public testing::Test {
protected:
    scratch::TemporaryFolder scratch_;
    const std::filesystem::path folder_ = scratch_.path();
};

TEST_F(OperatorTokenFile, IsCreatedOnceAndReadAgain) {
    const auto first = OperatorToken::load_or_create(folder_);
    ASSERT_TRUE(first.has_value());
    EXPECT_TRUE(first.value().is_new());
    EXPECT_EQ(first.value().secret().reveal().size(), 43U);
    const auto second = OperatorToken::load_or_create(folder_);
    ASSERT_TRUE(second.has_value());
    EXPECT_FALSE(second.value().is_new());
    EXPECT_TRUE(second.value().secret().matches(first.value().secret().reveal()));
}

TEST_F(OperatorTokenFile, IsReadableByItsOwnerOnly) {
    ASSERT_TRUE(OperatorToken::load_or_create(folder_).has_value());
    struct stat status{};
    ASSERT_EQ(::stat((folder_ / "operator.token").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(OperatorTokenFile, IsRejectedWhenOthersMayReadIt) {
    ASSERT_TRUE(OperatorToken::load_or_create(folder_).has_value());
    ASSERT_EQ(::chmod((folder_ / "operator.token").c_str(), 0644), 0);
    EXPECT_FALSE(OperatorToken::load(folder_).has_value());
}

TEST_F(OperatorTokenFile, IsRejectedWhenTooShort) {
    std::ofstream(folder_ / "operator.token") << "short\n";
    ASSERT_EQ(::chmod((folder_ / "operator.token").c_str(), 0600), 0);
    const auto token = OperatorToken::load(folder_);
    ASSERT_FALSE(token.has_value());
    EXPECT_NE(token.error().text.find("5 characters"), std::string::npos);
}

// Otherwise the daemon would start with a token that no header can carry.
TEST_F(OperatorTokenFile, IsRejectedWhenNoHeaderCanCarryIt) {
    for (const std::string& text : {std::string(257, 'a'),
                                    std::string(2'000, 'a'),
                                    std::string(40, 'a') + " b",
                                    std::string(40, 'a') + "\nsecond line",
                                    std::string(40, 'a') + "\xC3\xA9"}) {
        std::ofstream(folder_ / "operator.token") << text << "\n";
        ASSERT_EQ(::chmod((folder_ / "operator.token").c_str(), 0600), 0);
        const auto token = OperatorToken::load(folder_);
        ASSERT_FALSE(token.has_value()) << text.size();
        EXPECT_NE(token.error().text.find("one line"), std::string::npos);
    }
    std::ofstream(folder_ / "operator.token") << std::string(256, 'a') << "\n";
    EXPECT_TRUE(OperatorToken::load(folder_).has_value());
}

TEST_F(OperatorTokenFile, AuthenticatesTheOperatorByTheExactTokenOnly) {
    const auto token = OperatorToken::load_or_create(folder_);
    ASSERT_TRUE(token.has_value());
    const std::string text(token.value().secret().reveal());
    const auto caller_of = [&](std::string_view shown) {
        return token.value().caller_of(shown, model::Timestamp());
    };
    const auto caller = caller_of(text);
    ASSERT_TRUE(caller.has_value());
    EXPECT_EQ(caller->owner, operator_owner());
    EXPECT_EQ(caller->role, host::Role::Operator);
    EXPECT_EQ(caller->name, "operator");
    EXPECT_FALSE(caller_of(text + "x").has_value());
    EXPECT_FALSE(caller_of("").has_value());
    std::string other = text;
    other.back() = other.back() == 'A' ? 'B' : 'A';
    EXPECT_FALSE(caller_of(other).has_value());
}

TEST(Secret, IsEmptyAfterItWasMovedFrom) {
    host::Secret first("0123456789");
    const host::Secret second(std::move(first));
    EXPECT_TRUE(second.matches("0123456789"));
    EXPECT_FALSE(first.matches("0123456789"));  // NOLINT(bugprone-use-after-move)
    EXPECT_FALSE(first.matches(""));
}

}  // namespace
}  // namespace botcore::users
