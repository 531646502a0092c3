#pragma once

/// How long it takes to make a store anew from an archive on this machine's disk.

#include <cstdint>
#include <filesystem>
#include <optional>

namespace botcore::bench {

struct RestoreTimes {
    double fetch_s = 0;    ///< Until the store is there.
    double restore_s = 0;  ///< Until all of it is checked as well.
    std::uint64_t bytes = 0;
};

/// Puts a snapshot of the store into an archive in `folder` and restores it. Nothing where that
/// fails.
[[nodiscard]] std::optional<RestoreTimes> measure_restore(const std::filesystem::path& store,
                                                          const std::filesystem::path& folder);

}  // namespace botcore::bench
