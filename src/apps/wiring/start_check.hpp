#pragma once

/// Checks whether a daemon would start with this configuration. The daemon runs the check before it
/// creates anything, and tools run the same check beforehand, so that both give the same result.
///
/// S1  Nothing is created, changed or removed.
///
/// Threads: any, one at a time.

#include "host/config.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace botcore::apps {

/// One line for each error in the settings or in the local files that they name: TLS, certificate
/// authorities, recordings. Does not access an archive, whose disk may hang or be missing.
[[nodiscard]] std::vector<std::string> setting_errors(const host::Config& config);

/// `setting_errors`, and one line for each error in the data folder and in the folders and keys of
/// archives. Empty if a start would accept them.
[[nodiscard]] std::vector<std::string> start_errors(const host::Config& config,
                                                    const std::filesystem::path& data);

}  // namespace botcore::apps
