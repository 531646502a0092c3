#pragma once

/// When work that runs once a day is due.
///
/// J1  If the time of day passes while the service does not run, the work is done once at the next
///     start, however many days were missed.
/// J2  Failed work is retried after `kRetryAfter`, neither immediately nor only on the next day.
/// J3  A recorded time that is further in the future than `kAheadMax` was recorded while the clock
///     was wrong: it counts as unknown.

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

/// Reads "02:00"; empty for anything else.
[[nodiscard]] std::optional<TimeOfDay> parse_time_of_day(std::string_view text);

/// The latest time at or before `now` with this time of day.
[[nodiscard]] base::Timestamp last_moment(TimeOfDay at, base::Timestamp now);

/// Whether `moment` can be a past time, given that the clock now shows `now`.
[[nodiscard]] constexpr bool is_plausible(base::Timestamp moment, base::Timestamp now) {
    return moment - now <= kAheadMax;
}

/// Whether the work is due at `now`. `done` is the time at which the work last succeeded, and
/// `tried` is the time at which it last began; each is empty if it is not known.
[[nodiscard]] bool is_due(TimeOfDay at,
                          std::optional<base::Timestamp> done,
                          std::optional<base::Timestamp> tried,
                          base::Timestamp now);

}  // namespace botcore::operations
