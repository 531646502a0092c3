#pragma once

/// Bodies of the maintenance routes, read strictly; see api_requests.hpp for what that means.

#include "protocol/api_requests.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace botcore::protocol {

/// A text for the banner is at most this long, in bytes, and one line.
inline constexpr std::size_t kMaintenanceTextMax = 500;

/// A window that somebody wants.
struct MaintenanceRequest {
    std::optional<base::Timestamp> begin;  ///< Nothing: the usual window.
    base::Duration length = base::Duration::seconds(2 * 3'600);
    bool emergency = false;
    std::string text;
};

/// begin (a time in UTC), minutes (120), emergency (false), text; all of them optional.
[[nodiscard]] ParseResult<MaintenanceRequest> parse_maintenance_request(std::string_view body);

/// minutes (60) and text, both optional: maintenance that begins now.
[[nodiscard]] ParseResult<MaintenanceRequest> parse_maintenance_now(std::string_view body);

/// How the end of maintenance is wanted.
struct MaintenanceEnd {
    bool ramp = false;  ///< Through the gradual return.
};

/// ramp (false), optional.
[[nodiscard]] ParseResult<MaintenanceEnd> parse_maintenance_end(std::string_view body);

}  // namespace botcore::protocol
