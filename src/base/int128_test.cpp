#include "base/int128.hpp"

#include <gtest/gtest.h>

namespace botcore::base {
namespace {

long long divided(long long a, long long b, Rounding rounding) {
    return static_cast<long long>(divide_checked(a, b, rounding).value());
}

TEST(DivideChecked, RoundsInTheGivenDirection) {
    EXPECT_EQ(divided(7, 2, Rounding::Down), 3);
    EXPECT_EQ(divided(7, 2, Rounding::Up), 4);
    EXPECT_EQ(divided(-7, 2, Rounding::Down), -4);
    EXPECT_EQ(divided(-7, 2, Rounding::Up), -3);
    EXPECT_EQ(divided(7, -2, Rounding::Down), -4);
    EXPECT_EQ(divided(6, 2, Rounding::Up), 3);
}

TEST(DivideChecked, RoundsTiesToTheEvenNeighbor) {
    EXPECT_EQ(divided(5, 2, Rounding::HalfEven), 2);
    EXPECT_EQ(divided(7, 2, Rounding::HalfEven), 4);
    EXPECT_EQ(divided(-5, 2, Rounding::HalfEven), -2);
    EXPECT_EQ(divided(8, 3, Rounding::HalfEven), 3);
}

TEST(DivideChecked, FailsOnDivisionByZero) {
    EXPECT_EQ(divide_checked(1, 0, Rounding::Down).error(), ArithmeticError::DivisionByZero);
}

TEST(CheckedArithmetic, ReportsOverflowInsteadOfWrapping) {
    const Int128 huge = static_cast<Int128>(1) << 126U;
    EXPECT_EQ(add_checked(huge, huge).error(), ArithmeticError::Overflow);
    EXPECT_EQ(multiply_checked(huge, 2).error(), ArithmeticError::Overflow);
    EXPECT_TRUE(add_checked(huge, 1).has_value());
}

}  // namespace
}  // namespace botcore::base
