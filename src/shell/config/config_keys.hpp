#pragma once

/// The table of keys is in two files: trading and what it needs, and what keeps it running.

#include "shell/config/config.hpp"

#include <span>

namespace botcore::shell {

/// Sockets for listeners, logs, the archive, the shutdown.
[[nodiscard]] std::span<const ConfigKey> running_keys();

}  // namespace botcore::shell
