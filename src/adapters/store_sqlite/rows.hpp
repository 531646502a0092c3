#pragma once

/// Maps the model's structs to rows: column names, the SQL generated from them, binding and
/// reading. Column order and names follow each struct's `each_field`, so that a field that the
/// schema does not have is detected when the statements are prepared, and is never lost.
///
/// C1  Amounts are TEXT decimals of the full 128 bits; times and durations are INTEGER
///     microseconds; hashes are BLOBs.
/// C2  Enumerations are the integers of the model's headers ("never renumber"), since not all of
///     their names can be parsed back.
/// C3  Unsigned 64-bit numbers are stored as the signed number with the same bits. Our own counters
///     never reach 2^63, so they sort correctly; trade ids only have to differ.

#include "adapters/store_sqlite/database.hpp"
#include "model/record.hpp"
#include "ports/store.hpp"
#include "protocol/binary_codec.hpp"

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace botcore::store_sqlite {

/// Parses the full range of 128 bits; `model::parse_amount` accepts only what external input may
/// contain.
[[nodiscard]] base::Result<base::Int128, model::AmountError> parse_decimal(std::string_view text);

/// The column name of a field: prefixed by its struct, and never a reserved word.
[[nodiscard]] std::string column_name(std::string_view prefix, std::string_view field);

template <class T>
concept HasFields = requires(T& value) { T::each_field([](const char*, auto&) {}, value); };

/// Calls `leaf(prefix, name, field)` for every column of `value`, with nested structs flattened. An
/// instrument's `market` and `symbol` need no prefix; brackets have a table of their own.
template <class Leaf, class T>
void each_column(Leaf& leaf, std::string_view prefix, T& value) {
    using Plain = std::remove_const_t<T>;
    Plain::each_field(
        [&](std::string_view name, auto& field) {
            using Field = std::remove_cvref_t<decltype(field)>;
            if constexpr (std::same_as<Field, std::vector<model::LeverageBracket>>) {
                return;
            } else if constexpr (std::same_as<Field, model::InstrumentId>) {
                each_column(leaf, "", field);
            } else if constexpr (HasFields<Field>) {
                each_column(leaf, name, field);
            } else {
                leaf(prefix, name, field);
            }
        },
        value);
}

template <class Leaf>
void each_column(Leaf& leaf, std::string_view, const model::Balance& balance);
template <class Leaf>
void each_column(Leaf& leaf, std::string_view, model::Balance& balance);

/// The columns of the books, in the order of `model::Book`.
inline constexpr std::array<std::string_view, model::kBookCount> kBookColumns = {"cash",
                                                                                 "reserved",
                                                                                 "margin",
                                                                                 "fees",
                                                                                 "funding",
                                                                                 "realized_profit",
                                                                                 "external",
                                                                                 "exchanged",
                                                                                 "rounding"};

namespace detail {
template <class Leaf, class B>
void each_balance_column(Leaf& leaf, B& balance) {
    leaf("", "account", balance.account);
    leaf("", "asset", balance.asset);
    for (std::size_t i = 0; i < model::kBookCount; ++i) {
        leaf("", kBookColumns.at(i), balance.books.at(i));
    }
    leaf("", "version", balance.version);
}
}  // namespace detail

template <class Leaf>
void each_column(Leaf& leaf, std::string_view, const model::Balance& balance) {
    detail::each_balance_column(leaf, balance);
}

template <class Leaf>
void each_column(Leaf& leaf, std::string_view, model::Balance& balance) {
    detail::each_balance_column(leaf, balance);
}

/// The columns of a row type, in the order in which `RowBinder` and `RowReader` visit them.
template <class Row>
[[nodiscard]] std::vector<std::string> columns_of() {
    std::vector<std::string> names;
    auto leaf = [&](std::string_view prefix, std::string_view name, const auto&) {
        names.push_back(column_name(prefix, name));
    };
    const Row row{};
    each_column(leaf, "", row);
    return names;
}

/// The structure of a table, for the statements that write and read it.
struct TableShape {
    std::string name;
    std::vector<std::string> columns;
    std::vector<std::string> key;    ///< Its primary key.
    std::vector<std::string> fixed;  ///< Columns that never change once a row exists.
};

[[nodiscard]] std::string insert_sql(const TableShape& table);
/// Inserts a row, or replaces all of its columns except the key and the fixed ones.
[[nodiscard]] std::string upsert_sql(const TableShape& table);
/// Like `upsert_sql`, but replaces only a row whose `written_by` and `image_hash` equal two further
/// parameters. If the first of them is NULL, any row is replaced.
[[nodiscard]] std::string guarded_upsert_sql(const TableShape& table);
/// `SELECT columns FROM table`, to which conditions can be appended.
[[nodiscard]] std::string select_sql(const TableShape& table);
/// ` ORDER BY` the key, which can be appended to a `select_sql`.
[[nodiscard]] std::string order_by_key(const TableShape& table);

/// The image of a row as we wrote it; see row_images.hpp.
struct RowImage {
    std::int64_t written_by = 0;  ///< Zero: the row is older than the hashes and has none.
    std::int64_t hash = 0;

    friend bool operator==(const RowImage&, const RowImage&) = default;
};

using ProfitHours = std::array<model::Money, model::kProfitHours>;

/// Binds a row's fields one after the other. Owns the decimal texts until the next row.
class RowBinder {
public:
    RowBinder();

    void begin(Statement& statement);

    template <class Row>
    void row(const Row& value) {
        each_column(*this, "", value);
    }

    template <class Field>
    void operator()(std::string_view, std::string_view name, const Field& field) {
        if constexpr (model::kIsAmount<Field>) {
            amount(field.units());
        } else if constexpr (base::kIsName<Field>) {
            text(field.text());
        } else if constexpr (std::same_as<Field, base::Timestamp> ||
                             std::same_as<Field, base::Duration>) {
            integer(field.in_microseconds());
        } else if constexpr (std::same_as<Field, std::optional<model::Price>>) {
            field ? amount(field->units()) : null();
        } else if constexpr (std::same_as<Field, ProfitHours>) {
            amounts(field);
        } else if constexpr (std::same_as<Field, std::string>) {
            name == "request_hash" ? blob(field) : text(field);
        } else if constexpr (std::is_enum_v<Field>) {
            integer(static_cast<std::int64_t>(field));
        } else if constexpr (std::same_as<Field, std::uint64_t>) {
            integer(std::bit_cast<std::int64_t>(field));  // C3
        } else {
            static_assert(std::integral<Field>);
            integer(static_cast<std::int64_t>(field));
        }
    }

    void integer(std::int64_t value) { statement_->bind_integer(next_++, value); }

    void text(std::string_view value) { statement_->bind_text(next_++, value); }

    void blob(std::string_view value) {
        statement_->bind_blob(next_++, value.data(), value.size());
    }

    void hash(const model::Hash& value) {
        statement_->bind_blob(next_++, value.data(), value.size());
    }

    void null() { statement_->bind_null(next_++); }

    void image(const RowImage& value) {
        integer(value.written_by);
        integer(value.hash);
    }

    void amount(base::Int128 units);
    /// Several decimals in one column, separated by commas.
    void amounts(const ProfitHours& values);

private:
    Statement* statement_ = nullptr;
    int next_ = 1;
    std::string
        decimals_;  ///< Never grows beyond its reserved capacity: bound texts point into it.
};

/// Reads a row's fields one after the other, and detects values that we never write.
class RowReader {
public:
    explicit RowReader(const Statement& statement) : statement_(statement) {}

    template <class Row>
    [[nodiscard]] Row row() {
        Row value{};
        each_column(*this, "", value);
        return value;
    }

    template <class Field>
    void operator()(std::string_view, std::string_view name, Field& field) {
        if constexpr (model::kIsAmount<Field>) {
            field = Field::from_units(amount());
        } else if constexpr (base::kIsName<Field>) {
            field = Field(text());
        } else if constexpr (std::same_as<Field, base::Timestamp>) {
            field = base::Timestamp::from_microseconds(integer());
        } else if constexpr (std::same_as<Field, base::Duration>) {
            field = base::Duration::microseconds(integer());
        } else if constexpr (std::same_as<Field, std::optional<model::Price>>) {
            field = optional_price();
        } else if constexpr (std::same_as<Field, ProfitHours>) {
            field = amounts();
        } else if constexpr (std::same_as<Field, std::string>) {
            field = name == "request_hash" ? blob() : text();
        } else if constexpr (std::same_as<Field, std::uint64_t>) {
            field = std::bit_cast<std::uint64_t>(integer());  // C3
        } else if constexpr (std::is_enum_v<Field>) {
            field = static_cast<Field>(small<std::underlying_type_t<Field>>());
            intact_ &= protocol::is_given(field);
        } else {
            field = static_cast<Field>(small<Field>());
        }
    }

    [[nodiscard]] std::int64_t integer() { return statement_.integer(next_++); }

    [[nodiscard]] RowImage image() {
        const std::int64_t written_by = integer();
        return {written_by, integer()};
    }

    [[nodiscard]] std::string_view text() { return statement_.text(next_++); }

    [[nodiscard]] std::string_view blob() { return statement_.blob(next_++); }

    [[nodiscard]] model::Hash hash();
    [[nodiscard]] base::Int128 amount();
    [[nodiscard]] ProfitHours amounts();
    [[nodiscard]] std::optional<model::Price> optional_price();

    /// False once a value was found that we never write.
    [[nodiscard]] bool intact() const { return intact_; }

private:
    /// An integer that fits `T`, or one of the two values of a `bool`.
    template <class T>
    [[nodiscard]] T small() {
        const std::int64_t value = integer();
        if constexpr (std::same_as<T, bool>) {
            intact_ &= value == 0 || value == 1;
        } else {
            intact_ &= std::in_range<T>(value);
        }
        return static_cast<T>(value);
    }

    const Statement& statement_;
    int next_ = 0;
    bool intact_ = true;
};

}  // namespace botcore::store_sqlite
