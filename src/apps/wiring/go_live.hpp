#pragma once

/// What must hold before real money is entrusted to an installation, beyond what a start requires:
/// the go-live list of `botctl config check --production`.
///
/// Nothing is created, changed or removed. Does not connect to anything.
///
/// Threads: any, one at a time.

#include "base/time.hpp"
#include "host/config.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace botcore::apps {

struct GoLiveItem {
    std::string requirement;  ///< What must hold.
    bool met = false;
    std::string remedy;  ///< What to do if it does not hold.
};

/// The settings must be valid: `start_errors` reports nothing.
[[nodiscard]] std::vector<GoLiveItem> go_live_list(const host::Config& config,
                                                   const std::filesystem::path& data,
                                                   base::Timestamp now);

}  // namespace botcore::apps
