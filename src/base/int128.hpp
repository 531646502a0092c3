#pragma once

/// 128-bit integers with checked arithmetic. A result that does not fit is an `ArithmeticError`; it
/// never wraps (style rule T3).

#include "base/result.hpp"

#include <cstdint>

namespace botcore::base {

__extension__ using Int128 = __int128;
__extension__ using Uint128 = unsigned __int128;

enum class ArithmeticError : std::uint8_t {
    Overflow,        ///< The exact result does not fit.
    DivisionByZero,  ///< The divisor was zero.
};

[[nodiscard]] constexpr Result<Int128, ArithmeticError> add_checked(Int128 a, Int128 b) {
    Int128 sum = 0;
    if (__builtin_add_overflow(a, b, &sum)) return Failure{ArithmeticError::Overflow};
    return sum;
}

[[nodiscard]] constexpr Result<Int128, ArithmeticError> multiply_checked(Int128 a, Int128 b) {
    Int128 product = 0;
    if (__builtin_mul_overflow(a, b, &product)) return Failure{ArithmeticError::Overflow};
    return product;
}

/// How an inexact quotient is rounded.
enum class Rounding : std::uint8_t {
    Down,      ///< Toward minus infinity.
    Up,        ///< Toward plus infinity.
    HalfEven,  ///< To the nearest; ties go to the even neighbor.
};

/// a / b with the given rounding. Fails for b == 0.
[[nodiscard]] constexpr Result<Int128, ArithmeticError> divide_checked(Int128 a,
                                                                       Int128 b,
                                                                       Rounding rounding) {
    if (b == 0) return Failure{ArithmeticError::DivisionByZero};
    if (b < 0) {
        // Negation cannot overflow: amounts are bounded when they are read, so neither operand
        // comes near the lowest value.
        a = -a;
        b = -b;
    }
    Int128 quotient = a / b;
    Int128 remainder = a % b;
    if (remainder < 0) {
        remainder += b;
        quotient -= 1;
    }
    if (remainder == 0) return quotient;
    switch (rounding) {
        case Rounding::Down:
            return quotient;
        case Rounding::Up:
            return quotient + 1;
        case Rounding::HalfEven:
            break;
    }
    const Int128 rest = b - remainder;
    const bool up = remainder > rest || (remainder == rest && quotient % 2 != 0);
    return up ? quotient + 1 : quotient;
}

}  // namespace botcore::base
