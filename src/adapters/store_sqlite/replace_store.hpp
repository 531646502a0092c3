#pragma once

/// Gives a store's name to a newly made file, and keeps the old file under another name.

#include "base/result.hpp"

#include <filesystem>
#include <string>

namespace botcore::store_sqlite {

/// Puts `made` in the place of `store` in one step; neither may be open. The old file, if there is
/// one, stays under the name that is returned. After a crash either the old or the new file is
/// complete: a log that belongs to the old file is copied into it first, or kept beside it if the
/// old file is too damaged for that.
[[nodiscard]] base::Result<std::filesystem::path, std::string> replace_store(
    const std::filesystem::path& made, const std::filesystem::path& store, const std::string& time);

/// Removes a database file with its companions (logs, shared memory, reserve) as far as they exist.
void remove_database(const std::filesystem::path& file);

}  // namespace botcore::store_sqlite
