#pragma once

/// Checks whether a daemon would start with this configuration. The daemon runs the check before it
/// creates anything, and tools run the same check beforehand, so that both give the same result.
///
/// S1  Nothing is created, changed or removed.
///
/// Threads: any, one at a time.

#include "shell/config/config.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace botcore::shell {

/// One line for each error in the settings or in the files that they name: TLS, certificate
/// authorities, keys, recordings, the folder of an archive. Empty if a start would accept them.
[[nodiscard]] std::vector<std::string> start_errors(const Config& config,
                                                    const std::filesystem::path& data);

}  // namespace botcore::shell
