#pragma once

/// Strict parsers for the bodies of the maintenance routes; see api_requests.hpp for the rules.

#include "protocol/api_requests.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace botcore::protocol {

/// The maximum length of a banner text in bytes; it must be one line.
inline constexpr std::size_t kMaintenanceTextMax = 500;

/// A requested maintenance window.
struct MaintenanceRequest {
    std::optional<base::Timestamp> begin;  ///< Empty: the usual window.
    base::Duration length = base::Duration::seconds(2 * 3'600);
    bool emergency = false;
    std::string text;
};

/// Fields, all optional: begin (a time in UTC), minutes (120), emergency (false), text.
[[nodiscard]] ParseResult<MaintenanceRequest> parse_maintenance_request(std::string_view body);

/// Fields, both optional: minutes (60) and text. For maintenance that begins now.
[[nodiscard]] ParseResult<MaintenanceRequest> parse_maintenance_now(std::string_view body);

/// How maintenance is to end.
struct MaintenanceEnd {
    bool ramp = false;  ///< True: with the gradual return of new orders.
};

/// Fields: ramp (false), optional.
[[nodiscard]] ParseResult<MaintenanceEnd> parse_maintenance_end(std::string_view body);

}  // namespace botcore::protocol
