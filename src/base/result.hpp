#pragma once

/// A value, or the reason why there is none. The names follow std::expected, so that this file can
/// become an alias once every supported compiler has std::expected.

#include "base/check.hpp"

#include <type_traits>
#include <utility>
#include <variant>

namespace botcore::base {

/// Wraps an error for a `Result`: `return Failure{ParseError::Empty};`.
template <class E>
struct Failure {
    E error;
};
template <class E>
Failure(E) -> Failure<E>;

template <class T, class E>
class [[nodiscard]] Result {
public:
    using value_type = T;
    using error_type = E;
    static_assert(!std::is_reference_v<T>, "Return a pointer or a value, not a reference.");

    // These constructors are implicit on purpose, for `return value;` and `return Failure{...};`.
    // NOLINTBEGIN(google-explicit-constructor)
    constexpr Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}

    constexpr Result(Failure<E> failure)
        : state_(std::in_place_index<1>, std::move(failure.error)) {}

    // NOLINTEND(google-explicit-constructor)

    [[nodiscard]] constexpr bool has_value() const noexcept { return state_.index() == 0; }

    explicit constexpr operator bool() const noexcept { return has_value(); }

    /// The value. Aborts the process when there is none.
    [[nodiscard]] constexpr const T& value() const& {
        CHECK(has_value());
        return *std::get_if<0>(&state_);
    }

    [[nodiscard]] constexpr T&& value() && {
        CHECK(has_value());
        return std::move(*std::get_if<0>(&state_));
    }

    /// The error. Aborts the process when there is a value.
    [[nodiscard]] constexpr const E& error() const& {
        CHECK(!has_value());
        return *std::get_if<1>(&state_);
    }

    [[nodiscard]] constexpr E&& error() && {
        CHECK(!has_value());
        return std::move(*std::get_if<1>(&state_));
    }

private:
    std::variant<T, E> state_;
};

/// The value of a `Result` that carries no data on success.
struct Done {};
template <class E>
using Outcome = Result<Done, E>;

}  // namespace botcore::base

/// Unwraps a `Result`, or returns its error from the enclosing function.
#define TRY(expression) TRY_NAMED(expression, TRY_JOIN(try_result_, __COUNTER__))
#define TRY_JOIN(a, b) TRY_JOIN_EXPANDED(a, b)
#define TRY_JOIN_EXPANDED(a, b) a##b
// NOLINTBEGIN(bugprone-macro-parentheses)
#define TRY_NAMED(expression, name)                                   \
    __extension__({                                                   \
        auto name = (expression);                                     \
        if (!name.has_value()) [[unlikely]] {                         \
            return ::botcore::base::Failure{std::move(name).error()}; \
        }                                                             \
        std::move(name).value();                                      \
    })
// NOLINTEND(bugprone-macro-parentheses)
