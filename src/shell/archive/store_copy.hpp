#pragma once

/// Copies of a store's file, taken while its daemon writes, and what a file knows of the archive's
/// timelines.
///
/// Threads: any; the functions keep no state.

#include "base/result.hpp"
#include "runtime/archive/names.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace botcore::shell::archive {

/// Called with the pages copied and the pages in all.
using CopyProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

enum class CopyPace : std::uint8_t {
    Gentle,  ///< Rests twice as long as it works: orders go on beside it.
    Full,
};

/// Copies the database `from` as it is at one moment into the new file `to`, synced. Writers are
/// not held up. The text says what failed; then there is no file `to`.
[[nodiscard]] base::Outcome<std::string> copy_database(const std::filesystem::path& from,
                                                       const std::filesystem::path& to,
                                                       CopyPace pace,
                                                       const CopyProgress& progress);

/// The timeline that the store is on.
[[nodiscard]] base::Result<runtime::archive::Timeline, std::string> timeline_of(
    const std::filesystem::path& store);
/// The store must not be open.
[[nodiscard]] base::Outcome<std::string> set_timeline(const std::filesystem::path& store,
                                                      runtime::archive::Timeline timeline);

/// A database file with its companions (log, shared memory, reserve), whether they are there or
/// not.
void remove_database(const std::filesystem::path& file);

}  // namespace botcore::shell::archive
