#pragma once

/// Translates a caller's times into sequences of the journal, so that a page of old orders or
/// trades costs what it shows, and not what was committed since.
///
/// M1  Bounds are found by bisection of the journal, whose time never goes back and is not behind
///     the exchange time that users see.
/// M2  The bounds are wider than the requested times, since a record is committed after the trade
///     that it reports: by `kReportSlack` below and by `kLateMax` above. Code that uses them also
///     compares the exact times.

#include "base/time.hpp"
#include "ports/store.hpp"

#include <optional>

namespace botcore::shell::http {

/// The exchange's clock may be ahead of the journal's by this much.
inline constexpr base::Duration kReportSlack = base::Duration::seconds(60);

/// A trade that was recorded later than this after it was made is found only without a time, and so
/// is a trade that was recorded while the clock was wrong by more than this.
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

}  // namespace botcore::shell::http
