#pragma once

/// Whether the store once had later records, according to its mark and its archive.

#include "apps/botctl/daemon_client.hpp"
#include "model/record.hpp"

#include <string>

namespace botcore::botctl {

struct MissingRecords {
    std::string evidence;   ///< The proof that records are missing; empty: there is none.
    std::string not_asked;  ///< Why the archive was not read; empty if it was.
};

/// Compares a store that ends with `head` with its mark and with the configured archive.
[[nodiscard]] MissingRecords missing_records(const DaemonClient& client, const model::Head& head);

}  // namespace botcore::botctl
