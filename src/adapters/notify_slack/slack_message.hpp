#pragma once

/// The message that Slack's incoming webhooks take. Source: docs.slack.dev, "Incoming webhooks" and
/// "Block Kit" (2026-07).

#include "ports/notifier.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace botcore::notify_slack {

inline constexpr std::size_t kMessageMax = 13'000;  ///< Characters of the whole message.

/// The notice as JSON; `source` is the name of the installation.
[[nodiscard]] std::string slack_message(const ports::Notice& notice, std::string_view source);

/// Escapes &, < and >, and cuts the text so that it has at most `max` characters in JSON. No escape
/// sequence is cut in two.
[[nodiscard]] std::string escaped_text(std::string_view text, std::size_t max);

}  // namespace botcore::notify_slack
