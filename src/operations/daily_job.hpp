#pragma once

/// When work that is done once a day is due.
///
/// J1  A day whose moment passed while nothing ran is made up for once, at the next start.
/// J2  Work that failed is tried again after `kRetryAfter`, not at once and not only tomorrow.

#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace botcore::operations {

inline constexpr base::Duration kRetryAfter = base::Duration::seconds(600);

/// A time of day, UTC.
struct TimeOfDay {
    std::int64_t minutes = 0;  ///< Since midnight, 0 to 1439.

    friend bool operator==(const TimeOfDay&, const TimeOfDay&) = default;
};

/// Reads "02:00"; nothing for anything else.
[[nodiscard]] std::optional<TimeOfDay> parse_time_of_day(std::string_view text);

/// The last such moment at or before `now`.
[[nodiscard]] base::Timestamp last_moment(TimeOfDay at, base::Timestamp now);

/// `done`: when it last succeeded; `tried`: when it was last begun. Both as far as known.
[[nodiscard]] bool is_due(TimeOfDay at,
                          std::optional<base::Timestamp> done,
                          std::optional<base::Timestamp> tried,
                          base::Timestamp now);

}  // namespace botcore::operations
