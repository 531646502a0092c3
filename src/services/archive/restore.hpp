#pragma once

/// Restores a store from an archive, as it was at any point in time.
///
/// It fetches the newest snapshot at or before that point and applies the later records from the
/// segments. If segments that old were removed, it applies the journal of a later snapshot from its
/// first record: every snapshot contains the whole history.
///
/// N1  The result is exactly the store at that point: same rows, same head, same `state_hash`.
/// N2  A changed, truncated, missing or misplaced object is rejected, and the error names it. Where
///     two processes wrote one timeline, the chain of records that reaches further is taken, and a
///     warning names what is left out.
/// N3  The store in use is not touched before the new one is complete and checked; then it is
///     replaced in one step, and the previous file is preserved under another name.
///
/// Threads: the archive's.
/// @spec:NFR-RELIABILITY-004

#include "services/archive/snapshot.hpp"

#include <optional>
#include <string>

namespace botcore::archive {

/// The point to restore. If neither a sequence nor a time is given, it is the latest point in the
/// archive.
struct RestoreTarget {
    std::optional<model::Sequence> sequence = std::nullopt;  ///< Up to and including this record.
    std::optional<base::Timestamp> time = std::nullopt;      ///< Up to and including this time.
    /// Empty: the newest timeline that has records of its own.
    std::optional<model::Timeline> timeline = std::nullopt;
};

struct Restored {
    model::Head head;
    model::Timeline timeline = model::kFirstTimeline;  ///< The timeline that was restored.
    std::optional<names::SnapshotName>
        base;                   ///< Empty: all records were applied from the first one.
    std::uint64_t records = 0;  ///< Records applied after the base.
    bool is_newest = false;     ///< The archive has nothing later on that timeline.
    std::string state_hash;
};

/// The newest timeline of `starts` (at least one) that has records of its own: an interrupted
/// restore may have begun a timeline that was never written to.
[[nodiscard]] ArchiveResult<model::Timeline> newest_in_use(Archive& archive,
                                                           const Timelines& starts);

/// Restores the target into the new place `to`. If a snapshot cannot be used, it warns and takes an
/// older one. OutOfRange for a time before the first record and for a sequence after the last
/// one; the text says what range exists. A time after the last record means the last record, with
/// `is_newest`.
[[nodiscard]] ArchiveResult<Restored> restore_into(Archive& archive,
                                                   const RestoreTarget& moment,
                                                   const StorePlace& to,
                                                   const Progress& progress,
                                                   std::vector<ArchiveError>& warnings);

/// Fetches the snapshot to `scratch`, checks all of it and marks it as verified. Returns its state
/// hash.
[[nodiscard]] ArchiveResult<std::string> verify_snapshot(Archive& archive,
                                                         const names::SnapshotName& name,
                                                         const StorePlace& scratch,
                                                         base::Timestamp now,
                                                         const Progress& progress);

/// Begins a new timeline for a restored store and writes it into the store. Its number is greater
/// than all in the archive and than `above`, the greatest that is in use elsewhere.
[[nodiscard]] ArchiveResult<model::TimelineIdentity> begin_timeline(Archive& archive,
                                                                    const Restored& restored,
                                                                    const StorePlace& store,
                                                                    base::Timestamp now,
                                                                    model::Timeline above = 0);

}  // namespace botcore::archive
