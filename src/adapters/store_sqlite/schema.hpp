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
#include "adapters/store_sqlite/rows.hpp"

#include <cstdint>
#include <string>
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

[[nodiscard]] TableShape accounts_table();
[[nodiscard]] TableShape instruments_table();
[[nodiscard]] TableShape brackets_table();
[[nodiscard]] TableShape balances_table();
[[nodiscard]] TableShape positions_table();
[[nodiscard]] TableShape orders_table();
[[nodiscard]] TableShape fills_table();
/// Keys with their replies.
[[nodiscard]] TableShape keys_table();
/// Keys whose replies are pending.
[[nodiscard]] TableShape pending_keys_table();
[[nodiscard]] TableShape journal_table();
[[nodiscard]] TableShape risks_table();
/// Has one row.
[[nodiscard]] TableShape operating_table();
[[nodiscard]] TableShape windows_table();

namespace query {
inline constexpr std::string_view kHead = "SELECT seq, hash, epoch, time FROM head WHERE shard = 1";
inline constexpr std::string_view kOpenRowsSum = "SELECT open_rows FROM head WHERE shard = 1";
inline constexpr std::string_view kSetOpenRowsSum = "UPDATE head SET open_rows = ? WHERE shard = 1";
inline constexpr std::string_view kAdvanceHead =
    "UPDATE head SET seq = ?, hash = ?, epoch = ?, time = ? "
    "WHERE shard = 1 AND seq = ? AND hash = ? AND epoch = ?";
inline constexpr std::string_view kTradesOfOrder =
    "SELECT trade_id FROM fills WHERE order_number = ? ORDER BY account, sequence, record_index";

[[nodiscard]] std::string accounts();
[[nodiscard]] std::string instruments();
/// The brackets of one instrument, ascending.
[[nodiscard]] std::string brackets();
[[nodiscard]] std::string balances();
[[nodiscard]] std::string positions();
[[nodiscard]] std::string live_orders();
[[nodiscard]] std::string pending_keys();
[[nodiscard]] std::string risks();
[[nodiscard]] std::string operating();
[[nodiscard]] std::string windows();
/// Entries from a sequence on, ascending, limited.
[[nodiscard]] std::string journal();
/// All queries of the start, for the test that none of them scans history.
[[nodiscard]] std::vector<std::string> all_of_load();
}  // namespace query

}  // namespace botcore::store_sqlite
