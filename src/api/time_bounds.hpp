#pragma once

/// Translates a caller's times into sequence numbers of the journal, so that the cost of a page of
/// old orders or trades depends on the page, and not on everything that was committed after it.
///
/// M1  The bounds are found by bisection of the journal. Its time never goes back, and it is not
///     behind the exchange time that users see.
/// M2  A record is committed after the trade that it reports. So the bounds are wider than the
///     requested times: by `kReportSlack` at the lower end and by `kLateMax` at the upper end. Code
///     that uses the bounds also compares the exact times.

#include "base/time.hpp"
#include "ports/store.hpp"

#include <optional>

namespace botcore::api {

/// The exchange's clock may be ahead of the journal's clock by this much.
inline constexpr base::Duration kReportSlack = base::Duration::seconds(60);

/// A trade that was recorded later than this after it was made is found only by a query without
/// times. So is a trade that was recorded while the clock was wrong by more than this.
inline constexpr base::Duration kLateMax = base::Duration::seconds(24 * 3'600);

/// Records within [first, before).
struct SequenceBounds {
    model::Sequence first = 0;
    model::Sequence before = ~model::Sequence{0} >> 1U;
};

[[nodiscard]] ports::StoreResult<SequenceBounds> sequence_bounds(
    ports::StoreReader& reader,
    std::optional<base::Timestamp> since,
    std::optional<base::Timestamp> until);

}  // namespace botcore::api
