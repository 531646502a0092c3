#pragma once

/// Measures how long a restore of a store from an archive takes on this machine's disk.

#include <cstdint>
#include <filesystem>
#include <optional>

namespace botcore::bench {

struct RestoreTimes {
    double fetch_s = 0;    ///< Until the store file is complete.
    double restore_s = 0;  ///< Until the store is also verified.
    std::uint64_t bytes = 0;
};

/// Writes a snapshot of the store to an archive in `folder` and restores it. Empty when that fails.
[[nodiscard]] std::optional<RestoreTimes> measure_restore(const std::filesystem::path& store,
                                                          const std::filesystem::path& folder);

}  // namespace botcore::bench
