#pragma once

/// The tables of a shard's file, and the queries on them whose cost must not grow with history.
///
/// T1  Loading the open state reads no row of history: live orders and pending keys have partial
///     indexes of their own.
/// T2  Every row carries its owner; every row that clients change carries its version.
/// T3  Every row carries the record that wrote it and a hash of its columns (row_images.hpp); in
///     files of older versions, only the rows written since then.
/// T4  A fill's identity (account, market, symbol, trade id) is unique (invariant I4).

#include "adapters/store_sqlite/database.hpp"
#include "adapters/store_sqlite/row_images.hpp"
#include "adapters/store_sqlite/rows.hpp"
#include "model/rows.hpp"

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::store_sqlite {

/// Stored in the file: increase it with every change of a table.
inline constexpr std::int64_t kSchemaVersion = 7;
/// Stored in the file's header: "BotC". Never change.
inline constexpr std::int64_t kApplicationId = 0x426F7443;
/// One file holds one shard.
inline constexpr std::int64_t kShard = 1;

/// Creates all tables and the head of an empty journal. The database must be new.
[[nodiscard]] SqlOutcome create_schema(Database& database);

/// Migrates the tables of an older version to ours, in one transaction. Rows keep their values; new
/// columns get the values that the program that wrote the rows implied.
[[nodiscard]] SqlOutcome migrate_schema(Database& database);

/// Whether the open rows have images (row_images.hpp). Those of a file of an older version have
/// none until the file has been checked and sealed.
[[nodiscard]] SqlResult<bool> is_sealed(Database& database);
inline constexpr std::string_view kMarkSealed =
    "INSERT OR REPLACE INTO meta (name, value) VALUES ('rows_sealed', 1)";

/// The primary keys of the tables, in the order of `model::RowKinds`.
[[nodiscard]] inline std::vector<std::string> key_columns(std::size_t kind) {
    static const std::array<std::vector<std::string>, model::RowKinds::kSize> kKeys{
        {{"id"},
         {"exchange", "market", "symbol"},
         {"number"},
         {"account", "sequence", "record_index"},
         {"account", "exchange", "market", "symbol"},
         {"account", "asset"},
         {"owner", "key"},
         {"account"},
         {"shard"},
         {"id"}}};
    return kKeys.at(kind);
}

/// The column of a kind's table that is not a field of the row; empty if there is none. It follows
/// the columns of the image.
template <class Row>
[[nodiscard]] constexpr std::string_view column_beside() {
    if constexpr (std::same_as<Row, model::Order>) {
        return "live";
    } else if constexpr (std::same_as<Row, model::KeyEntry>) {
        return "body";
    } else if constexpr (std::same_as<Row, model::OperatingState>) {
        return "shard";
    } else if constexpr (requires(Row row) { row.account; }) {
        return "owner";
    } else {
        return {};
    }
}

/// The table of a kind; of the keys, those that have replies.
template <class Row>
[[nodiscard]] TableShape table_of() {
    TableShape table{std::string(model::kTable<Row>),
                     columns_of<Row>(),
                     key_columns(model::RowKinds::kIndex<Row>),
                     {}};
    table.columns.emplace_back(kWrittenByColumn);
    table.columns.emplace_back(kImageHashColumn);
    if constexpr (!column_beside<Row>().empty()) table.columns.emplace_back(column_beside<Row>());
    // These columns of an order never change; not updating them also saves updates of their
    // indexes.
    if constexpr (std::same_as<Row, model::Order>) {
        table.fixed = {"owner", "account", "exchange", "market", "symbol"};
    }
    return table;
}

/// The table of a kind's open rows. Keys whose replies are pending have a table of their own.
template <class Row>
inline constexpr std::string_view kOpenTable =
    std::same_as<Row, model::KeyEntry> ? "pending_keys" : model::kTable<Row>;

template <class Row>
[[nodiscard]] TableShape open_table_of() {
    TableShape table = table_of<Row>();
    table.name = kOpenTable<Row>;
    return table;
}

[[nodiscard]] TableShape brackets_table();
[[nodiscard]] TableShape journal_table();

namespace query {
inline constexpr std::string_view kHead = "SELECT seq, hash, epoch, time FROM head WHERE shard = 1";
inline constexpr std::string_view kOfShard = " WHERE shard = 1";
inline constexpr std::string_view kOpenRowsSum = "SELECT open_rows FROM head WHERE shard = 1";
inline constexpr std::string_view kSetOpenRowsSum = "UPDATE head SET open_rows = ? WHERE shard = 1";
inline constexpr std::string_view kAdvanceHead =
    "UPDATE head SET seq = ?, hash = ?, epoch = ?, time = ? "
    "WHERE shard = 1 AND seq = ? AND hash = ? AND epoch = ?";
inline constexpr std::string_view kTradesOfOrder =
    "SELECT trade_id FROM fills WHERE order_number = ? ORDER BY account, sequence, record_index";

/// The open rows of a kind, by key.
template <class Row>
[[nodiscard]] std::string open_rows() {
    const TableShape table = open_table_of<Row>();
    std::string sql = select_sql(table);
    if constexpr (std::same_as<Row, model::Order>) sql += " WHERE live = 1";
    if constexpr (std::same_as<Row, model::OperatingState>) sql += kOfShard;
    return sql + order_by_key(table);
}

/// All rows of a kind, by key.
template <class Row>
[[nodiscard]] std::string all_rows() {
    const TableShape table = table_of<Row>();
    std::string sql = select_sql(table);
    if constexpr (std::same_as<Row, model::OperatingState>) sql += kOfShard;
    if constexpr (std::same_as<Row, model::KeyEntry>) {
        sql += " UNION ALL " + select_sql(open_table_of<Row>());
    }
    return sql + order_by_key(table);
}

/// The brackets of one instrument, ascending.
[[nodiscard]] std::string brackets();
/// Entries from a sequence on, ascending, limited.
[[nodiscard]] std::string journal();
/// All queries of the start, for the test that none of them scans history.
[[nodiscard]] std::vector<std::string> all_of_load();
}  // namespace query

}  // namespace botcore::store_sqlite
