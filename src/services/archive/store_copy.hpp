#pragma once

/// Copies a database while other connections write to it.
///
/// Threads: any; the functions are stateless.

#include "base/result.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace botcore::archive {

/// Called with the number of pages copied and the total.
using CopyProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

enum class CopyPace : std::uint8_t {
    Gentle,  ///< Pauses twice as long as it works, so that orders proceed meanwhile.
    Full,
};

/// Copies the database `from`, as it is at one moment, into the new file `to`, synced. Does not
/// block writers. On an error `to` does not exist.
[[nodiscard]] base::Outcome<std::string> copy_database(const std::filesystem::path& from,
                                                       const std::filesystem::path& to,
                                                       CopyPace pace,
                                                       const CopyProgress& progress);

}  // namespace botcore::archive
