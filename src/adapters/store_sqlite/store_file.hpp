#pragma once

/// How a shard's file is created, and validated before it is used (S6 of the store).
///
///   missing ──create──> `<path>-new` ──schema, sync──> rename to `<path>` ──sync of the folder──>
///   ready
///
/// F1  A file under its own name is complete: a crash leaves no file or one with the whole schema.
/// F2  An existing file is only validated, never overwritten.

#include "adapters/store_sqlite/database.hpp"
#include "adapters/store_sqlite/sqlite_store.hpp"

#include <optional>
#include <string>

namespace botcore::store_sqlite {

using OpenOutcome = base::Outcome<OpenError>;

/// Converts an error of the system while the store is opened.
[[nodiscard]] OpenError open_error(const SqlError& error, std::string expected);

/// Makes sure that a file with our schema exists at `options.path`.
[[nodiscard]] OpenOutcome ensure_file(const SqliteOptions& options);

/// Checks whether this is our database, in a version that we understand; empty if it is. Changes
/// nothing.
[[nodiscard]] SqlResult<std::optional<OpenError>> check_file(Database& database);

/// The version that the tables state; zero if they state none.
[[nodiscard]] SqlResult<std::int64_t> schema_version(Database& database);

}  // namespace botcore::store_sqlite
