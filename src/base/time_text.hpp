#pragma once

/// Points in time in the text forms of the API and of file names.

#include "base/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace botcore::base {

/// "2026-11-23T11:53:00.123Z": ISO 8601, UTC, milliseconds, rounded down. Years 0 to 9999.
[[nodiscard]] std::string to_iso8601(Timestamp time);

/// "20150830T123600Z": for file names and for signatures.
[[nodiscard]] std::string to_compact_iso8601(Timestamp time);

/// Reads "2026-11-23T11:53Z", optionally with seconds and up to six decimals. Only UTC and existing
/// dates, no leap seconds; empty for anything else.
[[nodiscard]] std::optional<Timestamp> parse_iso8601(std::string_view text);

}  // namespace botcore::base
