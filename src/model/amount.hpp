#pragma once

/// Prices, quantities, money and rates: 128-bit integers with one fixed scale of 10^-8. Their types
/// can only be combined where the result has a meaning (style rules T1-T4).
///
/// A1  The magnitude of an amount from outside is below 10^15 whole units.
/// A2  No operation wraps around. A sum that overflows 128 bits aborts the process, which A1 makes
///     impossible for any input; products and quotients return a `Result`.

#include "base/int128.hpp"
#include "base/result.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace botcore::model {

using base::ArithmeticError;
using base::Int128;
using base::Result;
using base::Rounding;

/// The number of units in one whole: the scale of every amount. Amounts are stored in the journal
/// in these units: never change it.
inline constexpr std::int64_t kScale = 100'000'000;

/// Why a text is not an amount.
enum class AmountError : std::uint8_t {
    Empty,       ///< No digits.
    NotANumber,  ///< A character that is not allowed in a decimal number, or an exponent.
    TooPrecise,  ///< A nonzero digit after the eighth decimal place.
    OutOfRange,  ///< 10^15 whole units or more.
};

template <class Tag>
class Amount {
public:
    constexpr Amount() = default;

    /// Creates the amount `units` x 10^-8.
    static constexpr Amount from_units(Int128 units) { return Amount(units); }

    static constexpr Amount whole(std::int64_t count) {
        return Amount(static_cast<Int128>(count) * kScale);
    }

    [[nodiscard]] constexpr Int128 units() const { return units_; }

    [[nodiscard]] constexpr bool is_zero() const { return units_ == 0; }

    [[nodiscard]] constexpr bool is_positive() const { return units_ > 0; }

    [[nodiscard]] constexpr bool is_negative() const { return units_ < 0; }

    friend constexpr auto operator<=>(Amount, Amount) = default;

    friend constexpr Amount operator+(Amount a, Amount b) {
        return Amount(base::add_checked(a.units_, b.units_).value());
    }

    friend constexpr Amount operator-(Amount a, Amount b) {
        return Amount(base::add_checked(a.units_, -b.units_).value());
    }

    friend constexpr Amount operator-(Amount a) { return Amount(-a.units_); }

    constexpr Amount& operator+=(Amount other) { return *this = *this + other; }

    constexpr Amount& operator-=(Amount other) { return *this = *this - other; }

private:
    explicit constexpr Amount(Int128 units) : units_(units) {}

    Int128 units_ = 0;
};

template <class T>
inline constexpr bool kIsAmount = false;
template <class Tag>
inline constexpr bool kIsAmount<Amount<Tag>> = true;

/// The cost of one whole unit of the base asset, in the quote asset.
using Price = Amount<struct PriceTag>;
/// An amount of the base asset. The quantity of a position is signed: positive is long.
using Quantity = Amount<struct QuantityTag>;
/// An amount of an asset in a ledger; signed.
using Money = Amount<struct MoneyTag>;
/// A ratio: a fee of 0.04 % is 0.0004, a leverage of ten is 10.
using Rate = Amount<struct RateTag>;

namespace detail {
[[nodiscard]] Result<Int128, AmountError> parse_units(std::string_view text);
void append_decimal(std::string& out, Int128 units);
}  // namespace detail

/// Reads a plain decimal number such as "-12.50": an optional sign, digits, and an optional
/// fraction. Exponents, spaces and thousands separators are not accepted. Zeros beyond the eighth
/// decimal place are accepted.
template <class A>
[[nodiscard]] Result<A, AmountError> parse_amount(std::string_view text) {
    return A::from_units(TRY(detail::parse_units(text)));
}

/// The shortest decimal text that `parse_amount` reads back: "0.5", "-3", "61800.2".
template <class Tag>
[[nodiscard]] std::string to_text(Amount<Tag> amount) {
    std::string text;
    detail::append_decimal(text, amount.units());
    return text;
}

template <class Tag>
void append_text(std::string& out, Amount<Tag> amount) {
    detail::append_decimal(out, amount.units());
}

/// price x quantity, rounded to 10^-8 (half to even). Fails instead of wrapping around.
[[nodiscard]] Result<Money, ArithmeticError> notional(Price price, Quantity quantity);

/// money x rate with the given rounding, for example a fee or an initial margin.
[[nodiscard]] Result<Money, ArithmeticError> scaled(Money money, Rate rate, Rounding rounding);

/// money / rate with the given rounding, for example notional / leverage.
[[nodiscard]] Result<Money, ArithmeticError> divided(Money money, Rate rate, Rounding rounding);

/// The share `part / whole` of `money` with the given rounding, for example the cost of the closed
/// part of a position. `whole` must not be zero.
[[nodiscard]] Result<Money, ArithmeticError> share(Money money,
                                                   Quantity part,
                                                   Quantity whole,
                                                   Rounding rounding);

/// price x rate, for example a protection limit.
[[nodiscard]] Result<Price, ArithmeticError> scaled(Price price, Rate rate, Rounding rounding);

/// cost / quantity as a price, rounded half to even, for displaying an average.
[[nodiscard]] Result<Price, ArithmeticError> average_price(Money cost, Quantity quantity);

/// Whether `amount` is an integer multiple of `step`. A step of zero disables the rule, as at the
/// exchange.
template <class Tag>
[[nodiscard]] constexpr bool is_multiple(Amount<Tag> amount, Amount<Tag> step) {
    return step.is_zero() || amount.units() % step.units() == 0;
}

/// The largest multiple of `step` that is not above `amount` (toward minus infinity).
template <class Tag>
[[nodiscard]] constexpr Amount<Tag> rounded_down_to(Amount<Tag> amount, Amount<Tag> step) {
    if (step.is_zero()) return amount;
    Int128 rest = amount.units() % step.units();
    if (rest < 0) rest += step.units();
    return Amount<Tag>::from_units(amount.units() - rest);
}

template <class Tag>
[[nodiscard]] constexpr Amount<Tag> magnitude(Amount<Tag> amount) {
    return amount.is_negative() ? -amount : amount;
}

}  // namespace botcore::model
