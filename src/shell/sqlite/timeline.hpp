#pragma once

/// Which of the archive's timelines a store is on: part of its file, so that the two are never
/// mixed up.

#include "base/result.hpp"
#include "runtime/archive/names.hpp"

#include <filesystem>
#include <string>

namespace botcore::shell::sqlite {

/// The first timeline where the file tells nothing.
[[nodiscard]] base::Result<runtime::archive::TimelineIdentity, std::string> timeline_of(
    const std::filesystem::path& store);

/// The store must not be open. Synced when it returns.
[[nodiscard]] base::Outcome<std::string> set_timeline(
    const std::filesystem::path& store, const runtime::archive::TimelineIdentity& identity);

}  // namespace botcore::shell::sqlite
