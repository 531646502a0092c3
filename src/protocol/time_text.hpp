#pragma once

/// Points in time as people and the API write them.

#include "base/time.hpp"

#include <string>

namespace botcore::protocol {

/// "2026-11-23T11:53:00.123Z": ISO 8601, UTC, milliseconds, rounded down. Years 0 to 9999.
[[nodiscard]] std::string to_iso8601(base::Timestamp time);

}  // namespace botcore::protocol
