#pragma once

/// Which snapshots are kept: grandfather, father, son by calendar slots (R3-BKP-03, X-24). A
/// file's age alone deletes nothing.
///
/// Slots follow each other and do not overlap, so that a full calendar holds exactly the sum of
/// their numbers: the newest snapshot of each of the last `daily` days; of what is older, the
/// newest of each of the last `weekly` ISO weeks that have one; of what is older than those weeks,
/// the newest of each of the last `monthly` months that have one.
///
/// G1  The newest verified snapshot is always kept, and the newest of all.
/// G2  Pruning daily or once in a while leads to the same slots as far as snapshots exist.

#include "base/time.hpp"

#include <cstddef>
#include <vector>

namespace botcore::operations {

struct RetentionRules {
    std::size_t daily = 7;
    std::size_t weekly = 4;
    std::size_t monthly = 12;
};

struct KeptSnapshot {
    base::Timestamp time;
    bool verified = false;  ///< A restore of it was tried and found whole.
};

/// For each snapshot, in the order given: is it kept? `now` is not before any of them.
[[nodiscard]] std::vector<bool> kept(const std::vector<KeptSnapshot>& snapshots,
                                     base::Timestamp now,
                                     const RetentionRules& rules);

}  // namespace botcore::operations
