#pragma once

/// Rebuilds the rows of a store's file from its journal, beside the file, and replaces the file
/// with the result once it is verified.
///
///   old file ──rebuild──> `<path>-rebuilt` ──verify──> second name for the old file,
///   `<path>-before-<UTC>` ──> rename to `<path>`
///
/// N1  A crash, a full disk or a failure at any point leaves either the old file or the new one
///     complete under its name.
/// N2  A result in which `runtime::verify` has a finding is never put in place.
///
/// The caller holds the lock of the data folder, so nothing else writes meanwhile.
/// @spec:NFR-RELIABILITY-004

#include "adapters/store_sqlite/sqlite_store.hpp"
#include "runtime/rebuild.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace botcore::store_sqlite {

/// Opens a store without a disk reserve, or creates an empty one, for a writer that can begin again
/// when the disk is full. The error names the file.
[[nodiscard]] base::Result<std::unique_ptr<SqliteStore>, std::string> open_without_reserve(
    const std::filesystem::path& path);

struct Rebuilt {
    model::Head head;
    std::filesystem::path old_file;  ///< The file that was at the path before.
};

/// The error says what is wrong and where; nothing has changed then.
[[nodiscard]] base::Result<Rebuilt, std::string> rebuild(const std::filesystem::path& path,
                                                         const runtime::RebuildProgress& progress);

}  // namespace botcore::store_sqlite
