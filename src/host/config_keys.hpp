#pragma once

/// The table of keys is split into two files: keys of trading (config_keys.cpp), and keys of
/// operation (operations_keys.cpp).

#include "host/config.hpp"

#include <span>

namespace botcore::host {

/// Keys of listeners, logs, the archive and the shutdown.
[[nodiscard]] std::span<const ConfigKey> operations_keys();

}  // namespace botcore::host
