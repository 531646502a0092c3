#pragma once

/// Opens a shard's file for reading only, beside its daemon or without it. Nothing is changed; a
/// writer is not disturbed.

#include "shell/sqlite/reader.hpp"

#include <memory>
#include <string>

namespace botcore::shell::sqlite {

/// The text says what was expected in the file, what was there and what to do.
[[nodiscard]] base::Result<ReadSession, std::string> open_session(const std::string& path);
[[nodiscard]] base::Result<std::unique_ptr<SqliteReader>, std::string> open_reader(
    const std::string& path);

}  // namespace botcore::shell::sqlite
