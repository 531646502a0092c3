#pragma once

/// Which snapshots are retained: grandfather-father-son rotation by calendar slots (R3-BKP-03,
/// A snapshot is never deleted because of its age alone.
///
/// The three ranges follow each other without overlap, so that a full calendar retains exactly the
/// sum of their numbers: the newest snapshot of each of the last `daily` days; of older ones, the
/// newest of each of the last `weekly` ISO weeks that have one; of those older than these weeks,
/// the newest of each of the last `monthly` months that have one.
///
/// G1  The newest verified snapshot and the newest of all are always retained.
/// G2  Pruning daily or only occasionally leads to the same slots, as far as snapshots exist.
/// @spec:NFR-RELIABILITY-003

#include "base/time.hpp"

#include <cstddef>
#include <vector>

namespace botcore::operations {

struct RetentionRules {
    std::size_t daily = 7;
    std::size_t weekly = 4;
    std::size_t monthly = 12;
};

struct SnapshotInfo {
    base::Timestamp time;
    bool verified = false;  ///< A trial restore of the snapshot succeeded.
};

/// Tells for each snapshot, in the given order, whether it is retained. No snapshot may be later
/// than `now`.
[[nodiscard]] std::vector<bool> kept(const std::vector<SnapshotInfo>& snapshots,
                                     base::Timestamp now,
                                     const RetentionRules& rules);

}  // namespace botcore::operations
