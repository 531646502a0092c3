#pragma once

/// A strict reader for a body that is one flat JSON object, field by field: duplicate, unknown,
/// missing and malformed fields are rejected with a text that says what was expected. A field may
/// contain a flat object, which is read the same way. The parsers of requests use it.

#include "base/result.hpp"
#include "model/amount.hpp"
#include "model/order.hpp"
#include "protocol/api_requests.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace botcore::protocol {

using base::Failure;
using base::Result;

enum class FieldKind : std::uint8_t { Text, Number, Boolean, Null, Nested };

struct FlatField {
    FieldKind kind = FieldKind::Null;
    std::string text;  ///< The text's content; numbers, true and false as written.
};

using FlatObject = std::map<std::string, FlatField, std::less<>>;

struct FlatBody {
    FlatObject fields;
    std::map<std::string, FlatObject, std::less<>> inside;  ///< Fields that contain objects.
};

/// The fields of the object `body`. Fails with INVALID_JSON for anything else.
[[nodiscard]] Result<FlatBody, RequestError> parse_flat_object(std::string_view body);

/// `text`, truncated to 64 bytes at a character boundary.
[[nodiscard]] std::string excerpt(std::string_view text);

/// The fields as a JSON object of texts, in alphabetical order.
[[nodiscard]] std::string serialize_sorted(const std::map<std::string, std::string>& fields);

enum class Sign : std::uint8_t { Positive, NotNegative };

/// Takes the fields out of an object one by one; the fields that remain at the end are unknown.
class FieldReader {
public:
    /// Errors and the canonical text show `prefix` before the names of the fields.
    explicit FieldReader(FlatBody body, std::string prefix = {})
        : fields_(std::move(body.fields)),
          inside_(std::move(body.inside)),
          prefix_(std::move(prefix)) {}

    /// A reader for the object in a field; its fields are called "name.field" in errors. Pass it to
    /// `absorb` when it has been read.
    [[nodiscard]] Result<FieldReader, RequestError> inner(std::string_view name,
                                                          std::string_view expected) {
        const FlatField field = TRY(take(name, expected));
        const auto place = inside_.find(name);
        if (place == inside_.end()) return Failure{invalid(name, expected, field)};
        return FieldReader({std::move(place->second), {}}, full(name) + ".");
    }

    void absorb(FieldReader inner) { said_.merge(inner.said_); }

    /// Rejects fields that the request does not have.
    template <std::size_t N>
    [[nodiscard]] base::Outcome<RequestError> only(
        const std::array<std::string_view, N>& names) const {
        for (const auto& [name, field] : fields_) {
            if (std::find(names.begin(), names.end(), name) != names.end()) continue;
            std::string known;
            for (const auto candidate : names) {
                known += (known.empty() ? "" : ", ") + std::string(candidate);
            }
            return Failure{RequestError{.code = "UNKNOWN_FIELD",
                                        .message = "the field '" + excerpt(full(name)) +
                                                   "' is unknown; known fields: " + known,
                                        .field = excerpt(full(name)),
                                        .expected = known,
                                        .received = excerpt(name)}};
        }
        return base::Done{};
    }

    [[nodiscard]] bool has(std::string_view name) const { return fields_.contains(name); }

    /// Reads a text that `parse` accepts.
    template <class Parse>
    [[nodiscard]] auto word(std::string_view name, std::string_view expected, const Parse& parse)
        -> Result<typename std::invoke_result_t<Parse, std::string_view>::value_type,
                  RequestError> {
        const FlatField field = TRY(take(name, expected));
        if (field.kind != FieldKind::Text) return Failure{invalid(name, expected, field)};
        auto value = parse(field.text);
        if (!value) return Failure{invalid(name, expected, field)};
        said_[full(name)] = canonical_word(*value, field.text);
        return *std::move(value);
    }

    /// Like `word`, but the canonical text leaves out `standard`, the value of a missing field.
    template <class Parse, class Value>
    [[nodiscard]] Result<Value, RequestError> word_or_default(std::string_view name,
                                                              std::string_view expected,
                                                              const Parse& parse,
                                                              Value standard) {
        const Value value = TRY(word(name, expected, parse));
        if (value == standard) said_.erase(full(name));
        return value;
    }

    template <class A>
    [[nodiscard]] Result<A, RequestError> amount(std::string_view name, Sign sign) {
        const std::string_view expected = sign == Sign::Positive
                                              ? "a decimal greater than zero such as \"0.01\""
                                              : "a decimal, zero or more, such as \"1000\"";
        const FlatField field = TRY(take(name, expected));
        // A number is used as its digits are written: it is never rounded.
        const bool decimal = field.kind == FieldKind::Text || field.kind == FieldKind::Number;
        if (!decimal) return Failure{invalid(name, expected, field)};
        const auto value = model::parse_amount<A>(field.text);
        if (!value) {
            RequestError error = invalid(name, expected, field);
            error.message += why(value.error());
            return Failure{std::move(error)};
        }
        const bool fits =
            sign == Sign::Positive ? value.value().is_positive() : !value.value().is_negative();
        if (!fits) return Failure{invalid(name, expected, field)};
        said_[full(name)] = to_text(value.value());
        return value.value();
    }

