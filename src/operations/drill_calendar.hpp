#pragma once

/// When a drill, a rehearsal of the loss of the machine, is due, by calendar quarters in UTC.
///
/// C1  A drill is due until one succeeds in the current quarter; a failed drill is repeated after
///     `kDrillRetryAfter`.
/// C2  A quarter without a drill that a person has signed is reported from the end of the quarter
///     until a later drill is signed. The quarter of the very first drill is exempt, because the
///     drills began only during that quarter.
/// C3  A time that was recorded by a wrong clock counts as unknown (J3 in daily_job.hpp).
/// @spec:NFR-RELIABILITY-004

#include "base/time.hpp"

#include <optional>

namespace botcore::operations {

inline constexpr base::Duration kDrillRetryAfter = base::Duration::seconds(86'400);

/// The beginning of the quarter that contains `time`.
[[nodiscard]] base::Timestamp quarter_begin(base::Timestamp time);

/// When drills took place.
struct DrillTimes {
    std::optional<base::Timestamp> first = std::nullopt;   ///< The very first drill, passed or not.
    std::optional<base::Timestamp> tried = std::nullopt;   ///< The newest drill, passed or not.
    std::optional<base::Timestamp> passed = std::nullopt;  ///< The newest drill that passed.
    std::optional<base::Timestamp> accepted = std::nullopt;  ///< The newest signed drill.
};

[[nodiscard]] bool is_drill_due(const DrillTimes& times, base::Timestamp now);

/// Whether a whole quarter ended without a signed drill and no later drill has been signed (C2).
[[nodiscard]] bool is_signature_missing(const DrillTimes& times, base::Timestamp now);

}  // namespace botcore::operations
