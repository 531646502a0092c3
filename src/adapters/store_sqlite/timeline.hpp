#pragma once

/// The timeline of the archive that a store is on. It is stored in the store's file, so that a
/// store always has its own timeline.

#include "base/result.hpp"
#include "model/timeline.hpp"

#include <filesystem>
#include <string>

namespace botcore::store_sqlite {

/// The timeline of the store; the first timeline if the file names none.
[[nodiscard]] base::Result<model::TimelineIdentity, std::string> timeline_of(
    const std::filesystem::path& store);

/// Sets the timeline of the store, which must not be open. The change is synced when the function
/// returns.
[[nodiscard]] base::Outcome<std::string> set_timeline(const std::filesystem::path& store,
                                                      const model::TimelineIdentity& identity);

}  // namespace botcore::store_sqlite
