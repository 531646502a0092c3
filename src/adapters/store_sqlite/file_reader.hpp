#pragma once

/// Opens a shard's file read-only, whether its daemon runs or not. Changes nothing and does not
/// disturb a writer.

#include "adapters/store_sqlite/reader.hpp"

#include <memory>
#include <string>

namespace botcore::store_sqlite {

/// The error says what was expected in the file, what was found and what to do.
[[nodiscard]] base::Result<ReadSession, std::string> open_session(const std::string& path);
[[nodiscard]] base::Result<std::unique_ptr<SqliteReader>, std::string> open_reader(
    const std::string& path);

}  // namespace botcore::store_sqlite
