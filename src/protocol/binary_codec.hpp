#pragma once

/// The binary form of every type that lists its fields with `each_field`: the bytes of the journal.
///
/// Whole numbers are LEB128 (signed ones are zigzag encoded first), amounts are zigzag LEB128 of
/// their units. A text or list is its length and its content, an optional a byte 0 or 1 and its
/// value, a variant its index and its value, an enumeration its number, a struct its fields in
/// order. Nothing is aligned or padded. See docs/journal-format.md. Stored in the journal: never
/// change, only append.

#include "base/result.hpp"
#include "base/time.hpp"
#include "model/record.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace botcore::protocol {

namespace detail {

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;
template <class T>
inline constexpr bool kIsAmounts = false;
template <class Tag, std::size_t kSize>
inline constexpr bool kIsAmounts<std::array<model::Amount<Tag>, kSize>> = true;
template <class T>
inline constexpr bool kIsVariant = false;
template <class... T>
inline constexpr bool kIsVariant<std::variant<T...>> = true;

}  // namespace detail

/// Whether the enumeration has a value with this number. The text of any other number is "?".
template <class Enum>
[[nodiscard]] bool is_given(Enum value) {
    return to_text(value) != "?";
}

/// Appends values to a buffer that the caller owns.
class BinaryWriter {
public:
    explicit BinaryWriter(std::string& out) : out_(out) {}

    template <class T>
    void operator()(std::string_view /*name*/, const T& value) {
        write(value);
    }

    template <class T>
    void write(const T& value) {
        if constexpr (std::is_same_v<T, bool>) {
            byte(value ? 1 : 0);
        } else if constexpr (std::is_enum_v<T>) {
            byte(static_cast<std::uint8_t>(value));
        } else if constexpr (std::is_unsigned_v<T>) {
            varint(value);
        } else if constexpr (model::kIsAmount<T>) {
            zigzag(value.units());
        } else if constexpr (base::kIsName<T>) {
            text(value.text());
        } else if constexpr (std::is_same_v<T, std::string>) {
            text(value);
        } else if constexpr (std::is_same_v<T, base::Timestamp> ||
                             std::is_same_v<T, base::Duration>) {
            zigzag(value.in_microseconds());
        } else if constexpr (std::is_same_v<T, model::Hash>) {
            for (const std::uint8_t part : value)
                byte(part);
        } else if constexpr (detail::kIsAmounts<T>) {
            for (const auto& item : value)
                write(item);
        } else if constexpr (detail::kIsOptional<T>) {
            byte(value.has_value() ? 1 : 0);
            if (value.has_value()) write(*value);
        } else if constexpr (detail::kIsVector<T>) {
            varint(value.size());
            for (const auto& item : value)
                write(item);
        } else if constexpr (detail::kIsVariant<T>) {
            byte(static_cast<std::uint8_t>(value.index()));
            std::visit([this](const auto& item) { this->write(item); }, value);
        } else {
            T::each_field(*this, value);
        }
    }

private:
    void byte(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }

    void varint(base::Uint128 value) {
        while (value >= 0x80) {
            byte(static_cast<std::uint8_t>(value & 0x7F) | 0x80U);
            value >>= 7U;
        }
        byte(static_cast<std::uint8_t>(value));
    }

    void zigzag(base::Int128 value) {
        const auto bits = static_cast<base::Uint128>(value);
        varint(value < 0 ? ~(bits << 1U) : bits << 1U);
    }

    void text(std::string_view value) {
        varint(value.size());
        out_.append(value);
    }

    std::string& out_;
};

/// Reads the bytes of BinaryWriter. Any byte sequence is safe to read: after the first error every
/// value reads as zero and `ok()` is false.
class BinaryReader {
public:
    /// `version` is the version of the record that contains the bytes; fields that were added later
    /// keep their defaults.
    explicit BinaryReader(std::string_view bytes, std::uint8_t version = 0xFF)
        : rest_(bytes),
          version_(version) {}

    [[nodiscard]] std::uint8_t stored_version() const { return version_; }

    [[nodiscard]] bool ok() const { return ok_; }

    /// Whether all bytes were read without an error.
    [[nodiscard]] bool finished() const { return ok_ && rest_.empty(); }

    template <class T>
    void operator()(std::string_view /*name*/, T& value) {
        read(value);
    }

    template <class T>
    void read(T& value) {
        if constexpr (std::is_same_v<T, bool>) {
            value = flag();
        } else if constexpr (std::is_enum_v<T>) {
            value = static_cast<T>(byte());
            if (!is_given(value)) {
                ok_ = false;
                value = T{};
            }
        } else if constexpr (std::is_unsigned_v<T>) {
            value = bounded<T>(varint());
        } else if constexpr (model::kIsAmount<T>) {
            value = T::from_units(zigzag());
        } else if constexpr (base::kIsName<T>) {
            value = T(text());
        } else if constexpr (std::is_same_v<T, std::string>) {
            value = text();
        } else if constexpr (std::is_same_v<T, base::Timestamp>) {
            value = T::from_microseconds(small_zigzag());
        } else if constexpr (std::is_same_v<T, base::Duration>) {
            value = T::microseconds(small_zigzag());
        } else if constexpr (std::is_same_v<T, model::Hash>) {
            for (std::uint8_t& part : value)
                part = byte();
        } else if constexpr (detail::kIsAmounts<T>) {
            for (auto& item : value)
                read(item);
        } else if constexpr (detail::kIsOptional<T>) {
            value.reset();
            if (flag()) read(value.emplace());
        } else if constexpr (detail::kIsVector<T>) {
            list(value);
        } else if constexpr (detail::kIsVariant<T>) {
            alternative<0>(value, byte());
        } else {
            T::each_field(*this, value);
        }
    }

private:
    std::uint8_t byte();
    bool flag();
    base::Uint128 varint();
    base::Int128 zigzag();
    std::int64_t small_zigzag();
    std::string text();

    template <class T>
    T bounded(base::Uint128 value) {
        const auto narrow = static_cast<T>(value);
        if (static_cast<base::Uint128>(narrow) != value) ok_ = false;
        return ok_ ? narrow : T{};
    }

    template <class T>
    void list(std::vector<T>& items) {
        const base::Uint128 size = varint();
        // Every item takes at least one byte, so a length beyond the rest is invalid.
        if (size > rest_.size()) ok_ = false;
        items.clear();
        for (base::Uint128 i = 0; ok_ && i < size; ++i)
            read(items.emplace_back());
    }

    template <std::size_t kIndex, class... T>
    void alternative(std::variant<T...>& value, std::uint8_t index) {
        if constexpr (kIndex == sizeof...(T)) {
            ok_ = false;
        } else if (index == kIndex) {
            read(value.template emplace<kIndex>());
        } else {
            alternative<kIndex + 1>(value, index);
        }
    }

    std::string_view rest_;
    std::uint8_t version_;
    bool ok_ = true;
};

}  // namespace botcore::protocol
