#pragma once

/// The event that PagerDuty's Events API v2 takes. Source: developer.pagerduty.com, "Send an Alert
/// Event" (2026-07).

#include "host/secret.hpp"
#include "ports/notifier.hpp"

#include <string>
#include <string_view>

namespace botcore::notify_pagerduty {

/// The notice as JSON, with the routing key; `source` is the name of the installation.
[[nodiscard]] std::string pagerduty_event(const ports::Notice& notice,
                                          const host::Secret& routing_key,
                                          std::string_view source);

/// "<source>/<subject>". A text that is longer than 255 bytes, or that contains a character which
/// cannot be shown, is cut and ends in a hash of the whole.
[[nodiscard]] std::string dedup_key(std::string_view source, std::string_view subject);

}  // namespace botcore::notify_pagerduty
