#include "model/amount.hpp"

#include <gtest/gtest.h>

#include <type_traits>

namespace botcore::model {
namespace {

template <class A, class B>
concept Addable = requires(A a, B b) { a + b; };
static_assert(Addable<Price, Price>);
static_assert(!Addable<Price, Quantity>);
static_assert(!Addable<Price, Money>);
static_assert(!std::is_convertible_v<std::int64_t, Price>);
static_assert(!std::is_convertible_v<Price, std::int64_t>);
static_assert(!std::is_convertible_v<Price, Money>);

Price price(std::string_view text) {
    return parse_amount<Price>(text).value();
}

TEST(ParseAmount, ReadsPlainDecimals) {
    EXPECT_EQ(price("1").units(), kScale);
    EXPECT_EQ(price("61837.63000000").units(), 6'183'763'000'000);
    EXPECT_EQ(price("-0.00000001").units(), -1);
    EXPECT_EQ(price("+2.5").units(), 250'000'000);
    EXPECT_EQ(price("0.100000000000").units(), 10'000'000);
}

TEST(ParseAmount, RejectsEverythingElse) {
    const auto error = [](std::string_view text) { return parse_amount<Price>(text).error(); };
    EXPECT_EQ(error(""), AmountError::Empty);
    EXPECT_EQ(error("-"), AmountError::Empty);
    EXPECT_EQ(error(".5"), AmountError::Empty);
    EXPECT_EQ(error("5."), AmountError::NotANumber);
    EXPECT_EQ(error("1e5"), AmountError::NotANumber);
    EXPECT_EQ(error(" 1"), AmountError::NotANumber);
    EXPECT_EQ(error("1,000"), AmountError::NotANumber);
    EXPECT_EQ(error("NaN"), AmountError::NotANumber);
    EXPECT_EQ(error("0.000000001"), AmountError::TooPrecise);
    EXPECT_EQ(error("1000000000000000"), AmountError::OutOfRange);
    EXPECT_EQ(error("99999999999999999999999999999999999999999999"), AmountError::OutOfRange);
}

TEST(ToText, WritesTheShortestTextThatParsesBack) {
    for (const auto* text :
         {"0", "1", "-1", "0.5", "-0.00000001", "61837.63", "999999999999999.9"}) {
        EXPECT_EQ(to_text(price(text)), text);
    }
    EXPECT_EQ(to_text(price("1.500")), "1.5");
    const auto large = Money::from_units(static_cast<Int128>(kScale) * kScale * kScale * kScale);
    EXPECT_EQ(to_text(large), "1000000000000000000000000");
}

TEST(Notional, RoundsToTheScale) {
    const auto quantity = parse_amount<Quantity>("0.00000003").value();
    EXPECT_EQ(to_text(notional(price("0.5"), quantity).value()), "0.00000002");
    EXPECT_EQ(to_text(notional(price("61800.2"), parse_amount<Quantity>("0.013").value()).value()),
              "803.4026");
}

TEST(Notional, FailsInsteadOfWrapping) {
    const auto huge = Price::from_units(static_cast<Int128>(1) << 100U);
    EXPECT_EQ(notional(huge, Quantity::whole(1'000'000'000)).error(), ArithmeticError::Overflow);
}

TEST(Scaled, RoundsInTheGivenDirection) {
    const auto one_unit = Money::from_units(1);
    const auto half = parse_amount<Rate>("0.5").value();
    EXPECT_EQ(scaled(one_unit, half, Rounding::Up).value().units(), 1);
    EXPECT_EQ(scaled(one_unit, half, Rounding::Down).value().units(), 0);
    EXPECT_EQ(divided(Money::whole(1), Rate::whole(3), Rounding::Up).value().units(), 33'333'334);
}

TEST(Share, SplitsACostWithoutLosingUnits) {
    const auto cost = Money::whole(100);
    const auto third = share(cost, Quantity::whole(1), Quantity::whole(3), Rounding::Down).value();
    const auto rest = cost - third;
    EXPECT_EQ(to_text(third), "33.33333333");
    EXPECT_EQ((third + rest), cost);
}

TEST(Multiples, AreExactIntegerPredicates) {
    EXPECT_TRUE(is_multiple(price("0.3"), price("0.1")));
    EXPECT_FALSE(is_multiple(price("0.35"), price("0.1")));
    EXPECT_TRUE(is_multiple(price("0.35"), price("0")));
    EXPECT_EQ(to_text(rounded_down_to(price("0.37"), price("0.1"))), "0.3");
    EXPECT_EQ(to_text(rounded_down_to(price("-0.37"), price("0.1"))), "-0.4");
}

}  // namespace
}  // namespace botcore::model
