#pragma once

/// Points in time as people and the API write them.

#include "base/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace botcore::protocol {

/// "2026-11-23T11:53:00.123Z": ISO 8601, UTC, milliseconds, rounded down. Years 0 to 9999.
[[nodiscard]] std::string to_iso8601(base::Timestamp time);

/// Reads that form again: UTC with its Z, the fraction of the second may be left out or have one to
/// six digits. Nothing for anything else, dates that do not exist among it.
[[nodiscard]] std::optional<base::Timestamp> parse_iso8601(std::string_view text);

}  // namespace botcore::protocol
