#pragma once

/// The hours of a day (UTC) in which people are told only what cannot wait.

#include "operations/daily_job.hpp"

#include <optional>
#include <string_view>

namespace botcore::operations {

/// From `begin` to before `end`, across midnight if `end` is the earlier one.
struct QuietHours {
    TimeOfDay begin;
    TimeOfDay end;

    [[nodiscard]] bool contain(base::Timestamp time) const;
};

/// Reads "22:00-07:00"; empty for anything else, also for two equal times.
[[nodiscard]] std::optional<QuietHours> parse_quiet_hours(std::string_view text);

}  // namespace botcore::operations
