#pragma once

/// Whole copies of a store in an archive.
///
/// Threads: the archive's.

#include "shell/archive/archive.hpp"

#include <filesystem>
#include <functional>
#include <string_view>

namespace botcore::shell::archive {

/// Called with what is being done, how much of it is done, and how much there is.
using Progress =
    std::function<void(std::string_view what, std::uint64_t done, std::uint64_t total)>;

/// Puts a file made by `copy_database` into the archive as a snapshot of the store's timeline. It
/// is there once its manifest is: parts of one that broke off are rubbish that `prune` removes.
/// Missing where the archive does not have that timeline, Taken where it is another store's:
/// nothing is put then. Success means that the archive lists it.
[[nodiscard]] ArchiveResult<Snapshot> put_snapshot(Archive& archive,
                                                   const std::filesystem::path& copy,
                                                   base::Timestamp now,
                                                   const Progress& progress);

/// Writes the snapshot's store to the new file `to`, synced. On failure there is no such file.
[[nodiscard]] ArchiveResult<names::Manifest> fetch_snapshot(Archive& archive,
                                                            const names::SnapshotName& name,
                                                            const std::filesystem::path& to,
                                                            const Progress& progress);

/// Removes parts without a manifest, but none of the last day: they may be under way.
[[nodiscard]] ArchiveResult<std::uint64_t> remove_rubbish(Archive& archive,
                                                          Timeline timeline,
                                                          base::Timestamp now);

}  // namespace botcore::shell::archive
