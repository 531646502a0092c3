#include "api/followed_symbols.hpp"

#include "tests/scratch/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace botcore::api {
namespace {

const model::InstrumentId kSpot{model::Market::Spot, model::Symbol("BTCUSDT")};
const model::InstrumentId kFutures{model::Market::Futures, model::Symbol("BTCUSDT")};

class FollowedSymbolsTest : public testing::Test {
protected:
    [[nodiscard]] std::filesystem::path file() const { return folder_.path() / "hidden_symbols"; }

    scratch::TemporaryFolder folder_;
};

TEST_F(FollowedSymbolsTest, AllAreFollowedInitially) {
    const FollowedSymbols followed(file());
    EXPECT_TRUE(followed.is_followed(kSpot));
    EXPECT_EQ(followed.load_error(), "");
}

TEST_F(FollowedSymbolsTest, ChoiceSurvivesARestart) {
    FollowedSymbols followed(file());
    ASSERT_TRUE(followed.unfollow(kSpot));
    ASSERT_TRUE(followed.unfollow(kSpot));
    EXPECT_FALSE(FollowedSymbols(file()).is_followed(kSpot));
    EXPECT_TRUE(FollowedSymbols(file()).is_followed(kFutures));
    ASSERT_TRUE(followed.follow(kSpot));
    ASSERT_TRUE(followed.follow(kSpot));
    EXPECT_TRUE(FollowedSymbols(file()).is_followed(kSpot));
}

TEST_F(FollowedSymbolsTest, StoresTheChoiceInMemoryWithoutAFile) {
    FollowedSymbols followed({});
    ASSERT_TRUE(followed.unfollow(kSpot));
    EXPECT_FALSE(followed.is_followed(kSpot));
}

TEST_F(FollowedSymbolsTest, ReportsAFileThatCannotBeRead) {
    std::filesystem::create_directory(file());
    const FollowedSymbols followed(file());
    EXPECT_TRUE(followed.is_followed(kSpot));
    EXPECT_NE(followed.load_error().find("it is a folder"), std::string::npos)
        << followed.load_error();
    std::filesystem::remove(file());
}

TEST_F(FollowedSymbolsTest, DamagedFileHidesNothingAndIsReported) {
    for (const std::string_view bad : {"spot\n", "moon BTCUSDT\n", "spot btc\n", "\n"}) {
        std::ofstream(file()) << "spot BTCUSDT\n" << bad;
        const FollowedSymbols followed(file());
        EXPECT_TRUE(followed.is_followed(kSpot)) << bad;
        EXPECT_NE(followed.load_error(), "") << bad;
    }
}

TEST_F(FollowedSymbolsTest, FailedWriteLeavesTheChoiceUnchanged) {
    FollowedSymbols followed(folder_.path() / "missing" / "hidden_symbols");
    const auto outcome = followed.unfollow(kSpot);
    ASSERT_FALSE(outcome.has_value());
    EXPECT_NE(outcome.error().find("cannot write"), std::string::npos);
    EXPECT_TRUE(followed.is_followed(kSpot));
}

}  // namespace
}  // namespace botcore::api
