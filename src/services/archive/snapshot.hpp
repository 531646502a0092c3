#pragma once

/// Complete copies of a store in an archive.
///
/// Threads: the archive's.

#include "services/archive/archive.hpp"

#include <functional>
#include <string_view>

namespace botcore::archive {

/// Called with the name of the step, how much of it is done, and the total.
using Progress =
    std::function<void(std::string_view what, std::uint64_t done, std::uint64_t total)>;

/// Puts a copy made by `StoreBackup::copy` into the archive as a snapshot of the store's timeline.
/// The snapshot exists once its manifest does: parts of an interrupted one are garbage that `prune`
/// removes. Missing if the archive does not have that timeline, Taken if the timeline is another
/// store's; nothing is put then. Success means that the archive lists the snapshot.
[[nodiscard]] ArchiveResult<Snapshot> put_snapshot(Archive& archive,
                                                   const StorePlace& copy,
                                                   base::Timestamp now,
                                                   const Progress& progress);

/// Writes the snapshot's store to the new place `to`, synced. On failure `to` does not exist.
[[nodiscard]] ArchiveResult<names::Manifest> fetch_snapshot(Archive& archive,
                                                            const names::SnapshotName& name,
                                                            const StorePlace& to,
                                                            const Progress& progress);

/// Removes the parts of snapshots that have no manifest, except parts of the last day, which may
/// belong to a snapshot in progress.
[[nodiscard]] ArchiveResult<std::uint64_t> remove_rubbish(Archive& archive,
                                                          model::Timeline timeline,
                                                          base::Timestamp now);

}  // namespace botcore::archive
