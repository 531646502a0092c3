#pragma once

/// Strong types for texts and numbers that identify something. They can be compared and give access
/// to their value, but values of different types cannot be mixed up (style rule T5).

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace botcore::base {

/// A text that names something. `Tag` gives the names of different things different types: the name
/// of an account cannot be used as the name of an asset.
template <class Tag>
class Name {
public:
    Name() = default;

    explicit Name(std::string text) : text_(std::move(text)) {}

    explicit Name(std::string_view text) : text_(text) {}

    explicit Name(const char* text) : text_(text) {}

    [[nodiscard]] const std::string& text() const { return text_; }

    [[nodiscard]] bool empty() const { return text_.empty(); }

    friend auto operator<=>(const Name&, const Name&) = default;

private:
    std::string text_;
};

template <class T>
inline constexpr bool kIsName = false;
template <class Tag>
inline constexpr bool kIsName<Name<Tag>> = true;

/// A number that identifies something. It has no arithmetic.
template <class Tag>
class Id {
public:
    constexpr Id() = default;

    explicit constexpr Id(std::uint64_t number) : number_(number) {}

    [[nodiscard]] constexpr std::uint64_t number() const { return number_; }

    friend constexpr auto operator<=>(Id, Id) = default;

private:
    std::uint64_t number_ = 0;
};

}  // namespace botcore::base
