#include "base/result.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace botcore::base {
namespace {

Result<int, std::string> halved(int number) {
    if (number % 2 != 0) return Failure{std::string("odd")};
    return number / 2;
}

Result<int, std::string> quartered(int number) {
    return TRY(halved(TRY(halved(number))));
}

Outcome<std::string> checked_even(int number) {
    (void)TRY(halved(number));
    return Done{};
}

Result<std::unique_ptr<int>, std::string> boxed(int number) {
    return std::make_unique<int>(TRY(halved(number)));
}

TEST(Try, UnwrapsTheValue) {
    EXPECT_EQ(quartered(8).value(), 2);
}

TEST(Try, ReturnsTheFirstError) {
    EXPECT_EQ(quartered(6).error(), "odd");
}

TEST(Try, MovesMoveOnlyValues) {
    EXPECT_EQ(*boxed(8).value(), 4);
}

TEST(Try, WorksWithoutAValue) {
    EXPECT_TRUE(checked_even(6));
    EXPECT_FALSE(checked_even(7));
}

TEST(Check, AbortsTheProcessAndPrintsTheCondition) {
    EXPECT_DEATH(CHECK(1 + 1 == 3), "CHECK failed: 1 \\+ 1 == 3");
}

TEST(ResultDeath, ValueOfAFailureAbortsTheProcess) {
    EXPECT_DEATH((void)halved(1).value(), "CHECK failed");
}

}  // namespace
}  // namespace botcore::base
