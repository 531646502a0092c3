#pragma once

/// When work that is done once a day is due.
///
/// J1  A day whose moment passed while nothing ran is made up for once, at the next start.
/// J2  Work that failed is tried again after `kRetryAfter`, not at once and not only tomorrow.
/// J3  A moment that lies further ahead than `kAheadMax` was written down while the clock was
/// wrong:
///     it counts as unknown.

#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace botcore::operations {

inline constexpr base::Duration kRetryAfter = base::Duration::seconds(600);
inline constexpr base::Duration kAheadMax = base::Duration::seconds(3'600);

/// A time of day, UTC.
struct TimeOfDay {
    std::int64_t minutes = 0;  ///< Since midnight, 0 to 1439.

    friend bool operator==(const TimeOfDay&, const TimeOfDay&) = default;
};

/// Reads "02:00"; nothing for anything else.
[[nodiscard]] std::optional<TimeOfDay> parse_time_of_day(std::string_view text);

/// The last such moment at or before `now`.
[[nodiscard]] base::Timestamp last_moment(TimeOfDay at, base::Timestamp now);

/// Can work have been done at `moment`, as far as the clock shows `now`?
[[nodiscard]] constexpr bool is_plausible(base::Timestamp moment, base::Timestamp now) {
    return moment - now <= kAheadMax;
}

/// `done`: when it last succeeded; `tried`: when it was last begun. Both as far as known.
[[nodiscard]] bool is_due(TimeOfDay at,
                          std::optional<base::Timestamp> done,
                          std::optional<base::Timestamp> tried,
                          base::Timestamp now);

}  // namespace botcore::operations
