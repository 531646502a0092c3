#pragma once

/// Checks whether the records that an archive holds after a snapshot are complete and continue it.
/// Without them a restore ends at the snapshot, however much was copied since.
///
/// G1  A segment that is missing, changed or out of order is named, even if it is the last one.
/// G2  Objects that another process wrote into the same timeline are not damage as long as one
///     chain of records reaches as far (services/archive/restore.hpp, N2).
///
/// Threads: the archive's.

#include "services/archive/archive.hpp"

#include <optional>
#include <utility>

namespace botcore::archive {

/// The record that the segment continues: `start` if that record is in the segment or right before
/// it. Nothing if the whole segment is older, or its first record cannot be read.
[[nodiscard]] std::optional<std::pair<model::Sequence, model::Hash>> link_of(
    const names::Segment& segment, const model::Head& start);

struct CheckedSegments {
    std::uint64_t count = 0;
    model::Sequence last = 0;  ///< The last record that a restore would reach.
};

/// Reads every segment after `from`. `until` is the last record that is known to be archived; 0 if
/// that is not known.
[[nodiscard]] ArchiveResult<CheckedSegments> check_segments(Archive& archive,
                                                            model::Timeline timeline,
                                                            const model::Head& from,
                                                            model::Sequence until);

/// Like `check_segments`, from the newest snapshot of the timeline on, or from the start of the
/// timeline if it has no snapshot.
[[nodiscard]] ArchiveResult<CheckedSegments> check_newest_segments(Archive& archive,
                                                                   model::Timeline timeline,
                                                                   model::Sequence until);

}  // namespace botcore::archive
