#pragma once

/// The image of a row as we wrote it: each row carries the sequence of the record that wrote it and
/// a 64-bit hash of its columns. A row that a failing disk or another program has changed no longer
/// matches its hash; a row that was removed, added or reset to an older state no longer matches the
/// sum over all open rows, which the head carries.
///
/// Open rows are those that a load reads: accounts, instruments, balances, positions, live orders,
/// pending keys, risk, operating mode and maintenance windows.
///
/// Threads: the owner's.

#include "adapters/store_sqlite/rows.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace botcore::store_sqlite {

/// Two columns of every table that stores row images.
inline constexpr std::string_view kWrittenByColumn = "written_by";
inline constexpr std::string_view kImageHashColumn = "image_hash";

/// SipHash-2-4 under a public key: it detects damage, it is not a signature.
[[nodiscard]] std::int64_t hash_of_image(std::string_view bytes);

/// Appends every column of a row unambiguously, so that no two different rows give the same bytes.
class ImageBytes {
public:
    explicit ImageBytes(std::string& out) : out_(out) {}

    template <class Field>
    void operator()(std::string_view, std::string_view, const Field& field) {
        add(field);
    }

    void integer(std::int64_t value);
    void text(std::string_view value);

private:
    template <class Field>
    void add(const Field& field) {
        if constexpr (model::kIsAmount<Field>) {
            amount(field.units());
        } else if constexpr (base::kIsName<Field>) {
            text(field.text());
        } else if constexpr (std::same_as<Field, base::Timestamp> ||
                             std::same_as<Field, base::Duration>) {
            integer(field.in_microseconds());
        } else if constexpr (std::same_as<Field, std::optional<model::Price>>) {
            integer(field ? 1 : 0);
            if (field) amount(field->units());
        } else if constexpr (std::same_as<Field, ProfitHours>) {
            for (const model::Money value : field)
                amount(value.units());
        } else if constexpr (std::same_as<Field, std::string>) {
            text(field);
        } else if constexpr (std::same_as<Field, std::uint64_t>) {
            integer(std::bit_cast<std::int64_t>(field));
        } else {
            integer(static_cast<std::int64_t>(field));
        }
    }

    void amount(base::Int128 units);

    std::string& out_;
};

/// Columns that were added after the hashes. An image leaves them out while they have their default
/// value, so that rows of older files keep their hash.
template <class Row>
[[nodiscard]] constexpr bool came_later(std::string_view name) {
    if constexpr (std::same_as<Row, model::Position>) return name == "reserved";
    if constexpr (std::same_as<Row, model::Order>) return name == "worst_price";
    return false;
}

/// The image of a row that the record `written_by` writes to `table`.
template <class Row>
[[nodiscard]] RowImage image_of(std::string_view table, const Row& row, std::int64_t written_by) {
    std::string bytes;
    bytes.reserve(512);
    ImageBytes leaf(bytes);
    leaf.text(table);
    leaf.integer(written_by);
    auto column = [&leaf](std::string_view prefix, std::string_view name, const auto& field) {
        using Field = std::remove_cvref_t<decltype(field)>;
        if constexpr (std::same_as<Field, model::ExchangeId>) {
            if (field == model::InstrumentId{}.exchange) return;
        }
        if (came_later<Row>(name) && field == Field{}) return;
        leaf(prefix, name, field);
    };
    each_column(column, "", row);
    if constexpr (std::same_as<Row, model::Instrument>) {
        for (const model::LeverageBracket& bracket : row.brackets)
            each_column(leaf, "", bracket);
    }
    return {written_by, hash_of_image(bytes)};
}

/// The parts of a name are separated by a byte that no name contains.
[[nodiscard]] std::string name_of(char table, std::string_view first, std::string_view second = {});
[[nodiscard]] std::string instrument_name(char table,
                                          const model::InstrumentId& id,
                                          std::string_view account = {});

/// A key that identifies a row among all open rows.
template <class Row>
[[nodiscard]] std::string row_name(const Row& row) {
    if constexpr (std::same_as<Row, model::Account>) {
        return name_of('a', row.id.text());
    } else if constexpr (std::same_as<Row, model::Instrument>) {
        return instrument_name('i', row.id);
    } else if constexpr (std::same_as<Row, model::Balance>) {
        return name_of('b', row.account.text(), row.asset.text());
    } else if constexpr (std::same_as<Row, model::Position>) {
        return instrument_name('p', row.instrument, row.account.text());
    } else if constexpr (std::same_as<Row, model::Order>) {
        return name_of('o', std::to_string(row.number));
    } else if constexpr (std::same_as<Row, model::RiskState>) {
        return name_of('r', row.account.text());
    } else if constexpr (std::same_as<Row, model::OperatingState>) {
        return name_of('m', "");
    } else if constexpr (std::same_as<Row, model::MaintenanceWindow>) {
        return name_of('w', std::to_string(row.id));
    } else {
        static_assert(std::same_as<Row, model::KeyEntry>, "The kind has no open rows.");
        return name_of('k', row.owner.text(), row.key.text());
    }
}

/// The stored images of all open rows, and the changes of them by the current batch.
class RowImages {
public:
    /// Adds a row that a load has read.
    void learn(std::string name, RowImage image);

    [[nodiscard]] std::optional<RowImage> find(const std::string& name) const;

    /// The current batch writes the row; without an image the row is no longer open.
    void stage(std::string name, std::optional<RowImage> image);

    /// The sum of the hashes of all open rows, including staged changes.
    [[nodiscard]] std::int64_t sum() const { return static_cast<std::int64_t>(sum_staged_); }

    /// Applies the staged changes: the batch is committed.
    void keep();
    /// Discards the staged changes: the batch is not committed.
    void drop();

private:
    std::map<std::string, RowImage, std::less<>> images_;
    std::vector<std::pair<std::string, std::optional<RowImage>>> staged_;
    std::uint64_t sum_ = 0;
    std::uint64_t sum_staged_ = 0;
};

}  // namespace botcore::store_sqlite
