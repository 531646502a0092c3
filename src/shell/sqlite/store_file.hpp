#pragma once

/// How a shard's file comes into being and is judged before it is used (S6 of the store).
///
///   missing ──create──> `<path>-new` ──schema, sync──> rename to `<path>` ──sync of the folder──>
///   there
///
/// F1  A file under its own name is complete: a crash leaves nothing or a whole schema.
/// F2  A file that is there is only ever judged, never overwritten.

#include "shell/sqlite/database.hpp"
#include "shell/sqlite/sqlite_store.hpp"

#include <optional>
#include <string>

namespace botcore::shell::sqlite {

using OpenOutcome = base::Outcome<OpenError>;

/// An error of the system on the way to an open store.
[[nodiscard]] OpenError open_error(const SqlError& error, std::string expected);

/// Makes sure that there is a file with our schema at `options.path`.
[[nodiscard]] OpenOutcome ensure_file(const SqliteOptions& options);

/// Is this our database, in a version that we understand? Nothing if it is. Changes nothing.
[[nodiscard]] SqlResult<std::optional<OpenError>> judge_file(Database& database);

/// What version the tables say that they have; zero where they say nothing.
[[nodiscard]] SqlResult<std::int64_t> schema_version(Database& database);

}  // namespace botcore::shell::sqlite
