#pragma once

/// Makes a store anew from an archive, as it was at any moment.
///
/// The newest snapshot at or before the moment is fetched, and the records behind it are folded
/// from the segments. Where segments that old are gone, the journal inside a later snapshot is
/// folded from its beginning: every snapshot holds all of history.
///
/// N1  What is made is exactly the store at that moment: same rows, same head, same `state_hash`.
/// N2  A changed, cut, missing or misplaced object is refused, and the error names it.
///     Where two processes wrote one timeline, the chain of records that reaches further is taken,
///     and a warning names what is left out.
/// N3  The store that is in use is not touched before the new one is whole and checked; then it is
///     replaced in one step, and kept under another name.
///
/// Threads: the archive's.

#include "shell/archive/snapshot.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace botcore::shell::archive {

/// With neither, the last moment that the archive has.
struct RestoreTarget {
    std::optional<model::Sequence> sequence = std::nullopt;  ///< Up to and with this record.
    std::optional<base::Timestamp> time = std::nullopt;      ///< Everything until then, inclusive.
    /// Empty: the newest one that has records of its own.
    std::optional<Timeline> timeline = std::nullopt;
};

struct Restored {
    model::Head head;
    Timeline timeline = names::kFirstTimeline;  ///< The one that it is a moment of.
    std::optional<names::SnapshotName> base;    ///< Empty: folded from the first record on.
    std::uint64_t records = 0;                  ///< Folded behind the base.
    bool is_newest = false;                     ///< The archive has nothing later on that timeline.
    std::string state_hash;
};

/// The newest timeline of `starts`, of which there is one at least, that has records of its own: a
/// restore that broke off may have begun one that nobody ever wrote to.
[[nodiscard]] ArchiveResult<Timeline> newest_in_use(Archive& archive, const Timelines& starts);

/// Makes the store of that moment in the new file `to`. With a warning, an older snapshot is taken
/// where a newer one cannot be used. NoSuchMoment for a time before the first record and a record
/// after the last one: the text says what there is. For a time after the last record it is that
/// record, and `is_newest`.
[[nodiscard]] ArchiveResult<Restored> restore_into(Archive& archive,
                                                   const RestoreTarget& moment,
                                                   const std::filesystem::path& to,
                                                   const Progress& progress,
                                                   std::vector<ArchiveError>& warnings);

/// Fetches the snapshot to `scratch`, checks all of it and marks it as verified. Answers its state
/// hash.
[[nodiscard]] ArchiveResult<std::string> verify_snapshot(Archive& archive,
                                                         const names::SnapshotName& name,
                                                         const std::filesystem::path& scratch,
                                                         base::Timestamp now,
                                                         const Progress& progress);

/// Begins a new timeline for a restored store and marks the store with it. Its number is greater
/// than those of the archive and than `above`, the greatest that is in use elsewhere.
[[nodiscard]] ArchiveResult<names::TimelineIdentity> begin_timeline(
    Archive& archive,
    const Restored& restored,
    const std::filesystem::path& store,
    base::Timestamp now,
    Timeline above = 0);

}  // namespace botcore::shell::archive
