#pragma once

/// How far the store had come once, as the mark beside it and its archives know it.

#include "apps/botctl/daemon_client.hpp"
#include "model/record.hpp"

#include <string>

namespace botcore::botctl {

struct MissingRecords {
    std::string evidence;   ///< What proves that records are missing; empty: nothing.
    std::string not_asked;  ///< Why the archive was not asked; empty where it was.
};

/// Compares a store that ends with `head` with its mark and with the archive of the configuration.
[[nodiscard]] MissingRecords missing_records(const DaemonClient& client, const model::Head& head);

}  // namespace botcore::botctl