    [[nodiscard]] Result<model::Rate, RequestError> whole(std::string_view name) {
        constexpr std::string_view kExpected = "a whole number of at least 1 such as \"10\"";
        const FlatField field = TRY(take(name, kExpected));
        const auto value = model::parse_amount<model::Rate>(field.text);
        const bool kind = field.kind == FieldKind::Text || field.kind == FieldKind::Number;
        if (!kind || !value || !value.value().is_positive() ||
            !model::is_multiple(value.value(), model::Rate::whole(1))) {
            return Failure{invalid(name, kExpected, field)};
        }
        said_[full(name)] = to_text(value.value());
        return value.value();
    }

    [[nodiscard]] Result<model::ReduceOnly, RequestError> reduce_only(std::string_view name) {
        const FlatField field = TRY(take(name, "true or false"));
        if (field.kind != FieldKind::Boolean) return Failure{invalid(name, "true or false", field)};
        said_[full(name)] = field.text;
        return field.text == "true" ? model::ReduceOnly::Yes : model::ReduceOnly::No;
    }

    /// Reads a text of at most `bytes_max` bytes that appears in no error and no canonical text.
    [[nodiscard]] Result<std::string, RequestError> secret(std::string_view name,
                                                           std::size_t bytes_max) {
        const std::string expected = "a text of at most " + std::to_string(bytes_max) + " bytes";
        FlatField field = TRY(take(name, expected));
        if (field.kind == FieldKind::Text && field.text.size() <= bytes_max) {
            return std::move(field.text);
        }
        return Failure{RequestError{.code = "INVALID_FIELD",
                                    .message = "'" + full(name) + "' must be " + expected,
                                    .field = full(name),
                                    .expected = expected,
                                    .received = {}}};
    }

    [[nodiscard]] Result<bool, RequestError> boolean(std::string_view name) {
        const FlatField field = TRY(take(name, "true or false"));
        if (field.kind != FieldKind::Boolean) return Failure{invalid(name, "true or false", field)};
        said_[full(name)] = field.text;
        return field.text == "true";
    }

    [[nodiscard]] std::string canonical() const { return serialize_sorted(said_); }

    [[nodiscard]] RequestError invalid(std::string_view name,
                                       std::string_view expected,
                                       const FlatField& field) const {
        const std::string received = excerpt(field.text);
        return {.code = "INVALID_FIELD",
                .message = "'" + full(name) + "' must be " + std::string(expected) +
                           ", but received '" + received + "'",
                .field = full(name),
                .expected = std::string(expected),
                .received = received};
    }

private:
    [[nodiscard]] Result<FlatField, RequestError> take(std::string_view name,
                                                       std::string_view expected) {
        const auto place = fields_.find(name);
        if (place == fields_.end()) {
            return Failure{RequestError{
                .code = "MISSING_FIELD",
                .message = "'" + full(name) + "' is missing; it must be " + std::string(expected),
                .field = full(name),
                .expected = std::string(expected),
                .received = {}}};
        }
        return place->second;
    }

    [[nodiscard]] std::string full(std::string_view name) const {
        return prefix_ + std::string(name);
    }

    /// The value in the canonical text: different spellings of a symbol or a side make the same
    /// request.
    template <class Value>
    static std::string canonical_word(const Value& value, const std::string& said) {
        if constexpr (std::is_same_v<Value, model::Symbol>) return std::string(value.text());
        if constexpr (std::is_same_v<Value, model::Side>) return std::string(to_text(value));
        return said;
    }

    static std::string_view why(model::AmountError error) {
        switch (error) {
            case model::AmountError::Empty:
                return "; it is empty";
            case model::AmountError::NotANumber:
                return "; it may contain only digits and one decimal point";
            case model::AmountError::TooPrecise:
                return "; it may have at most eight decimal places";
            case model::AmountError::OutOfRange:
                return "; it must be below 10^15";
        }
        return "";
    }

    FlatObject fields_;
    std::map<std::string, FlatObject, std::less<>> inside_;
    std::string prefix_;
    std::map<std::string, std::string> said_;
};

/// The fields of a body that may be empty, which means that no field is given.
[[nodiscard]] Result<FieldReader, RequestError> fields_if_any(std::string_view body);

}  // namespace botcore::protocol
