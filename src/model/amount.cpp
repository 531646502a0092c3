#include "model/amount.hpp"

#include <algorithm>
#include <array>

namespace botcore::model {

namespace {

constexpr int kDecimals = 8;
constexpr Int128 kUnitsLimit = static_cast<Int128>(1'000'000'000'000'000) * kScale;  // A1

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

namespace detail {

Result<Int128, AmountError> parse_units(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    const std::size_t dot = std::min(text.find('.'), text.size());
    const std::string_view whole = text.substr(0, dot);
    const std::string_view fraction = dot < text.size() ? text.substr(dot + 1) : "";
    if (whole.empty()) return base::Failure{AmountError::Empty};
    if (dot < text.size() && fraction.empty()) return base::Failure{AmountError::NotANumber};
    Int128 units = 0;
    for (const char c : whole) {
        if (!is_digit(c)) return base::Failure{AmountError::NotANumber};
        units = units * 10 + (c - '0');
        if (units >= kUnitsLimit / kScale) return base::Failure{AmountError::OutOfRange};
    }
    int decimals = 0;
    for (const char c : fraction) {
        if (!is_digit(c)) return base::Failure{AmountError::NotANumber};
        if (decimals < kDecimals) {
            units = units * 10 + (c - '0');
            ++decimals;
        } else if (c != '0') {
            return base::Failure{AmountError::TooPrecise};
        }
    }
    for (; decimals < kDecimals; ++decimals)
        units *= 10;
    return negative ? -units : units;
}

void append_decimal(std::string& out, Int128 units) {
    std::array<char, 48> digits{};
    std::size_t position = digits.size();
    const bool negative = units < 0;
    // Computes the magnitude as an unsigned number, because the magnitude of the lowest value does
    // not fit into a signed one.
    auto rest = static_cast<base::Uint128>(units);
    if (negative) rest = ~rest + 1;
    auto fraction = static_cast<std::uint64_t>(rest % static_cast<base::Uint128>(kScale));
    rest /= static_cast<base::Uint128>(kScale);
    bool significant = false;
    for (int i = 0; i < kDecimals; ++i) {
        const auto digit = static_cast<char>('0' + fraction % 10);
        fraction /= 10;
        significant |= digit != '0';
        if (significant) digits.at(--position) = digit;
    }
    if (significant) digits.at(--position) = '.';
    auto whole_low = static_cast<std::uint64_t>(rest);
    if (static_cast<base::Uint128>(whole_low) == rest) {
        do {
            digits.at(--position) = static_cast<char>('0' + whole_low % 10);
            whole_low /= 10;
        } while (whole_low != 0);
    } else {
        do {
            digits.at(--position) = static_cast<char>('0' + static_cast<int>(rest % 10));
            rest /= 10;
        } while (rest != 0);
    }
    if (negative) digits.at(--position) = '-';
    out.append(&digits.at(position), digits.size() - position);
}

}  // namespace detail

namespace {

Result<Int128, ArithmeticError> multiplied(Int128 a, Int128 b, Rounding rounding) {
    return base::divide_checked(TRY(base::multiply_checked(a, b)), kScale, rounding);
}

}  // namespace

Result<Money, ArithmeticError> notional(Price price, Quantity quantity) {
    return Money::from_units(TRY(multiplied(price.units(), quantity.units(), Rounding::HalfEven)));
}

Result<Money, ArithmeticError> scaled(Money money, Rate rate, Rounding rounding) {
    return Money::from_units(TRY(multiplied(money.units(), rate.units(), rounding)));
}

Result<Price, ArithmeticError> scaled(Price price, Rate rate, Rounding rounding) {
    return Price::from_units(TRY(multiplied(price.units(), rate.units(), rounding)));
}

Result<Money, ArithmeticError> divided(Money money, Rate rate, Rounding rounding) {
    const Int128 dividend = TRY(base::multiply_checked(money.units(), kScale));
    return Money::from_units(TRY(base::divide_checked(dividend, rate.units(), rounding)));
}

Result<Money, ArithmeticError> share(Money money,
                                     Quantity part,
                                     Quantity whole,
                                     Rounding rounding) {
    const Int128 product = TRY(base::multiply_checked(money.units(), part.units()));
    return Money::from_units(TRY(base::divide_checked(product, whole.units(), rounding)));
}

Result<Price, ArithmeticError> average_price(Money cost, Quantity quantity) {
    const Int128 dividend = TRY(base::multiply_checked(cost.units(), kScale));
    return Price::from_units(
        TRY(base::divide_checked(dividend, quantity.units(), Rounding::HalfEven)));
}

}  // namespace botcore::model
