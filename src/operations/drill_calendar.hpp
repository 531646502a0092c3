#pragma once

/// When the loss of the machine is rehearsed, by calendar quarters in UTC.
///
/// C1  A drill is due while none of this quarter has passed; a failed one is repeated after
///     `kDrillRetryAfter`.
/// C2  A quarter without a drill that a person has signed is reported from its end until a later
///     drill is signed. The quarter of the very first drill is exempt, since it is not a whole one.
/// C3  A time that was recorded by a wrong clock counts as unknown (J3 in daily_job.hpp).

#include "base/time.hpp"

#include <optional>

namespace botcore::operations {

inline constexpr base::Duration kDrillRetryAfter = base::Duration::seconds(86'400);

/// The beginning of the quarter that contains `time`.
[[nodiscard]] base::Timestamp quarter_begin(base::Timestamp time);

struct DrillTimes {
    std::optional<base::Timestamp> first = std::nullopt;     ///< The first one ever, passed or not.
    std::optional<base::Timestamp> tried = std::nullopt;     ///< The newest one, passed or not.
    std::optional<base::Timestamp> passed = std::nullopt;    ///< The newest one that passed.
    std::optional<base::Timestamp> accepted = std::nullopt;  ///< The newest that a person signed.
};

[[nodiscard]] bool is_drill_due(const DrillTimes& times, base::Timestamp now);

/// Is there a whole quarter before this one without a signed drill, and none has been signed since?
[[nodiscard]] bool is_signature_missing(const DrillTimes& times, base::Timestamp now);

}  // namespace botcore::operations
