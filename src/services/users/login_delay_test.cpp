#include "services/users/login_delay.hpp"

#include <gtest/gtest.h>

namespace botcore::users {
namespace {

using base::Duration;
using base::Timestamp;

class LoginDelaysTest : public testing::Test {
protected:
    void fail(const std::string& address, int times, const std::string& user = "ann") {
        for (int i = 0; i < times; ++i)
            delays_.failed({user, address}, now_);
    }

    [[nodiscard]] std::int64_t wait(const std::string& address,
                                    const std::string& user = "ann") const {
        return delays_.wait({user, address}, now_).in_microseconds() / 1'000'000;
    }

    void pass(std::int64_t seconds) { now_ = now_ + Duration::seconds(seconds); }

    LoginDelays delays_{{}};
    Timestamp now_ = Timestamp::from_milliseconds(1'000'000);
};

TEST_F(LoginDelaysTest, DoubleFromOneSecondToFifteenMinutes) {
    fail("1.2.3.4", 4);
    EXPECT_EQ(wait("1.2.3.4"), 0);
    for (const std::int64_t seconds : {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900}) {
        fail("1.2.3.4", 1);
        EXPECT_EQ(wait("1.2.3.4"), seconds);
        pass(seconds);
        EXPECT_EQ(wait("1.2.3.4"), 0);
    }
    pass(24 * 3'600 + 1);
    fail("1.2.3.4", 1);
    EXPECT_EQ(wait("1.2.3.4"), 0) << "After a day it counts as the first wrong password.";
}

TEST_F(LoginDelaysTest, FailuresElsewhereDoNotDelayTheUser) {
    fail("6.6.6.6", 100);
    EXPECT_EQ(wait("6.6.6.6"), 900);
    EXPECT_EQ(wait("1.2.3.4"), 0);
    EXPECT_EQ(wait("6.6.6.6", "bob"), 0) << "Other users behind the same address are not delayed.";
    delays_.succeeded({"ann", "1.2.3.4"}, now_);
    EXPECT_EQ(wait("6.6.6.6"), 900);
}

// Each of many addresses has one undelayed attempt, and no more.
TEST_F(LoginDelaysTest, ManyAddressesAreDelayedFromTheirFirstFailure) {
    delays_.succeeded({"ann", "home"}, now_);
    for (int i = 0; i < 40; ++i)
        fail("10.0.0." + std::to_string(i), 1);
    EXPECT_EQ(wait("10.0.0.18"), 0);
    EXPECT_EQ(wait("10.0.0.19"), 1);
    EXPECT_EQ(wait("10.0.0.39"), 900);
    EXPECT_EQ(wait("office"), 0) << "The user may try at once from anywhere.";
    fail("home", 4);
    EXPECT_EQ(wait("home"), 0)
        << "At an address the user has logged in from, only its own failures count.";
    delays_.succeeded({"ann", "office"}, now_);
    fail("10.0.1.1", 1);
    EXPECT_EQ(wait("10.0.1.1"), 0) << "The right password resets the count.";
}

TEST_F(LoginDelaysTest, EndWithTheRightPasswordOrANewOneByAnOperator) {
    for (int round = 0; round < 3; ++round) {
        fail("1.2.3.4", 4);
        delays_.succeeded({"ann", "1.2.3.4"}, now_);
        EXPECT_EQ(wait("1.2.3.4"), 0);
    }
    fail("1.2.3.4", 9);
    fail("1.2.3.4", 9, "bob");
    delays_.forget("ann");
    EXPECT_EQ(wait("1.2.3.4"), 0);
    EXPECT_EQ(wait("1.2.3.4", "bob"), 16);
}

TEST_F(LoginDelaysTest, RemoveTheLeastRecentlyUsedRowWhenFull) {
    delays_ = LoginDelays({.keys_max = 10});
    for (int i = 0; i < 100; ++i) {
        pass(1);
        fail("a", 1, "user-" + std::to_string(i));
        EXPECT_LE(delays_.size(), 10U);
    }
    fail("a", 5, "user-99");
    EXPECT_EQ(wait("a", "user-99"), 2);
}

}  // namespace
}  // namespace botcore::users
