#pragma once

/// When the loss of the machine is rehearsed, by calendar quarters in UTC.
///
/// C1  A drill is due while none of this quarter has passed; one that failed is repeated after
///     `kDrillRetryAfter`.
/// C2  A quarter without a drill that a person has signed is told from its end on, until a later
/// one
///     is signed. The quarter of the very first drill is not asked for, since it is no whole one.
/// C3  A moment that a wrong clock wrote down counts as unknown (J3 in daily_job.hpp).

#include "base/time.hpp"

#include <optional>

namespace botcore::operations {

inline constexpr base::Duration kDrillRetryAfter = base::Duration::seconds(86'400);

/// The first moment of the quarter in which `time` lies.
[[nodiscard]] base::Timestamp quarter_begin(base::Timestamp time);

struct DrillTimes {
    std::optional<base::Timestamp> first = std::nullopt;     ///< The first one ever, passed or not.
    std::optional<base::Timestamp> tried = std::nullopt;     ///< The newest one, passed or not.
    std::optional<base::Timestamp> passed = std::nullopt;    ///< The newest that passed.
    std::optional<base::Timestamp> accepted = std::nullopt;  ///< The newest that a person signed.
};

[[nodiscard]] bool is_drill_due(const DrillTimes& times, base::Timestamp now);

/// Is there a whole quarter before this one without a signed drill, and none since?
[[nodiscard]] bool is_signature_missing(const DrillTimes& times, base::Timestamp now);

}  // namespace botcore::operations
