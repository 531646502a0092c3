#pragma once

/// Gives a store's name to a file that was made anew, and keeps what had it before.

#include "base/result.hpp"

#include <filesystem>
#include <string>

namespace botcore::shell::sqlite {

/// Puts `made` in the place of `store` in one step; neither is open. The old file, if there is one,
/// stays under the name that is answered. After a crash either the old or the new one is there
/// whole: a log that belongs to the old file is folded into it first, or kept beside it where the
/// old file is too damaged for that.
[[nodiscard]] base::Result<std::filesystem::path, std::string> replace_store(
    const std::filesystem::path& made, const std::filesystem::path& store, const std::string& time);

/// Removes a database's file with its companions (logs, shared memory, reserve), as far as they are
/// there.
void remove_database(const std::filesystem::path& file);

}  // namespace botcore::shell::sqlite
