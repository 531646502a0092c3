#pragma once

/// Times that a caller names, as sequences of the journal: so that a page of old orders or trades
/// costs what it shows, and not what lies between then and now.
///
/// M1  Bounds are found by bisection of the journal, whose time never goes back, and is not behind
///     the exchange time that people see.
/// M2  They are wider than what was asked for, since a record is committed after the trade that it
///     tells of: by `kReportSlack` below and by `kLateMax` above. Whoever uses them looks at the
///     exact times too.

#include "base/time.hpp"
#include "ports/store.hpp"

#include <optional>

namespace botcore::shell::http {

/// By so much the exchange's clock may be ahead of the journal's.
inline constexpr base::Duration kReportSlack = base::Duration::seconds(60);

/// A trade that was recorded later than this after it was made is found without a time only, and so
/// is one that was recorded while the clock was wrong by more.
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
