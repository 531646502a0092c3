#pragma once

/// Prices, quantities, money and rates: integers at one fixed scale of 10^-8, 128 bits wide, behind
/// types that only mix where the result means something (style rules T1-T4).
///
/// A1  An amount that came from outside is smaller than 10^15 whole units in magnitude.
/// A2  Nothing wraps: sums end the process when they leave 128 bits (which A1 puts out of reach of
///     any input), products and quotients answer with a `Result`.

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

/// Units in one whole: the scale of every amount. Stored in the journal: never change.
inline constexpr std::int64_t kScale = 100'000'000;

/// Why a text is not an amount.
enum class AmountError : std::uint8_t {
    Empty,       ///< No digits.
    NotANumber,  ///< A character that has no place in a decimal number, or an exponent.
    TooPrecise,  ///< More than eight decimal places that are not zero.
    OutOfRange,  ///< 10^15 whole units or more.
};

template <class Tag>
class Amount {
public:
    constexpr Amount() = default;

    /// `units` of 10^-8.
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

/// What one whole unit of the base asset costs, in the quote asset.
using Price = Amount<struct PriceTag>;
/// How much of the base asset. Positions use it with a sign: positive is long.
using Quantity = Amount<struct QuantityTag>;
/// How much of an asset in a ledger; signed.
using Money = Amount<struct MoneyTag>;
/// A pure ratio: a fee of 0.04 % is 0.0004, a leverage of ten is 10.
using Rate = Amount<struct RateTag>;

namespace detail {
[[nodiscard]] Result<Int128, AmountError> parse_units(std::string_view text);
void append_decimal(std::string& out, Int128 units);
}  // namespace detail

/// Reads a plain decimal such as "-12.50": optional sign, digits, optional fraction. No exponent,
/// no spaces, no thousands separators. Zeros beyond the eighth decimal place are accepted.
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

/// money x rate with the named rounding, for example a fee or an initial margin.
[[nodiscard]] Result<Money, ArithmeticError> scaled(Money money, Rate rate, Rounding rounding);

/// money / rate with the named rounding, for example notional / leverage.
[[nodiscard]] Result<Money, ArithmeticError> divided(Money money, Rate rate, Rounding rounding);

/// The share `part / whole` of `money` with the named rounding, for example the cost of the closed
/// part of a position. `whole` must not be zero.
[[nodiscard]] Result<Money, ArithmeticError> share(Money money,
                                                   Quantity part,
                                                   Quantity whole,
                                                   Rounding rounding);

/// price x rate, for example a protection limit.
[[nodiscard]] Result<Price, ArithmeticError> scaled(Price price, Rate rate, Rounding rounding);

/// cost / quantity as a price, for showing an average; half to even.
[[nodiscard]] Result<Price, ArithmeticError> average_price(Money cost, Quantity quantity);

/// Is `amount` a whole number of `step`s? A step of zero disables the rule, as at the exchange.
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
