#pragma once

/// What makes files last: a name is durable once its folder is synced.

#include "base/result.hpp"

#include <filesystem>
#include <string>

namespace botcore::shell::files {

/// The text names the folder and says what the system said. An empty path is the current folder.
[[nodiscard]] base::Outcome<std::string> sync_folder(const std::filesystem::path& folder);

}  // namespace botcore::shell::files
