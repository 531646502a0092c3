#pragma once

/// Copies a database while other connections write to it.
///
/// Threads: any; the functions are stateless.

#include "base/result.hpp"
#include "ports/store_backup.hpp"

#include <filesystem>
#include <string>

namespace botcore::store_sqlite {

/// Copies the database `from`, as it is at one moment, into the new file `to`, synced. Does not
/// block writers. On an error `to` does not exist. Progress counts pages.
[[nodiscard]] base::Outcome<std::string> copy_database(const std::filesystem::path& from,
                                                       const std::filesystem::path& to,
                                                       ports::CopyPace pace,
                                                       const ports::CopyProgress& progress);

}  // namespace botcore::store_sqlite
