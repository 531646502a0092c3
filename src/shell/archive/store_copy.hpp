#pragma once

/// Copies of a database, taken while somebody writes to it.
///
/// Threads: any; the functions keep no state.

#include "base/result.hpp"

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

}  // namespace botcore::shell::archive
