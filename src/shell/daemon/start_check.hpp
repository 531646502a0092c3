#pragma once

/// Would a daemon start with this configuration? Asked by the daemon before it makes anything, and
/// by whoever wants to know beforehand, so that both answer the same.
///
/// S1  Nothing is made, changed or removed.
///
/// Threads: any, one at a time.

#include "shell/config/config.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace botcore::shell {

/// One line for each thing that is wrong with the settings or with the files that they name: TLS,
/// authorities, keys, recordings, the folder of an archive. Empty: a start would take them.
[[nodiscard]] std::vector<std::string> mistakes_of_start(const Config& config,
                                                         const std::filesystem::path& data);

}  // namespace botcore::shell
